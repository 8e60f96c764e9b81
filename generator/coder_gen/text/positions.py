"""A source text and places in it."""

from __future__ import annotations

from typing import NamedTuple

# Limit of a spec's size: 10,000 volumes take about 1 MB.
MAX_BYTES = 16 * 1024 * 1024

# YAML's other line breaks, so that line numbers agree with YAML's.
_BREAKS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")


def name_as_text(name: str) -> str:
    """A file's name as text that can be printed: names need not be UTF-8.

    Python represents each byte that is not UTF-8 as half of a surrogate pair.
    """
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class SourceFile:
    """A text that errors can point into; ``name`` is the name in messages, by ``name_as_text``."""

    __slots__ = ("_lines", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name_as_text(name)
        self.text = text
        self._lines: list[str] | None = None

    def __repr__(self) -> str:
        return f"SourceFile({self.name!r})"

    def line(self, number: int) -> str:
        """The 0-based line, without its line break."""
        lines = self.lines()
        return lines[number] if number < len(lines) else ""

    def lines(self) -> list[str]:
        """All lines; the caller must not change the list."""
        if self._lines is None:
            text = self.text
            for other in _BREAKS:
                text = text.replace(other, "\n")
            self._lines = text.split("\n")
        return self._lines


class Span(NamedTuple):
    """Characters of one line; line and columns count from 0, ``end`` is exclusive."""

    source: SourceFile
    line: int
    column: int
    end: int

    @property
    def text(self) -> str:
        """The characters at this place."""
        return self.source.line(self.line)[self.column : self.end]

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line + 1}:{self.column + 1}"


def place_record(span: Span | None) -> dict[str, str | int | None]:
    """A place for machine-readable output; the line and the column count from 1."""
    if span is None:
        return {"file": None, "line": None, "column": None}
    return {"file": span.source.name, "line": span.line + 1, "column": span.column + 1}


# The place of a value that is in no source text.
NOWHERE = Span(SourceFile("", ""), 0, 0, 1)
