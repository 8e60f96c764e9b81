"""How diagnostics look: place, code, what is wrong, the line with a caret, the way out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from coder_gen.diagnostics import ERROR, Diagnostic
from coder_gen.source.text import Span

_WIDTH = 100
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "fix": "\x1b[32m", "gutter": "\x1b[34m"}


def printed(diagnostics: Iterable[Diagnostic], color: bool) -> str:
    """The text for a terminal or a log."""
    return "".join(_one(diagnostic, color) for diagnostic in diagnostics)


def _one(diagnostic: Diagnostic, color: bool) -> str:
    def styled(style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}\x1b[0m" if color else text

    label = "error" if diagnostic.severity == ERROR else "warning"
    place = f"{diagnostic.span}: " if diagnostic.span is not None else ""
    lines = [
        f"{visible(place)}{styled(label, f'{label}[{diagnostic.code}]')}: {visible(diagnostic.message)}"
    ]
    gutter = 5
    if diagnostic.span is not None and diagnostic.span.source.text:
        number = str(diagnostic.span.line + 1)
        gutter = max(gutter, len(number) + 1)
        shown, caret = _excerpt(diagnostic.span)
        lines.append(styled("gutter", f"{number:>{gutter}} | ") + shown)
        lines.append(styled("gutter", " " * gutter + " | ") + styled(label, caret))
    if diagnostic.fix:
        lines.append(
            styled("gutter", " " * gutter + " = ") + styled("fix", visible(diagnostic.fix))
        )
    return "\n".join(lines) + "\n"


def _excerpt(span: Span) -> tuple[str, str]:
    """The source line, cut to the part that matters, and the carets below it."""
    line = span.source.line(span.line)
    start = 0
    if len(line) > _WIDTH:
        start = max(0, min(span.column - _WIDTH // 3, len(line) - _WIDTH))
    part = visible(line[start : start + _WIDTH])
    before = part[: max(0, span.column - start)]
    marked = part[len(before) : max(span.end - start, len(before) + 1)]
    carets = "^" * max(1, _columns(marked))
    return part.rstrip(), " " * _columns(before) + carets


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def visible(text: str) -> str:
    """The text without characters that a terminal would act upon."""
    return "".join(
        c if c.isprintable() else " " if c in "\t\n\r" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
