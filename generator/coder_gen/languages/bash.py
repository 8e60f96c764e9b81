"""Bash: words, words with variables, comments.

Rule: a literal goes through ``shlex.quote``, always, but for text that would be hard to read so:
what no reader sees, apostrophes, commas. A default never stands in
``${X:-...}``, where ``it's`` is a syntax error and ``a}b`` ends the expansion early.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from functools import lru_cache

from coder_gen.expression import Part, Parts, Ref

_SPECIAL = re.compile(r'([\\"$`])')
# Control characters, and those that break a line or turn its direction: nobody sees them in a
# script, and programs that tidy line ends drop some.
_UNSEEN = "[\x01-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+"
_BLANK_AT_END = "[ \t]\n"


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
    if not text.isprintable() and (re.search(_UNSEEN, text) or re.search(_BLANK_AT_END, text)):
        return Bash(_ansi(text))
    if "'" in text:
        return Bash('"' + _SPECIAL.sub(r"\\\1", text) + '"')
    quoted = shlex.quote(text)
    if quoted == text and ("," in text or text.startswith("=")):
        # In an array, shellcheck takes a bare comma for a separator (SC2054); pasted into zsh, a
        # word after an equals sign would be a program's path, and readers of bash stumble over ==.
        return Bash(f"'{text}'")
    return Bash(quoted)


def _ansi(text: str) -> str:
    """The text in ``$'...'``; bytes, not code points, which bash writes as its locale has them."""
    seen = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{re.sub(_UNSEEN, _escaped, seen)}'"


def _escaped(match: re.Match[str]) -> str:
    names = {0x0D: "\\r", 0x1B: "\\e"}
    return "".join(names.get(byte) or f"\\x{byte:02x}" for byte in match[0].encode())


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
    # What nobody sees is spelt out, between two closed quotes.
    seen = _SPECIAL.sub(r"\\\1", part)
    return seen if part.isprintable() else re.sub(_UNSEEN, _in_quotes_of_its_own, seen)


def _in_quotes_of_its_own(match: re.Match[str]) -> str:
    return f'"{_ansi(match[0])}"'


def comment(text: str) -> Bash:
    """A comment line; whatever could end it, or speak to a linter, is made harmless."""
    line = "".join(c if c.isprintable() else " " for c in text).strip()
    if line.startswith(("shellcheck", "!")):
        line = "- " + line
    return Bash(f"# {line}".rstrip())
