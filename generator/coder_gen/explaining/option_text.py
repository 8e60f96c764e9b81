"""An engine's option as text for people: its flag, its value and a note."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import NamedTuple

from coder_gen.engines.arguments import LAUNCHER_FOLDER, HelperCall, Item
from coder_gen.expression import Text, source


class OptionText(NamedTuple):
    """A flag and its value, both as typed; the note is the condition that it depends on."""

    flag: str
    value: str
    note: str = ""


Show = Callable[[Text], str]


def option_text(item: Item, show: Show) -> OptionText:
    """The words that an item adds to the command line, if its condition holds."""
    if isinstance(item, HelperCall):
        return OptionText(item.function.replace("_", " "), line(item.arguments, show), item.note)
    flag, *values = item.argv()
    return OptionText(show(flag), line(values, show), item.note)


def line(words: Iterable[Text], show: Show) -> str:
    """Words on one line, quoted where a shell would split or expand them."""
    return " ".join(_word(show(word)) for word in words)


def _word(word: str) -> str:
    return word if word and not set(word) & set(" \t\n'\"\\;|&<>()*?") else shlex.quote(word)


def shown(text: Text) -> str:
    """A text as a spec would write it; the launcher's folder is a dot."""
    return "".join(
        part if isinstance(part, str) else "." if part.name == LAUNCHER_FOLDER else source((part,))
        for part in text.parts
    )
