"""Items of ``docker run`` as lines of bash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from coder_gen.expression import Ref, Text, literal
from coder_gen.languages.bash import Bash, word
from coder_gen.languages.bash import words as bash_words
from coder_gen.targets.bash_values import Values
from coder_gen.targets.items import (
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
)  # fmt: skip
from coder_gen.targets.late_checks import late_checks_of
from coder_gen.text.positions import NOWHERE


class Line(NamedTuple):
    """One item as bash: words for the array, or a line of its own; and what it needs computed."""

    words: Bash | None
    line: Bash | None
    needed: Mapping[str, list[str]]

    @property
    def key(self) -> tuple[Bash | None, Bash | None]:
        """Equal for lines that say the same."""
        return self.words, self.line


def line_of(item: Item, values: Values) -> Line:
    needed: dict[str, list[str]] = {}

    def words(texts: Iterable[Text]) -> Bash:
        return values.words(texts, needed)

    def line(*parts: str) -> Line:
        return Line(None, Bash(" ".join(part for part in parts if part)), needed)

    if isinstance(item, Words):
        return Line(words(item.words), None, needed)
    if isinstance(item, Fields):
        return line("add_fields", word(item.flag), words(item.fields))
    if isinstance(item, Bind):
        name = "bind_if_there" if item.optional else "bind_mount"
        return line(name, words([item.source, item.target]), words(item.options))
    if isinstance(item, LabelledBind):
        name = "labelled_if_there" if item.optional else "labelled_mount"
        return line(name, words([item.source, item.target]), word(item.options))
    if isinstance(item, Forward):
        for variable in item.names:
            values.names.add(variable)
        return line("forward", bash_words(item.names))
    if isinstance(item, ShellCommand):
        inner = words(item.words)
        key = f"shell_line {inner}"
        found = values.computed(key, f"{{name}}=$(shell_line {inner})", needed)
        return Line(Bash(f'{word(item.flag)} "${{{found}}}"'), None, needed)
    if isinstance(item, WhenThere):
        name = "field_when_there" if item.listed else "when_there"
        return line(name, words([item.path, *item.words]))
    if isinstance(item, Content):
        return line("private_file", word(item.name), words([item.target, _content(item)]))
    if isinstance(item, Call):
        for each in item.words if item.function == "forward_env" else ():
            values.names.add(each.literal)
        return line(item.function, words(item.words))
    if isinstance(item, (Terminal, Display)):
        return Line(None, None, {})
    raise TypeError(f"unknown item {item!r}")


def _content(item: Content) -> Text:
    if item.value is not None:
        return item.value
    message = literal("it holds the content of " + item.name, NOWHERE).parts
    return Text((Ref(item.environment or "", "?", message, NOWHERE),), NOWHERE)


def section(lines: list[Line], done: set[str], *, first_chunk: bool) -> list[Bash]:
    """Lines of bash: runs of words as one array assignment, the rest in between."""
    result: list[Bash] = []
    chunk: list[Bash] = []

    def flush() -> None:
        nonlocal first_chunk
        if len(chunk) == 1 and not first_chunk:
            result.append(Bash(f"args+=({chunk[0]})"))
            chunk.clear()
        elif chunk:
            indent = "" if first_chunk else "+"
            result.append(Bash(f"args{indent}=("))
            result.extend(Bash(f"\t{words}") for words in chunk)
            result.append(Bash(")"))
            first_chunk = False
            chunk.clear()

    for line in lines:
        for name, statements in line.needed.items():
            if name not in done:
                flush()
                result += [Bash(statement) for statement in statements]
                done.add(name)
        if line.words is not None:
            chunk.append(line.words)
        elif line.line is not None:
            flush()
            result.append(line.line)
    flush()
    return result


def late_lines(
    key: str, value: object, values: Values, known: AbstractSet[str] | None = None
) -> list[Line]:
    """The checks of what stands under a key and is known only when the script starts.

    ``known``: the variables that the script has; what is made of others is checked elsewhere.
    """
    lines = []
    for check in late_checks_of(key, value, values.variables):
        if known is not None and not known >= set(check.names):
            continue
        needed: dict[str, list[str]] = {}
        lines.append(Line(None, values.required(check, needed), needed))
    return lines


def plain(name: str, value: str) -> Line:
    return Line(None, Bash(f"{name}{word(value)}"), {})


def assignment(before: str, texts: Iterable[Text], values: Values, after: str = "") -> Line:
    needed: dict[str, list[str]] = {}
    return Line(None, Bash(before + values.words(texts, needed) + after), needed)
