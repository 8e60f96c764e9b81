"""The templates, shipped as package data."""
