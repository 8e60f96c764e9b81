"""Checks of an engine: that it is there, usable, and able to do what the spec asks for."""
