r"""Notation of READMEs in command lines that bash does not know, rewritten for bash.

A prompt, a remark in backquotes (`` `#optional` ``, which gives no word), a value to be filled in
(``<path to data>``, which bash takes for redirections) and a line that seems to go on (``\`` and
blanks, or a comment, at its end). Each keeps its length, so that places in the text stay what
they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from coder_gen.engines.registry import by_program

_PROMPT = re.compile(rf"\A\s*[$#>%]\s+(?=(?:sudo\s+(?:-\S+\s+)*)?(?:{'|'.join(by_program())})\s)")
_REMARK = re.compile(r"(?<=[ \t])`#([^`\n]*)`(?=[ \t]*\\?\r?$)", re.MULTILINE)
# A backslash that is not the last of its line joins nothing.
_BROKEN = re.compile(r"(?<=[ \t])\\[ \t]+(?:#([^\n]*))?(?=\r?\n)")
# `cmd <in >out` and `cmd <in>out` are redirections.
_PLACEHOLDER = re.compile(
    r"(?<![<>0-9&$({])<(?P<named>[\w./~](?:[\w ./,:+-]*[\w./])?)>(?![>&\w(]|/dev/)"
)
# Characters that no text may hold in exchange (Unicode's noncharacters), for `<`, `>` and a blank.
_OPEN, _CLOSE, _BLANK = "\ufdd0", "\ufdd1", "\ufdd2"
_STANDS = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
# Variables that every host sets.
HOST_VARIABLES = frozenset(
    ["UID", "GID", "USER", "HOME", "PWD", "HOSTNAME", "PATH", "SHELL", "TERM", "LANG", "DISPLAY",
     "LOGNAME", "TMPDIR", "IFS"]
)  # fmt: skip


class Mark(NamedTuple):
    """A place with such notation, and the comment in it."""

    start: int
    end: int
    remark: str


def without_prompt(text: str) -> str:
    """The text with blanks in place of a prompt: `$ docker run …`."""
    prompt = _PROMPT.match(text)
    return text if prompt is None else " " * prompt.end() + text[prompt.end() :]


def marks(text: str) -> list[Mark]:
    """Places that look like such notation; they may stand in quotes."""
    found = [Mark(*match.span(), match[1].strip()) for match in _REMARK.finditer(text)]
    found += [Mark(*match.span(), (match[1] or "").strip()) for match in _BROKEN.finditer(text)]
    if not text.startswith("#!") and not _STANDS.search(text):
        found += [Mark(*match.span(), "") for match in _PLACEHOLDER.finditer(text)]
    return found


def readable(text: str, chosen: Iterable[Mark]) -> str:
    """The text as bash can read it, without the marks."""
    found: list[str] = []
    at = 0
    for start, end, _ in sorted(chosen):
        if start < at:
            continue  # within the one before
        inside = text[start + 1 : end - 1]
        if text[start] == "`":
            inside = " " * (end - start)
        elif text[start] == "\\":
            inside = " " * (end - start - 1) + "\\"
        else:
            inside = _OPEN + inside.replace(" ", _BLANK) + _CLOSE
        found += (text[at:start], inside)
        at = end
    return "".join((*found, text[at:]))


def placeholders(text: str) -> list[str]:
    """A word's text at even places, and the names of variables for what was to be filled in."""
    found = _STANDS.split(text)
    found[1::2] = [_name(each) for each in found[1::2]]
    return found


def _name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").upper()
    return f"MY_{name}" if name in HOST_VARIABLES or not name[:1].isalpha() else name
