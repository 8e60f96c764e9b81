"""The parts of a script: its own part, a line that ends it, and whole modules of machinery.

A module is a file of bash in ``templates/machinery``, the same in every script that has it. All
differences between scripts are data and functions of the script's own part, which comes first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from coder_gen import __version__
from coder_gen.engines.base import Engine
from coder_gen.language.load import Project
from coder_gen.quoting.bash import Bash, comment, word, words
from coder_gen.render import machinery, render
from coder_gen.text.diagnostics import Reporter

# Each module, in the order of a script, with the modules whose functions it calls. Modules of
# engines are named ``engines/NAME``; an engine declares itself what its module needs.
NEEDS: Mapping[str, tuple[str, ...]] = {
    "launch": ("messages",),
    "build": ("ask", "choose", "engine", "quote", "messages"),
    "build_secrets": ("ask", "private", "messages", "cleanup"),
    "convert": ("ask", "choose", "engine", "private", "quote", "messages"),
    "setup": ("ask", "messages"),
    "downloads": ("private", "messages"),
    "marks": (),
    "extensions": ("marks", "setup", "messages"),
    "choose": ("engine", "messages"),
    "containers": ("ask", "engine", "private", "process", "quote", "messages"),
    "apptainer": ("ask", "engine", "instance", "mounts", "quote", "messages"),
    "instance": ("apptainer", "engine", "launch", "mounts", "private", "process", "messages", "cleanup"),
    "mounts": ("ask", "messages"),
    "private_files": ("mounts", "private", "messages", "cleanup"),
    "host_files": ("ask", "messages"),
    "ports": ("ask", "messages"),
    "x11": ("ask", "mounts", "private", "messages", "cleanup"),
    "grant": ("ask", "lock", "private", "process", "messages", "cleanup"),
    "lock": ("process", "messages", "cleanup"),
    "cleanup": (),
    "private": ("messages",),
    "process": (),
    "require": ("messages",),
    "host": ("ask", "messages"),
    "engine": ("ask", "messages"),
    "own_file": ("ask", "messages"),
    "quote": ("messages",),
    "ask": (),
    "messages": (),
}  # fmt: skip

# Modules that a script has only if the lines of its own part call one of these functions.
_CALLED = {
    "mounts": "add_fields bind_mount bind_if_exists labelled_mount labelled_if_exists if_exists field_if_exists",
    "private_files": "private_file",
}
MODULE_OF = {name: module for module, names in _CALLED.items() for name in names.split()}


class Function(NamedTuple):
    """A function of a script's own part."""

    name: Bash
    comment: Bash
    lines: list[Bash]


def function(name: str, about: str, lines: list[Bash]) -> Function:
    """A function with its comment; one without lines does nothing."""
    return Function(Bash(name), comment(about), lines or [Bash(":")])


def quoted(value: str) -> Bash:
    """A literal, always in quotes: shellcheck reports an unquoted one that is also a command."""
    made = word(value)
    return Bash(f"'{made}'") if made == value else made


def array(values: Collection[object]) -> Bash:
    """An array, as the right side of an assignment."""
    return Bash(f"({words(values)})")


def selected(roots: Collection[str], engines: Collection[Engine]) -> list[str]:
    """These modules and the engines', with all that they need, in the order of the table.

    Every script needs ``host``, for the id of the user who runs it.
    """
    needs = dict(NEEDS)
    ahead = ["host", *roots]
    for engine in engines:
        needs[engine.module] = engine.needs
        ahead.append(engine.module)
    found: set[str] = set()
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += needs[name]
    return [name for name in needs if name in found]


def script(
    *,
    header: list[Bash],
    data: Mapping[str, object],
    functions: list[Function],
    modules: list[str],
    literal_code: bool = True,
) -> str:
    """The text of a script."""
    return render(
        "script.sh.j2",
        header=header,
        literal_code=literal_code,
        data=data.items(),
        functions=functions,
        mark=Bash(f"{MARK}{' '.join(modules)}"),
        modules=[Bash(machinery(name).rstrip("\n")) for name in modules],
    )


# The line that ends a script's own part; the names of its modules follow.
MARK = f"# From here on the same in every script of coder-gen {__version__} with these modules: "


def check_names(
    project: Project, reporter: Reporter, modules: list[str], data: Collection[str]
) -> None:
    """E019: if the script sets a name itself, the container would not get the host's value."""
    places = {v.name: v.span for v in project.variables.values()} | dict(project.names)
    together = tuple(modules)
    for name, span in places.items():
        if name in project.frozen:
            continue
        if name in data or name.startswith("value_") or _assign(together, name):
            reporter.error(
                "E019", f"the script uses the name {name} itself", span, "choose another name"
            )


# The specs of one run mostly use the same names.
@lru_cache(maxsize=4096)
def _assign(modules: tuple[str, ...], name: str) -> bool:
    """Whether one of the modules sets the variable."""
    return any(assigns(module, name) for module in modules)


# Set for one command only, or to the meaning of the host's own value.
HOSTS_OWN = frozenset(["CDPATH", "HOME", "IFS", "LC_ALL", "_"])


def assigns(module: str, name: str) -> bool:
    """Whether a module gives the variable another meaning than the host does."""
    text = machinery(module)
    return (
        name in text
        and name not in HOSTS_OWN
        and any(name in _assigned(line) for line in text.split("\n") if name in line)
    )


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    command = r"(?:^|\|\||&&|;|\)|[({!]|\b(?:if|elif|while|then|else|do)\b)\s*"
    name = r"([A-Za-z_]\w*)"
    return (
        re.compile(rf"{command}{name}(?:\[[^]]*\])?\+?="),
        re.compile(rf"{command}for (?:{name} in\b|\(\({name} = )"),
        re.compile(rf"{command}printf -v {name}"),
        re.compile(rf"{command}(?:IFS= )?read -r ([\w ]+)"),
        re.compile(rf"{command}local (.*)$"),
    )


# Quoted values among the words of `local`.
_QUOTED = re.compile(r"\$?'[^']*'|\"[^\"]*\"|\$\(\(.*?\)\)")


def _assigned(line: str) -> Iterator[str]:
    """The variables that a line of a module sets, in the ways in which modules set them."""
    if line.lstrip().startswith("#"):
        return
    assignment, loop, printed, read, local = _patterns()
    yield from assignment.findall(line)
    for names in loop.findall(line):
        yield from names
    yield from printed.findall(line)
    for found in [*read.findall(line), *(_QUOTED.sub("", w) for w in local.findall(line))]:
        yield from (word.partition("=")[0] for word in found.split())
