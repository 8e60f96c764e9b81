"""Mermaid: a label in quotes, where everything that could mean something is an entity code.

Mermaid writes entities as ``#`` and a decimal number or a name, with a semicolon.
"""

from __future__ import annotations

import re

from coder_gen.text import characters

# Two dollars begin a formula.
_SAFE = re.compile(r"[^\w /.,:=+(){}$-]|_(?=_)|\$(?=\$)|(?<=\$)\$")


def label(value: str) -> str:
    """The text as a quoted label of one line; an empty one would be a syntax error."""
    # An entity would bring back in the drawing what nobody sees.
    line = characters.shown(value) or " "
    return '"' + _SAFE.sub(lambda match: f"#{ord(match[0])};", line) + '"'
