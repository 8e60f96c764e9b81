"""Text for people, and how diagnostics look: place, code, what is wrong, the line, the way out.

What a terminal or a log gets is Printed: a type that this module alone makes, of fragments. Text
from anywhere is cleaned of what acts upon a terminal, our own colours are put around it afterwards.
What writes to a terminal cleans all that is not Printed, so that nobody has to remember it.
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
    """Text that people may be shown as it is: cleaned already, with our own colours."""

    __slots__ = ()


def text(value: str) -> Printed:
    """Text of several lines: what does not print is shown as U+FFFD."""
    return value if isinstance(value, Printed) else Printed(shown_lines(value))


def line(*fragments: str) -> Printed:
    """Fragments of one line: line breaks in them become blanks."""
    return Printed("".join(f if isinstance(f, Printed) else shown(f) for f in fragments))


def lines(each: Iterable[str]) -> Printed:
    """Lines, each with its end."""
    return Printed("".join(f"{line(one)}\n" for one in each))


def styled(style: str, color: bool, *fragments: str) -> Printed:
    """Fragments of one line in the colour of ``COLORS`` for what they are; empty ones stay so."""
    inner = line(*fragments)
    shown = color and inner and COLORS[style]
    return Printed(f"\x1b[{COLORS[style]}m{inner}\x1b[0m") if shown else inner


def in_ascii(value: Printed) -> Printed:
    """For a locale that shows no more than ASCII: the rest as backslashes and numbers."""
    return Printed(value.encode("ascii", "backslashreplace").decode())


def printed(diagnostics: Iterable[Diagnostic], color: bool) -> Printed:
    """The text for a terminal or a log."""
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
    """The source line, cut to the part that matters, and the carets below it."""
    whole = span.source.line(span.line)
    start = 0
    if len(whole) > _WIDTH:
        start = max(0, min(span.column - _WIDTH // 3, len(whole) - _WIDTH))
    # Cleaning keeps the number of characters.
    part = shown(whole[start : start + _WIDTH])
    before = part[: max(0, span.column - start)]
    marked = part[len(before) : max(span.end - start, len(before) + 1)]
    carets = "^" * max(1, _columns(marked))
    return part.rstrip(), " " * _columns(before) + carets


def _columns(text: str) -> int:
    """How many columns a text takes: East Asian characters two, accents of others none."""
    return sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0e\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
