"""Checks of an engine: installed, usable, and able to do what the spec requests."""
