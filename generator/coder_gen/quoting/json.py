"""JSON: readable text, with escapes for invisible characters only."""

from __future__ import annotations

import json as rules
import re
from typing import Any

from coder_gen.text import characters


def dumped(value: Any, indent: int | None = None) -> str:
    """The value as JSON; on several lines with ``indent``."""
    written = rules.dumps(value, indent=indent, ensure_ascii=False)
    # Outside of strings the only such characters are the line breaks of the indentation.
    return characters.unseen(written, "\n").sub(_escaped, written)


def _escaped(match: re.Match[str]) -> str:
    return rules.dumps(match[0])[1:-1]
