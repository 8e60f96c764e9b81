"""What an attack comes to."""

from __future__ import annotations

from typing import NamedTuple


class Tally(NamedTuple):
    """How often something was tried, and what did not hold."""

    tried: int
    failures: list[str]
    """A line for each that did not hold, with what makes it again."""

    @property
    def held(self) -> int:
        """How often it held."""
        return self.tried - len(self.failures)
