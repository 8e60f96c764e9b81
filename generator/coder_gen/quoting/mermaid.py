"""Mermaid: a label in quotes, with entity codes for all special characters.

Mermaid writes entities as ``#`` and a decimal number or a name, with a semicolon.
"""

from __future__ import annotations

import re

from coder_gen.text import characters

# Two dollars begin a formula.
_SAFE = re.compile(r"[^\w /.,:=+(){}$-]|_(?=_)|\$(?=\$)|(?<=\$)\$")


def label(value: str) -> str:
    """The text as a quoted label of one line; a blank for empty text, which is a syntax error."""
    # Mermaid would decode an entity back to the invisible character.
    line = characters.shown(value) or " "
    return '"' + _SAFE.sub(lambda match: f"#{ord(match[0])};", line) + '"'
