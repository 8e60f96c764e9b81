"""Which functions a script has: those that it calls, as its templates say.

A template asks ``'name' in functions`` around a function. The text that comes out tells which of
those it calls, so nobody keeps a list of what calls what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from coder_gen.languages.bash import Bash

# Where a launcher keeps private files, and the variables by which a user chooses.
PRIVATE_PLACES = Bash('"${XDG_RUNTIME_DIR-}" "${TMPDIR-}" /tmp')
PRIVATE_SETTINGS = Bash("XDG_RUNTIME_DIR or TMPDIR")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_QUOTED = re.compile(r"\$'(?:[^'\\]|\\.)*'|'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.", re.DOTALL)
_KEYWORD = r"(?:if|elif|then|else|while|until|do)\b"
_NAME = rf"(?!{_KEYWORD})([A-Za-z_]\w*)(?=[ \t\n;)&|]|\Z)"
# Where bash takes a word for a command.
_COMMAND = re.compile(rf"(?:^|[;&|(){{!]|\b{_KEYWORD})[ \t]*{_NAME}", re.MULTILINE)
# Commands that run what they are given.
_GIVEN = re.compile(
    rf"\b(?:ask \w+ \S+|in_bytes|with_bytes|locked \S+|supervise|trap)[ \t]+{_NAME}"
)


class Functions(Collection[str]):
    """The functions that a script has; it notes after which ones its template asks."""

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self.asked: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def linked(render: Callable[[Functions], str], *features: str) -> str:
    """The text with the functions that it calls.

    ``features`` are those that the spec asks for, and that the template's own code calls only then.
    """
    names = set(features)
    while True:
        functions = Functions(names)
        made = render(functions)
        more = (functions.asked & called(made)) - names
        if not more:
            return made
        names |= more


def called(script: str) -> set[str]:
    """The words that stand where bash takes them for commands; quoted text is none."""
    code = _QUOTED.sub("''", _COMMENT.sub("", script))
    return {*_COMMAND.findall(code), *_GIVEN.findall(code)}
