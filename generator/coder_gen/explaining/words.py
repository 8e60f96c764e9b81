"""What an engine is told, as a person reads it: a flag, its value, and a note."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from coder_gen.expression import Text, source
from coder_gen.targets.items import (
    HERE,
    Bind,
    Call,
    Content,
    Display,
    Fields,
    Forward,
    Item,
    LabelledBind,
    ShellCommand,
    Terminal,
    WhenThere,
    Words,
)

_DISPLAYS = {
    "host": "xhost +local:, or +HOST for a display elsewhere; taken back at the end",
    "user": "xhost +SI:localuser:NAME; taken back at the end",
    "cookie": "a private file with this display's cookie, removed at the end",
}
WHEN_SET = "when the host has it set"


class Said(NamedTuple):
    """A flag with its value, both as they would be typed; the note says on what it depends."""

    flag: str
    value: str
    note: str = ""


Show = Callable[[Text], str]


def said(item: Item, show: Show) -> list[Said]:
    """The words that an item puts on the command line, if the launcher finds what it needs."""
    if isinstance(item, Words):
        first, *rest = item.words
        return [Said(show(first), line(rest, show))]
    if isinstance(item, Fields):
        return [Said(item.flag, ",".join(map(show, item.fields)))]
    if isinstance(item, Bind):
        fields = ["type=bind", f"source={show(item.source)}", f"target={show(item.target)}"]
        value = ",".join([*fields, *map(show, item.options)])
        return [Said("--mount", value, "skipped where it is missing" if item.optional else "")]
    if isinstance(item, LabelledBind):
        value = f"{show(item.source)}:{show(item.target)}:{item.options}"
        return [Said("--volume", value, "skipped where it is missing" if item.optional else "")]
    if isinstance(item, Forward):
        return [Said("--env", name, WHEN_SET) for name in item.names]
    if isinstance(item, ShellCommand):
        return [Said(item.flag, line(item.words, show))]
    if isinstance(item, WhenThere):
        first, *rest = item.words
        note = "skipped where it is missing"
        return [Said(show(first), line(rest, show), note)]
    return _of_launcher(item, show)


def _of_launcher(item: Call | Content | Display | Terminal, show: Show) -> list[Said]:
    """What the launcher makes itself when it starts."""
    if isinstance(item, Content):
        target = show(item.target)
        return [Said("--mount", f"type=bind,source=<a private file>,target={target},readonly")]
    if isinstance(item, Terminal):
        return [Said("--tty", "", "where the launcher has a terminal")]
    if isinstance(item, Display):
        return [Said("--env", "DISPLAY", f"when there is a display; {_DISPLAYS[item.access]}")]
    words = line(item.words, show)
    return [Said(item.function.replace("_", " "), words, "done by the launcher itself")]


def line(words: Iterable[Text], show: Show) -> str:
    """Words on one line; those that a shell would take apart in quotes."""
    return " ".join(_word(show(word)) for word in words)


def _word(word: str) -> str:
    return word if word and not set(word) & set(" \t\n'\"\\;|&<>()*?") else shlex.quote(word)


def shown(text: Text) -> str:
    """A text as a spec would write it; the launcher's own folder is a dot."""
    return "".join(
        part if isinstance(part, str) else "." if part.name == HERE else source((part,))
        for part in text.parts
    )


def texts(item: Item) -> list[Text]:
    """The texts in an item that a spec may have said."""
    if isinstance(item, (Words, ShellCommand, Call, WhenThere)):
        return list(item.words)
    if isinstance(item, Fields):
        return list(item.fields)
    if isinstance(item, (Bind, LabelledBind)):
        return [item.source, item.target]
    return []
