"""How many examples: the profile's own number for escaping, a part of it for what costs more."""

from __future__ import annotations

from hypothesis import settings


def part(of: int, least: int = 20) -> settings:
    """One in ``of`` of the profile's examples."""
    return settings(max_examples=max(least, settings().max_examples // of))
