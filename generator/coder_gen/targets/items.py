"""What a launcher tells an engine: the items that an engine's rules make of a plan.

Most are plain words of a command line; the others are what a launcher has to do at run time: look
whether a source is there, quote a value, pass on a variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Union

from coder_gen import expression
from coder_gen.expression import Ref, Text
from coder_gen.plan import Plan
from coder_gen.targets.base import EXACT, Support
from coder_gen.text.positions import NOWHERE, Span

# Names that no spec can hold, for what only the launcher knows.
HERE = "@here"


class Words(NamedTuple):
    """Words of the command line."""

    words: tuple[Text, ...]


class Fields(NamedTuple):
    """An option whose value is a line of CSV."""

    flag: str
    fields: tuple[Text, ...]


class Bind(NamedTuple):
    """A bind mount: its source is looked for when the launcher starts."""

    source: Text
    target: Text
    options: tuple[Text, ...]
    optional: bool


class LabelledBind(NamedTuple):
    """A bind mount in the ``--volume`` form, the only one that carries an SELinux label."""

    source: Text
    target: Text
    options: str
    optional: bool


class Forward(NamedTuple):
    """Variables that are passed on when the host has them."""

    names: tuple[str, ...]


class ShellCommand(NamedTuple):
    """An option whose value is a command line for a shell."""

    flag: str
    words: tuple[Text, ...]


class WhenThere(NamedTuple):
    """Words that are left out, with a notice, where a file is missing."""

    path: Text
    words: tuple[Text, ...]
    # Whether the words are an option, and a field of the CSV that the engine reads as its value.
    listed: bool = False


class Content(NamedTuple):
    """A file made for the container from a value, and removed afterwards."""

    name: str
    target: Text
    environment: str | None
    value: Text | None


class Call(NamedTuple):
    """A call of one of the launcher's own functions."""

    function: str
    words: tuple[Text, ...]


class Terminal(NamedTuple):
    """A terminal, where the launcher has one."""


class Display(NamedTuple):
    """Access to the user's display."""

    access: str


Item = Union[  # noqa: UP007 - read at run time
    Words, Fields, Bind, LabelledBind, Forward, ShellCommand, WhenThere, Content, Call, Terminal,
    Display,
]  # fmt: skip
Lower = Callable[[Any, Plan], Iterable[Item]]


Judge = Callable[[Any, Plan], Support]


class Rule(NamedTuple):
    """How a key is said, and how exactly.

    ``judge`` says it of one value, where it depends on the value; ``support`` is then the least
    that any value gets.
    """

    lower: Lower
    support: Support = Support(EXACT)
    judge: Judge | None = None

    def support_of(self, value: Any, plan: Plan) -> Support:
        """How exactly this value can be said."""
        return self.support if self.judge is None else self.judge(value, plan)


Rules = Mapping[str, Rule]


def rule(lower: Lower, level: str = EXACT, note: str = "", judge: Judge | None = None) -> Rule:
    """A rule; the note says how the target differs, or why it has no such thing."""
    return Rule(lower, Support(level, note), judge)


def scalar(flag: str) -> Lower:
    """An option with one value."""
    return lambda value, plan: [option(flag, value)]


def each(flag: str) -> Lower:
    """An option for each value of a list."""
    return lambda values, plan: [option(flag, value) for value in values]


def pairs(flag: str) -> Lower:
    """An option with NAME=VALUE for each entry of a map."""
    return lambda map, plan: [option(flag, f"{name}=" + value) for name, value in map.items()]


def boolean(flag: str, default: bool | None = False) -> Lower:
    """A boolean: the bare flag for true, nothing for the engine's own default."""

    def lower(value: Text, plan: Plan) -> list[Item]:
        if not value.is_literal:
            return [Words((f"{flag}=" + value,))]
        on = value.literal == "true"
        if on:
            return [option(flag)]
        return [] if default is False else [option(f"{flag}=false")]

    return lower


def flag_when(flag: str) -> Lower:
    """A flag that stands for a true Python bool."""
    return lambda value, plan: [option(flag)] if value else []


def nothing(value: object, plan: Plan) -> list[Item]:
    """For keys that other keys' items, or the launcher itself, take care of."""
    return []


def lowered(plan: Plan, rules: Rules) -> list[Item]:
    """What the engine is told before the image, in the spec's order."""
    found: list[Item] = []
    for key, setting in plan.settings.items():
        found += rules[key].lower(setting.value, plan)
    return found


def text(value: str, span: Span = NOWHERE) -> Text:
    """A literal word."""
    return expression.literal(value, span)


def option(flag: str, value: Text | str | None = None) -> Words:
    """A flag, with its value as the next word if there is one."""
    if value is None:
        return Words((text(flag),))
    return Words((text(flag), text(value) if isinstance(value, str) else value))


def path(value: Text) -> Text:
    """A path of the host; a relative one is relative to the launcher's folder, as in Compose."""
    here = Text((Ref(HERE, "", (), value.span),), value.span)
    if value.is_literal and value.literal == ".":
        return here
    if value.startswith("./"):
        first, *rest = value.parts
        return here + Text(expression.joined((str(first)[1:], *rest)), value.span)
    if value.startswith("../"):
        return here + "/" + value
    return value


def file_path(value: Text) -> Text:
    """As ``path``; a bare name is a file beside the launcher."""
    first = value.parts[0] if value.parts else ""
    if isinstance(first, str) and not first.startswith(("/", ".", "~")):
        return path("./" + value)
    return path(value)


def host_text(name: str, span: Span = NOWHERE) -> Text:
    """A value that only the host knows."""
    return Text((Ref(name, "", (), span),), span)
