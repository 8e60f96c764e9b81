"""How bad a finding is. Critical: the host, or the user's account, to whoever asks."""

from __future__ import annotations

CRITICAL = "critical"
HIGH = "high"
MEDIUM = "medium"
LOW = "low"

# Worst first.
LEVELS = (CRITICAL, HIGH, MEDIUM, LOW)


def rank(level: str) -> int:
    """0 for the worst; larger is milder."""
    return LEVELS.index(level)


def at_least(level: str, limit: str) -> bool:
    """Whether a level is as bad as the limit, or worse."""
    return rank(level) <= rank(limit)
