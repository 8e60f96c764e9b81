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
from coder_gen.text import characters

_SPECIAL = re.compile(r'([\\"$`])')
# Programs that tidy line ends drop these.
_BLANK_AT_END = "[ \t]\n"
_AS_THEY_ARE = "\n\t"


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
    if not characters.is_plain(text) and (_unseen(text) or re.search(_BLANK_AT_END, text)):
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
    return f"$'{characters.unseen(seen).sub(_escaped, seen)}'"


def _unseen(text: str) -> bool:
    return characters.unseen(text, _AS_THEY_ARE).search(text) is not None


def _escaped(match: re.Match[str]) -> str:
    names = {0x0D: "\\r", 0x1B: "\\e"}
    # A byte that is no UTF-8, which only the command line can bring, is that byte again.
    data = match[0].encode("utf-8", "surrogateescape")
    return "".join(names.get(byte) or f"\\x{byte:02x}" for byte in data)


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
    if characters.is_plain(part):
        return seen
    return characters.unseen(seen, _AS_THEY_ARE).sub(_in_quotes_of_its_own, seen)


def _in_quotes_of_its_own(match: re.Match[str]) -> str:
    return f'"{_ansi(match[0])}"'


def comment(text: str) -> Bash:
    """A comment line; whatever could end it, or speak to a linter, is made harmless."""
    line = characters.shown(text).strip()
    if line.startswith(("shellcheck", "!")):
        line = "- " + line
    return Bash(f"# {line}".rstrip())
