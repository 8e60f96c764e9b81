"""Compose's strings: literal text and variables as Compose interpolates them.

Checked on Compose 1.29, 2.26 and 2.40 and on podman-compose: ``$$`` is a dollar everywhere but in
a default; a default may hold blanks, quotes and colons, but no dollar, brace or line break.
"""

from __future__ import annotations

from collections.abc import Callable

from coder_gen.expression import Parts, Ref
from coder_gen.text import characters


def text(parts: Parts, variable: Callable[[Ref], str]) -> str:
    """A string for Compose; ``variable`` gives the syntax of each variable."""
    return "".join(
        variable(part) if isinstance(part, Ref) else part.replace("$", "$$") for part in parts
    )


def fits_in_braces(parts: Parts) -> bool:
    """Whether every reader allows the parts inside ``${NAME:-...}``: no variables either."""
    return all(isinstance(part, str) and not any(c in part for c in "${}\n\r") for part in parts)


def message(value: str) -> str:
    """Text for ``${NAME:?...}``, reduced to the characters that every reader allows there."""
    return " ".join("".join(" " if c in "{}$\"'\\" else c for c in characters.shown(value)).split())
