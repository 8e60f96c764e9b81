"""What an attack comes to."""

from __future__ import annotations

from typing import NamedTuple


class Tally(NamedTuple):
    """How often something was tried, and how often it held."""

    name: str
    tried: int
    held: int
    failures: list[str]
    """A line for each that did not hold, with what makes it again."""
