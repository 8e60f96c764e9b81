"""Levels of findings. Critical: anyone who connects gains the host or the user's account."""

from __future__ import annotations

CRITICAL = "critical"
HIGH = "high"
MEDIUM = "medium"
LOW = "low"

# Worst first.
LEVELS = (CRITICAL, HIGH, MEDIUM, LOW)


def rank(level: str) -> int:
    """The rank of a level: 0 is the worst."""
    return LEVELS.index(level)


def at_least(level: str, limit: str) -> bool:
    """Whether a level is as bad as the limit, or worse."""
    return rank(level) <= rank(limit)
