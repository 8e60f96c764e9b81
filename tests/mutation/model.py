"""A mutant: one change to one place of one file, with an identity that survives other changes."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class Mutant(NamedTuple):
    """``start`` and ``end`` are offsets in the file's text; ``new`` replaces what is between.

    ``path`` is relative to the root of the tree; ``function`` is the enclosing function, or empty;
    ``occurrence`` tells equal changes to equal texts within a function apart.
    """

    path: str
    function: str
    operator: str
    old: str
    new: str
    start: int
    end: int
    line: int
    occurrence: int

    @property
    def identity(self) -> str:
        """Ten digits that depend on the changed text and its function, not on line numbers."""
        parts = (self.path, self.function, self.operator, self.old, self.new, str(self.occurrence))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]

    def applied(self, text: str) -> str:
        """The file's text with the change."""
        assert text[self.start : self.end] == self.old
        return text[: self.start] + self.new + text[self.end :]

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" + (f" {self.function}" if self.function else "")
        return f"{place} ({self.operator}): {_short(self.old)} -> {_short(self.new)}"


def _short(text: str) -> str:
    """A text on one line, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:28]} ... {line[-28:]}"


def numbered(found: list[Mutant]) -> list[Mutant]:
    """The same mutants with ``occurrence`` filled in: the first of its like has 0."""
    seen: dict[tuple[str, ...], int] = {}
    result: list[Mutant] = []
    for mutant in found:
        key = (mutant.path, mutant.function, mutant.operator, mutant.old, mutant.new)
        result.append(mutant._replace(occurrence=seen.get(key, 0)))
        seen[key] = result[-1].occurrence + 1
    return result
