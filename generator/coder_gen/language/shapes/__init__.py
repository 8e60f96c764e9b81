"""Shapes of values: one object parses, merges and describes the values of a key."""
