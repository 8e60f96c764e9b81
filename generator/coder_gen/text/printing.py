"""Text for people, and the layout of diagnostics: place, code, message, source line, fix.

A terminal or a log gets only Printed: a type that this module alone makes, from fragments. Text of
any origin is cleaned of what controls a terminal, then coder-gen's own colours are added.
Every function that writes to a terminal cleans what is not Printed, so no caller can forget it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from coder_gen.text.characters import shown, shown_lines
from coder_gen.text.diagnostics import ERROR, Diagnostic
from coder_gen.text.positions import Span
from coder_gen.text.styles import COLORS

_WIDTH = 100


class Printed(str):
    """Text that may be shown to people: already cleaned, with coder-gen's own colours."""

    __slots__ = ()


def text(value: str) -> Printed:
    """Text of several lines: unprintable characters become U+FFFD."""
    return value if isinstance(value, Printed) else Printed(shown_lines(value))


def line(*fragments: str) -> Printed:
    """Fragments of one line: line breaks in them become spaces."""
    return Printed("".join(f if isinstance(f, Printed) else shown(f) for f in fragments))


def lines(each: Iterable[str]) -> Printed:
    """Lines, each with a line break."""
    return Printed("".join(f"{line(one)}\n" for one in each))


def styled(style: str, color: bool, *fragments: str) -> Printed:
    """Fragments of one line in the style's colour of ``COLORS``; empty text stays empty."""
    inner = line(*fragments)
    shown = color and inner and COLORS[style]
    return Printed(f"\x1b[{COLORS[style]}m{inner}\x1b[0m") if shown else inner


def in_ascii(value: Printed) -> Printed:
    """For a locale that can only show ASCII: other characters as backslash escapes."""
    return Printed(value.encode("ascii", "backslashreplace").decode())


def printed(diagnostics: Iterable[Diagnostic], color: bool) -> Printed:
    """The diagnostics as text for a terminal or a log."""
    return lines(each for diagnostic in diagnostics for each in _one(diagnostic, color))


def _one(diagnostic: Diagnostic, color: bool) -> list[Printed]:
    label = "error" if diagnostic.severity == ERROR else "warning"
    place = f"{diagnostic.span}: " if diagnostic.span is not None else ""
    headline = styled(label, color, f"{label}[{diagnostic.code}]")
    found = [line(place, headline, ": ", diagnostic.message)]
    gutter = 5
    if diagnostic.span is not None and diagnostic.span.source.text:
        number = str(diagnostic.span.line + 1)
        gutter = max(gutter, len(number) + 1)
        part, caret = _excerpt(diagnostic.span)
        found.append(line(styled("gutter", color, f"{number:>{gutter}} | "), part))
        blank = styled("gutter", color, " " * gutter + " | ")
        found.append(line(blank, styled(label, color, caret)))
    if diagnostic.fix:
        equals = styled("gutter", color, " " * gutter + " = ")
        found.append(line(equals, styled("fix", color, diagnostic.fix)))
    return found


def _excerpt(span: Span) -> tuple[str, str]:
    """The source line, shortened to the relevant part, and the carets below it."""
    whole = span.source.line(span.line)
    start = 0
    if len(whole) > _WIDTH:
        start = max(0, min(span.column - _WIDTH // 3, len(whole) - _WIDTH))
    # Cleaning does not change the number of characters.
    part = shown(whole[start : start + _WIDTH])
    before = part[: max(0, span.column - start)]
    marked = part[len(before) : max(span.end - start, len(before) + 1)]
    carets = "^" * max(1, _columns(marked))
    return part.rstrip(), " " * _columns(before) + carets


def _columns(text: str) -> int:
    """How many columns a text takes: East Asian characters two, combining characters none."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
