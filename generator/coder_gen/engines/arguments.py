"""An engine's arguments: the items that an engine's rules make from a plan.

Each item knows its words on the engine's command line (``argv``), and the value of the spec that it
expresses (``origin``). Most items are only those words; for the others a launcher does something
at run time: check whether a source exists, pass on a variable, make a file.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from coder_gen import expression
from coder_gen.expression import Ref, Text
from coder_gen.language.shapes.base import (
    BooleanShape,
    Key,
    ListShape,
    PairsShape,
    ScalarShape,
    Setting,
)
from coder_gen.plan import Plan
from coder_gen.quoting import csv
from coder_gen.support import KeyRule, Rules, rule, rule_for_each
from coder_gen.text.positions import NOWHERE, Span

if TYPE_CHECKING:
    from coder_gen.options.flag_table import Table

# Names that a spec cannot contain, for values that only the launcher knows.
LAUNCHER_FOLDER = "@here"
SKIPPED = "skipped where it is missing"
WHEN_SET = "when the host has it set"


class Origin(NamedTuple):
    """The value of the spec that an item expresses.

    ``value`` is one of the values of ``setting`` if the key has several (for a mapping a name and
    its value), else the whole value.
    """

    key: str
    setting: Setting
    value: Any

    @property
    def span(self) -> Span | None:
        """The value's own place in a source text, if it has one."""
        value = self.value
        if isinstance(value, tuple) and len(value) == 2 and not hasattr(value, "_fields"):
            value = value[1]
        span = getattr(value, "span", None)
        return span if isinstance(span, Span) and span.source.name else None


class Argv(NamedTuple):
    """Words of the command line."""

    words: tuple[Text, ...]
    origin: Origin | None = None
    note: str = ""

    def argv(self) -> tuple[Text, ...]:
        return self.words


class CsvOption(NamedTuple):
    """An option whose value is a line of CSV."""

    flag: str
    fields: tuple[Text, ...]
    origin: Origin | None = None
    note: str = ""

    def argv(self) -> tuple[Text, ...]:
        return text(self.flag), record(self.fields)


class Bind(NamedTuple):
    """A bind mount; the launcher checks its source when it starts."""

    source: Text
    target: Text
    options: tuple[Text, ...]
    optional: bool
    origin: Origin | None = None

    def argv(self) -> tuple[Text, ...]:
        fields = text("type=bind"), "source=" + self.source, "target=" + self.target
        return text("--mount"), record((*fields, *self.options))

    @property
    def note(self) -> str:
        return SKIPPED if self.optional else ""


class LabelledBind(NamedTuple):
    """A bind mount in the ``--volume`` form, the only one that allows an SELinux label."""

    source: Text
    target: Text
    options: str
    optional: bool
    origin: Origin | None = None

    def argv(self) -> tuple[Text, ...]:
        return text("--volume"), self.source + ":" + self.target + f":{self.options}"

    @property
    def note(self) -> str:
        return SKIPPED if self.optional else ""


class Forward(NamedTuple):
    """Variables that are passed on if the host sets them; ``helper`` checks this."""

    names: tuple[Text, ...]
    helper: str = "forward"
    origin: Origin | None = None
    note: str = WHEN_SET

    def argv(self) -> tuple[Text, ...]:
        return tuple(word for name in self.names for word in (text("--env"), name))


class ShellCommand(NamedTuple):
    """An option whose value is a command line for a shell."""

    flag: str
    words: tuple[Text, ...]
    origin: Origin | None = None
    note: str = ""

    def argv(self) -> tuple[Text, ...]:
        return text(self.flag), join(" ", (word.map(shlex.quote) for word in self.words))


class IfFileExists(NamedTuple):
    """Words that are omitted, with a notice, where a file is missing."""

    path: Text
    words: tuple[Text, ...]
    # Whether the words are an option and a field of CSV that is its value.
    listed: bool = False
    origin: Origin | None = None
    note: str = SKIPPED

    def argv(self) -> tuple[Text, ...]:
        return self.words


class GeneratedFile(NamedTuple):
    """A file that the launcher makes for the container from a value, and removes afterwards."""

    name: str
    target: Text
    content: Text
    origin: Origin | None = None
    note: str = ""

    def argv(self) -> tuple[Text, ...]:
        fields = "type=bind,source=<a private file>,target=" + self.target + ",readonly"
        return text("--mount"), fields


class HelperCall(NamedTuple):
    """A call of a function of the launcher; ``words`` are the engine's arguments from it."""

    function: str
    arguments: tuple[Text, ...]
    words: tuple[Text, ...] = ()
    origin: Origin | None = None
    note: str = "done by the launcher itself"

    def argv(self) -> tuple[Text, ...]:
        return self.words


class Terminal(NamedTuple):
    """A terminal, if the launcher has one."""

    origin: Origin | None = None
    note: str = "where the launcher has a terminal"

    def argv(self) -> tuple[Text, ...]:
        return (text("--tty"),)


class Display(NamedTuple):
    """Access to the user's display."""

    access: str
    origin: Origin | None = None

    def argv(self) -> tuple[Text, ...]:
        return text("--env"), text("DISPLAY")

    @property
    def note(self) -> str:
        return f"when there is a display; {_DISPLAYS[self.access]}"


_DISPLAYS = {
    "host": "xhost +local:, or +HOST for a display elsewhere; taken back at the end",
    "user": "xhost +SI:localuser:NAME; taken back at the end",
    "cookie": "a private file with this display's cookie, removed at the end",
}

