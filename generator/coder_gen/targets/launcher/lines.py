"""Items of ``docker run`` as lines of bash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from coder_gen.engines.arguments import (
    Argv,
    Bind,
    CsvOption,
    Display,
    Forward,
    GeneratedFile,
    HelperCall,
    IfFileExists,
    Item,
    LabelledBind,
    ShellCommand,
    Terminal,
    text,
)  # fmt: skip
from coder_gen.expression import Text
from coder_gen.quoting.bash import Bash, word
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.late_checks import late_checks_of


class Line(NamedTuple):
    """One item as bash: words for the array, or a line; and the computed variables that it needs."""

    words: Bash | None
    line: Bash | None
    needed: Mapping[str, list[str]]

    @property
    def key(self) -> tuple[Bash | None, Bash | None]:
        """Equal for lines with the same meaning."""
        return self.words, self.line


# The function of the launcher that each kind of item calls, with its arguments.
_CALLS: Mapping[type, Callable[[Any], tuple[str, Iterable[Text]]]] = {
    CsvOption: lambda item: ("add_fields", (text(item.flag), *item.fields)),
    Bind: lambda item: (
        "bind_if_exists" if item.optional else "bind_mount",
        (item.source, item.target, *item.options),
    ),
    LabelledBind: lambda item: (
        "labelled_if_exists" if item.optional else "labelled_mount",
        (item.source, item.target, text(item.options)),
    ),
    Forward: lambda item: (item.helper, item.names),
    IfFileExists: lambda item: (
        "field_if_exists" if item.listed else "if_exists",
        (item.path, *item.words),
    ),
    GeneratedFile: lambda item: ("private_file", (text(item.name), item.target, item.content)),
    HelperCall: lambda item: (item.function, item.arguments),
}
# Handled by the launcher's last steps, when its streams and its display are known.
_AT_THE_END = (Terminal, Display)


def line_of(item: Item, values: Values) -> Line:
    """An item as bash: words of an array, or a call of one of the launcher's functions."""
    needed: dict[str, list[str]] = {}
    if isinstance(item, Argv):
        return Line(values.words(item.words, needed), None, needed)
    if isinstance(item, ShellCommand):
        inner = values.words(item.words, needed)
        found = values.computed(f"shell_line {inner}", f"{{name}}=$(shell_line {inner})", needed)
        return Line(Bash(f'{word(item.flag)} "${{{found}}}"'), None, needed)
    if isinstance(item, _AT_THE_END):
        return Line(None, None, needed)
    if isinstance(item, Forward):
        values.names.update(name.literal for name in item.names)
    function, arguments = _CALLS[type(item)](item)
    call = values.words(arguments, needed)
    return Line(None, Bash(f"{function} {call}" if call else function), needed)


def section(lines: list[Line], done: set[str], *, first_chunk: bool) -> list[Bash]:
    """Lines of bash: consecutive words become one array assignment; other lines stay in between."""
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
    """The checks of a key's late-bound values, which are known only when the script starts.

    ``known``: the variables of the script; values that use others are checked elsewhere.
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
