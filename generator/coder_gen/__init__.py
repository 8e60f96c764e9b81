"""coder-gen: one spec of a containerised development environment, launchers for every engine."""

__version__ = "0.1.0"
