"""How text for people looks: colours, signs and width."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """What the output device can show; the defaults are those for a file."""

    color: bool = False
    signs: bool = True
    """Whether characters beyond ASCII can be shown."""
    width: int = 80


# The parameter of ECMA-48's SGR for each style.
COLORS = {
    "": "",
    "critical": "1;31",
    "error": "1;31",
    "fix": "32",
    "gutter": "34",
    "heading": "1",
    "high": "31",
    "low": "36",
    "medium": "33",
    "narrower": "32",
    "ok": "32",
    "problem": "1;31",
    "quiet": "2",
    "skipped": "2",
    "warning": "1;33",
    "wider": "1;31",
}
