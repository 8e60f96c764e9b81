"""Targets: one module each, found through the registry."""
