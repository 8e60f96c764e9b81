"""Dockerfiles: words of ENV, LABEL and ARG, exec forms, paths of COPY, and lines of RUN.

Rules, of BuildKit's and buildah's parsers: an instruction is one line (a backslash at its end
continues it), so that a line break is only possible in an exec form or in ``$'\\n'`` of a shell
word; ENV, LABEL, ARG, COPY, FROM and WORKDIR expand ``$NAME``, also in single quotes, but not
after a backslash; exec forms are JSON without expansion; RUN is parsed by the shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from coder_gen.expression import Parts, Ref
from coder_gen.quoting import bash
from coder_gen.quoting.json import dumped
from coder_gen.text import characters

_SPECIAL = re.compile(r'([\\"$])')
# Characters that would end the line, or that an image's configuration cannot contain.
_REFUSED = re.compile("[\0\r\n]")
_BARE = re.compile(r"[\w./:@+-]*")
# COPY reads its sources as patterns. Docker and buildah escape these differently.
_PATTERN = re.compile(r"[*?\[]")


class Dockerfile(str):
    """Text that is already a Dockerfile's: a template copies it unchanged."""

    __slots__ = ()


class Unseen(ValueError):
    """An invisible character where the language has no escape for it."""

    def __init__(self, char: str) -> None:
        super().__init__(characters.named(char))


def word(value: object) -> Dockerfile:
    """One word in double quotes; numbers are written in decimal.

    Raises ValueError for a line break or NUL, which no word can contain, Unseen for an invisible
    character, and TypeError for a type without one obvious spelling as a word.
    """
    if isinstance(value, Dockerfile):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(f"not a word of a Dockerfile: {value!r}")
    return expansion((str(value),) if value != "" else (), lambda ref: "")


def expansion(parts: Parts, name: Callable[[Ref], str]) -> Dockerfile:
    """One word that contains build arguments; ``name`` gives the argument of each variable."""
    return Dockerfile('"' + "".join(_in_quotes(part, name) for part in parts) + '"')


def _in_quotes(part: str | Ref, name: Callable[[Ref], str]) -> str:
    if isinstance(part, Ref):
        return f"${{{name(part)}}}"
    if _REFUSED.search(part):
        raise ValueError("a line break or NUL")
    if unseen := characters.hidden(part, "\t").search(part):
        raise Unseen(unseen[0])
    return _SPECIAL.sub(r"\\\1", part)


def bare(parts: Parts, name: Callable[[Ref], str]) -> Dockerfile:
    """Text where an instruction allows no quotes. ValueError for a character that needs them."""
    for part in parts:
        if not isinstance(part, str):
            continue
        if unseen := characters.hidden(part).search(part):
            raise Unseen(unseen[0])
        if not _BARE.fullmatch(part):
            raise ValueError("blanks or special characters")
    return Dockerfile("".join(p if isinstance(p, str) else f"${{{name(p)}}}" for p in parts))


def exec_form(words: Iterable[str]) -> Dockerfile:
    """The JSON form of ENTRYPOINT, CMD and RUN: nothing in it is expanded. ValueError for NUL."""
    words = list(words)
    if any("\0" in each for each in words):
        raise ValueError("NUL")
    return Dockerfile(dumped(words))


def copy_form(source: Parts, target: Parts, name: Callable[[Ref], str]) -> Dockerfile:
    """The JSON form of COPY, in which arguments are expanded.

    Raises ValueError for characters that no such path can contain, and for a source with a pattern.
    """
    if any(isinstance(part, str) and _PATTERN.search(part) for part in source):
        raise ValueError("* ? or [, which would make the path a pattern,")
    written = ("".join(_in_copy(part, name) for part in parts) for parts in (source, target))
    return Dockerfile(dumped(list(written)))


def _in_copy(part: str | Ref, name: Callable[[Ref], str]) -> str:
    if isinstance(part, Ref):
        return f"${{{name(part)}}}"
    if _REFUSED.search(part):
        raise ValueError("a line break or NUL")
    if "\\" in part:
        raise ValueError("a backslash")
    # Without surrounding quotes: after parsing the JSON a builder treats quotes as syntax.
    return re.sub(r"""(["'$])""", r"\\\1", part)


def shell_word(value: bash.Bash | str | int) -> Dockerfile:
    """One word of bash for a RUN line; a line break in it becomes ``$'\\n'``."""
    made = bash.word(value)
    if "\n" not in made:
        return Dockerfile(made)
    # Only quoted words contain one: close the quotes around it.
    quote = made[0]
    return Dockerfile(made.replace("\n", f"{quote}$'\\n'{quote}"))


def shell_expansion(parts: Parts, name: Callable[[Ref], str]) -> Dockerfile:
    """One word of bash that contains build arguments, for a RUN line."""
    return shell_word(bash.expansion(parts, name))


def comment(text: str) -> Dockerfile:
    """A comment line; it cannot end early or be read as a directive of a builder or a linter."""
    line = characters.shown(text).strip()
    # `# escape=` and `# syntax=` are directives, `# hadolint ignore=` a pragma.
    if re.match(r"(?i)(?:[a-z]+\s*=|hadolint|check\s*=)", line):
        line = "- " + line
    return Dockerfile(f"# {line}".rstrip())
