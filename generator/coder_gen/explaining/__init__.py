"""Explain each part of a launcher: its origin, its meaning and its risks. All pure."""
