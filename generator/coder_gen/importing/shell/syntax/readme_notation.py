r"""Rewrite notation of READMEs in command lines, which is not bash, as bash.

The notation is: a prompt, a remark in backquotes (`` `#optional` ``, which gives no word), a
placeholder (``<path to data>``, which bash takes for redirections) and a line that seems to
continue (``\`` and blanks, or a comment, at its end). Each keeps its length, and so all offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from coder_gen.engines.registry import by_program

_PROMPT = re.compile(rf"\A\s*[$#>%]\s+(?=(?:sudo\s+(?:-\S+\s+)*)?(?:{'|'.join(by_program())})\s)")
_REMARK = re.compile(r"(?<=[ \t])`#([^`\n]*)`(?=[ \t]*\\?\r?$)", re.MULTILINE)
# A backslash that is not the last character of its line does not continue it.
_BROKEN = re.compile(r"(?<=[ \t])\\[ \t]+(?:#([^\n]*))?(?=\r?\n)")
# `cmd <in >out` and `cmd <in>out` are redirections.
_PLACEHOLDER = re.compile(
    r"(?<![<>0-9&$({])<(?P<named>[\w./~](?:[\w ./,:+-]*[\w./])?)>(?![>&\w(]|/dev/)"
)
# Unicode noncharacters, which no text should contain, for `<`, `>` and a blank.
_OPEN, _CLOSE, _BLANK = "\ufdd0", "\ufdd1", "\ufdd2"
_STANDS = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
# Variables that every host sets.
HOST_VARIABLES = frozenset(
    ["UID", "GID", "USER", "HOME", "PWD", "HOSTNAME", "PATH", "SHELL", "TERM", "LANG", "DISPLAY",
     "LOGNAME", "TMPDIR", "IFS"]
)  # fmt: skip


class Mark(NamedTuple):
    """The offsets of such notation, and the comment in it."""

    start: int
    end: int
    remark: str


def without_prompt(text: str) -> str:
    """The text with blanks for a prompt: `$ docker run …`."""
    prompt = _PROMPT.match(text)
    return text if prompt is None else " " * prompt.end() + text[prompt.end() :]


def marks(text: str) -> list[Mark]:
    """All text that looks like such notation, also in quotes."""
    found = [Mark(*match.span(), match[1].strip()) for match in _REMARK.finditer(text)]
    found += [Mark(*match.span(), (match[1] or "").strip()) for match in _BROKEN.finditer(text)]
    if not text.startswith("#!") and not _STANDS.search(text):
        found += [Mark(*match.span(), "") for match in _PLACEHOLDER.finditer(text)]
    return found


def readable(text: str, chosen: Iterable[Mark]) -> str:
    """The text without the chosen marks, so that bash can read it."""
    found: list[str] = []
    at = 0
    for start, end, _ in sorted(chosen):
        if start < at:
            continue  # inside the previous mark
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
    """A word's text at even indexes, and variable names for its placeholders at odd ones."""
    found = _STANDS.split(text)
    found[1::2] = [_name(each) for each in found[1::2]]
    return found


def _name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").upper()
    return f"MY_{name}" if name in HOST_VARIABLES or not name[:1].isalpha() else name
