"""How text for people looks: in which colours, with which signs, how wide."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """What the place can show where a text goes; the default is what a file has."""

    color: bool = False
    signs: bool = True
    """Whether there may be more than ASCII."""
    width: int = 80


# By what a piece of text is: the parameter of ECMA-48's SGR.
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
