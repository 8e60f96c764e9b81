"""The engines: their names, their arguments for a plan, and how to ask whether one is usable."""
