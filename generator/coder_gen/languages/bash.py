"""Bash: words, words with variables, comments.

Rule: a literal goes through ``shlex.quote``, always. A default is never written inside
``${X:-...}``, where ``it's`` is a syntax error and ``a}b`` ends the expansion early.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from functools import lru_cache

from coder_gen.expression import Part, Parts, Ref

_SPECIAL = re.compile(r'([\\"$`])')


class Bash(str):
    """Text that is bash already: a template copies it as it is."""

    __slots__ = ()


def word(value: object) -> Bash:
    """One shell word for a literal; numbers are written in decimal.

    Raises ValueError for NUL, which bash would drop silently, and TypeError for what has no one
    spelling as a word.
    """
    if isinstance(value, Bash):
        return value
    if type(value) is str:
        return _quote(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(f"not a shell word: {value!r}")
    return _quote(str(value))


# A launcher says much the same as the next one.
@lru_cache(maxsize=4096)
def _quote(text: str) -> Bash:
    if "\0" in text:
        raise ValueError("a shell word cannot hold NUL")
    return Bash(shlex.quote(text))


def words(values: Iterable[object]) -> Bash:
    """Shell words with a space between them."""
    return Bash(" ".join(word(value) for value in values))


def expansion(parts: Parts, name: Callable[[Ref], str]) -> Bash:
    """One shell word that holds variables; ``name`` gives the shell variable of each.

    Literal parts stand in the same double quotes, with what is special there escaped.
    """
    if not any(isinstance(part, Ref) for part in parts):
        return word("".join(part for part in parts if isinstance(part, str)))
    return Bash('"' + "".join(_quoted(part, name) for part in parts) + '"')


def _quoted(part: Part, name: Callable[[Ref], str]) -> str:
    if isinstance(part, Ref):
        return f"${{{name(part)}}}"
    if "\0" in part:
        raise ValueError("a shell word cannot hold NUL")
    return _SPECIAL.sub(r"\\\1", part)


def comment(text: str) -> Bash:
    """A comment line; whatever could end it, or speak to a linter, is made harmless."""
    line = "".join(c if c.isprintable() else " " for c in text).strip()
    if line.startswith(("shellcheck", "!")):
        line = "- " + line
    return Bash(f"# {line}".rstrip())
