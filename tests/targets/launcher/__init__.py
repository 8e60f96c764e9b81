"""Launchers at work: with stand-in engines, and read as programs."""
