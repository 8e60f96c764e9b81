"""Tests on real engines, and the harness that starts the engines, displays and terminals."""
