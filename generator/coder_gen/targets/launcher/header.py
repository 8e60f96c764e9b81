"""A launcher's header comment, and its --help."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.engines.names import DEFAULT
from coder_gen.language.load import Project
from coder_gen.language.values import Variable
from coder_gen.plan import Plan
from coder_gen.quoting.bash import Bash, comment, word
from coder_gen.targets.base import Request, made_from
from coder_gen.text.characters import is_plain, shown


def usage(project: Project, plans: Mapping[str, Plan], engines: tuple[Engine, ...]) -> list[Bash]:
    """The lines of --help, as a call that prints them."""
    apptainer = any(engine.family == APPTAINER for engine in engines)
    new_home = " [NEW_HOME]" if apptainer else ""
    lines = [Bash(f'"Usage: ${{own_command}} [OPTION]...{new_home} [-- ARGUMENT...]"'), word("")]
    about = f": {one_line(project.description)}" if project.description else "."
    lines += [
        word(f"Start {project.name} with {titles(engines)}{about}"),
        word(""),
        Bash("'Options:'"),
    ]
    lines.append(word("  --mode NAME      choose what to start:"))
    width = max(len(name) for name in plans)
    for name, plan in plans.items():
        default = " (the default)" if name == project.default_mode else ""
        lines.append(word(f"      {name:<{width}}  {one_line(plan.description)}{default}".rstrip()))
    lines += [
        word("  --shell          the same as --mode shell"),
        *(_CHOICE if len(engines) > 1 else []),
        *(_INSTANCES if apptainer else []),
        word("  --dry-run        print the command line of the engine instead of running it"),
        word("  --no-preflight   do not look first whether the host has what is needed"),
        word("  -h, --help       show this help"),
        word("  -- ARGUMENT...   arguments for the program in the container"),
    ]
    lines += [
        *variables_help(project),
        word(""),
        word("Exit status: that of the container; 2 wrong usage; 3 the host is not ready."),
    ]
    return printed(lines)


def printed(lines: list[Bash]) -> list[Bash]:
    """The call that prints lines; each line is one shell word."""
    return [Bash("show \\"), *(Bash(f"\t{line} \\") for line in lines[:-1]), Bash(f"\t{lines[-1]}")]


_CHOICE = [
    word("  --engine NAME    use this engine; else the first in this order that is usable here"),
]
_INSTANCES = [
    word("  NEW_HOME         a folder of this host to use as the home (Apptainer)"),
    word("  --start          start it in the background (Apptainer)"),
    word("  --stop           stop what --start has started"),
    word("  --list           list what --start has started"),
]


def titles(engines: tuple[Engine, ...]) -> str:
    """The engines' names, for a sentence."""
    *others, last = [engine.title for engine in engines]
    return f"{', '.join(others)} or {last}" if others else last


def subject(engines: tuple[Engine, ...]) -> str:
    """The subject of a sentence about the engines' command line."""
    return f"{engines[0].name} run" if len(engines) == 1 else "an engine"


def variables_help(project: Project) -> list[Bash]:
    """The part of --help about variables; nothing if there are none."""
    if not project.variables:
        return []
    title = '"Variables, set before the command (NAME=VALUE ${own_command}), and their values now:"'
    about = (_variable_help(variable) for variable in project.variables.values())
    return [word(""), Bash(title), *(line for lines in about for line in lines)]


def _variable_help(variable: Variable) -> list[Bash]:
    now = f"${{{variable.name}:-chosen at start}}" if variable.auto else f"${{{variable.name}}}"
    kind = "|".join(variable.choices) if variable.choices else variable.type
    lines = [Bash(f'"  {variable.name}={now}"')]
    about = one_line(variable.help)
    lines.append(word(f"      {about + ' ' if about else ''}({kind})"))
    return lines


def one_line(value: str) -> str:
    """Text of the spec as one printable line."""
    return " ".join(shown(value).split())


def header(
    project: Project, request: Request, engines: tuple[Engine, ...], notes: list[str]
) -> list[Bash]:
    """The comment at the top."""
    lines = _about(
        project, request, f"Starts the container environment {project.name} with {titles(engines)}."
    )
    if notes:
        lines += [
            "",
            f"What {subject(engines)} does not support exactly:",
            *(f"  {note}" for note in notes),
        ]
    lines += ["", "More: --help"]
    return [_comment(line) for line in lines]


def provenance(project: Project, request: Request, first: str) -> list[Bash]:
    """The comment at the top of a script that is not the launcher."""
    return [_comment(line) for line in [*_about(project, request, first), "", "More: --help"]]


def _about(project: Project, request: Request, first: str) -> list[str]:
    lines = [first]
    if project.description:
        lines.append(project.description)
    lines += ["", *made_from(project, request)]
    if project.variables:
        lines += ["", "Variables, from the environment:"]
        width = max(len(name) for name in project.variables)
        for variable in project.variables.values():
            default = (
                "auto" if variable.auto else variable.default.source if variable.default else None
            )
            shown = "no default" if default is None else f"default {default}"
            lines.append(f"  {variable.name:<{width}}  {variable.help or variable.type} ({shown})")
    return lines


def _comment(line: str) -> Bash:
    """A comment that keeps its indentation."""
    stripped = line.lstrip(" ")
    made = comment(stripped)
    return Bash(made.replace("# ", "# " + " " * (len(line) - len(stripped)), 1))


def next_file(project: Project, target: str, engines: tuple[str, ...] | None = None) -> str:
    """The file that the spec's outputs name for a target; empty if there is none.

    A bare name is a file beside the script.
    """
    for output in project.outputs:
        if output.target != target or (engines and (output.engine or DEFAULT) not in engines):
            continue
        if all((char.isalnum() and is_plain(char)) or char in "._-/" for char in output.file):
            return f"./{output.file}" if "/" in output.file else output.file
    return ""
