"""Bash: words, words with variables, comments.

Rule: ``shlex.quote`` quotes a literal, except text that would then be hard to read: invisible
characters, apostrophes, commas. A default is never written as
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
# Programs that trim lines remove these.
_BLANK_AT_END = "[ \t]\n"
_UNESCAPED = "\n\t"


class Bash(str):
    """Text that is already bash: a template copies it unchanged."""

    __slots__ = ()


def word(value: object) -> Bash:
    """One shell word for a literal; numbers are written in decimal.

    Raises ValueError for NUL, which bash would drop silently, and TypeError for a type without
    one obvious spelling as a word.
    """
    if isinstance(value, Bash):
        return value
    if type(value) is str:
        return _quote(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(f"not a shell word: {value!r}")
    return _quote(str(value))


# The launchers of one run have many words in common.
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
        # word after = would become a program's path, and readers of bash may misread ==.
        return Bash(f"'{text}'")
    return Bash(quoted)


def _ansi(text: str) -> str:
    """The text in ``$'...'``; bytes, since bash writes code points in the locale's encoding."""
    seen = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{characters.unseen(seen).sub(_escaped, seen)}'"


def _unseen(text: str) -> bool:
    return characters.unseen(text, _UNESCAPED).search(text) is not None


def _escaped(match: re.Match[str]) -> str:
    names = {0x0D: "\\r", 0x1B: "\\e"}
    # A byte that is not UTF-8, from the command line, becomes that byte again.
    data = match[0].encode("utf-8", "surrogateescape")
    return "".join(names.get(byte) or f"\\x{byte:02x}" for byte in data)


def words(values: Iterable[object]) -> Bash:
    """Shell words with a space between them."""
    return Bash(" ".join(word(value) for value in values))


def expansion(parts: Parts, name: Callable[[Ref], str]) -> Bash:
    """One shell word that contains variables; ``name`` gives the shell variable of each.

    Literal parts are in the same double quotes, with special characters escaped.
    """
    if not any(isinstance(part, Ref) for part in parts):
        return word("".join(part for part in parts if isinstance(part, str)))
    return Bash('"' + "".join(_quoted(part, name) for part in parts) + '"')


def _quoted(part: Part, name: Callable[[Ref], str]) -> str:
    if isinstance(part, Ref):
        return f"${{{name(part)}}}"
    if "\0" in part:
        raise ValueError("a shell word cannot hold NUL")
    # Invisible characters become escapes, after the quotes are closed and before they reopen.
    seen = _SPECIAL.sub(r"\\\1", part)
    if characters.is_plain(part):
        return seen
    return characters.unseen(seen, _UNESCAPED).sub(_ansi_between_quotes, seen)


def _ansi_between_quotes(match: re.Match[str]) -> str:
    return f'"{_ansi(match[0])}"'


def comment(text: str) -> Bash:
    """A comment line; it cannot end early or be read as a directive of a linter."""
    line = characters.shown(text).strip()
    if line.startswith(("shellcheck", "!")):
        line = "- " + line
    return Bash(f"# {line}".rstrip())