# Each has ``argv()``, its words where the launcher finds what it needs, and ``note``, which tells
# people what it depends on when the launcher starts.
Item = Union[  # noqa: UP007 - read at run time
    Argv, CsvOption, Bind, LabelledBind, Forward, ShellCommand, IfFileExists, GeneratedFile,
    HelperCall, Terminal, Display,
]  # fmt: skip
Lower = Callable[[Any, Plan], Iterable[Item]]


def items_of(key: str, setting: Setting, plan: Plan, rules: Rules) -> Iterator[Item]:
    """The engine's arguments for one setting; each item has its value as ``origin``."""
    found = rules[key]
    for value in found.values(setting.value, plan):
        origin = Origin(key, setting, value)
        for item in found.lower(value, plan) or ():
            yield item._replace(origin=origin)


def lowered(plan: Plan, rules: Rules) -> list[Item]:
    """The engine's arguments before the image, in the spec's order."""
    return [
        item
        for key, setting in plan.settings.items()
        for item in items_of(key, setting, plan, rules)
    ]


def one_per_option(items: Iterable[Item]) -> Iterator[Item]:
    """One item for each option: a call that passes on several variables is split."""
    for item in items:
        if not isinstance(item, Forward):
            yield item
            continue
        for name in item.names:
            origin = item.origin
            if origin is not None and origin.value is item.names:
                origin = origin._replace(value=name)
            yield Forward((name,), item.helper, origin)


# Values of ports and addresses contain no comma.
_WITHOUT_COMMAS = frozenset(["--publish", "--expose", "--link-local-ip"])


def with_lists(rules: Rules, table: Table) -> Rules:
    """The rules of an engine that reads the values of some options as records of CSV.

    A comma would split such a value (pflag's StringSlice), so it is written as one field.
    """
    lists = {f"--{flag.name}" for flag in table.long.values() if flag.listed} - _WITHOUT_COMMAS

    def as_field(item: Item) -> Item:
        if not isinstance(item, (Argv, IfFileExists)) or len(item.words) != 2:
            return item
        flag, value = item.words
        if not flag.is_literal or flag.literal not in lists:
            return item
        if value.is_literal:
            return item._replace(words=(flag, text(csv.field(value.literal), value.span)))
        if isinstance(item, IfFileExists):
            return item._replace(listed=True)
        return CsvOption(flag.literal, (value,))

    def written(rule: KeyRule) -> KeyRule:
        def lower(value: Any, plan: Plan) -> Iterable[Item]:
            return map(as_field, rule.lower(value, plan) or ())

        return rule._replace(lower=lower)

    return {key: written(each) for key, each in rules.items()}


def by_shape(keys: Mapping[str, Key]) -> Rules:
    """The rules of the keys whose option is determined by the shape of their value."""
    found = ((name, _by_shape(key)) for name, key in keys.items() if key.flag)
    return {name: each for name, each in found if each is not None}


def _by_shape(key: Key) -> KeyRule | None:
    if isinstance(key.shape, BooleanShape):
        return rule(flag_when(key.flag))
    if isinstance(key.shape, ScalarShape):
        return rule(switch(key.flag) if key.is_switch else scalar(key.flag))
    if isinstance(key.shape, ListShape):
        return rule_for_each(scalar(key.flag))
    return rule_for_each(pair(key.flag)) if isinstance(key.shape, PairsShape) else None


def scalar(flag: str) -> Lower:
    """An option with one value."""
    return lambda value, plan: [option(flag, value)]


def pair(flag: str) -> Lower:
    """An option with NAME=VALUE."""
    return lambda entry, plan: [option(flag, f"{entry[0]}=" + entry[1])]


def switch(flag: str, default: bool | None = False) -> Lower:
    """A boolean: the flag alone for true, nothing for the engine's default."""

    def lower(value: Text, plan: Plan) -> list[Item]:
        if not value.is_literal:
            return [Argv((f"{flag}=" + value,))]
        if value.literal == "true":
            return [option(flag)]
        return [] if default is False else [option(f"{flag}=false")]

    return lower


def flag_when(flag: str) -> Lower:
    """A flag that is present if a Python bool is true."""
    return lambda value, plan: [option(flag)] if value else []


def text(value: str, span: Span = NOWHERE) -> Text:
    """A literal word."""
    return expression.literal(value, span)


def option(flag: str, value: Text | str | None = None) -> Argv:
    """A flag, followed by its value if it has one."""
    if value is None:
        return Argv((text(flag),))
    return Argv((text(flag), text(value) if isinstance(value, str) else value))


def path(value: Text) -> Text:
    """A path of the host; a relative one starts at the launcher's folder, as in Compose."""
    here = Text((Ref(LAUNCHER_FOLDER, "", (), value.span),), value.span)
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


def join(separator: str, texts: Iterable[Text]) -> Text:
    """Texts joined by a separator; the place is that of the first text that has one."""
    joined, *rest = given = tuple(texts)
    for each in rest:
        joined = joined + separator + each
    places = (each.span for each in given if each.span.source.name)
    return joined._replace(span=next(places, joined.span))


def record(fields: Iterable[Text]) -> Text:
    """One line of CSV, as Go's encoding/csv writes it."""
    return join(",", map(_field, fields))


def _field(field: Text) -> Text:
    if all(csv.field(part) == part for part in field.parts if isinstance(part, str)):
        return field
    return '"' + field.map(lambda part: part.replace('"', '""')) + '"'
