"""The variables of a launcher: the spec's, with their defaults and checks, and the host's."""

from __future__ import annotations

from coder_gen.engines.arguments import LAUNCHER_FOLDER
from coder_gen.language.keys.document import kind_of
from coder_gen.language.load import Project
from coder_gen.quoting.bash import Bash, word
from coder_gen.targets.base import Request
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.header import one_line
from coder_gen.targets.launcher.machinery import Function, function


def built_ins(
    values: Values, request: Request, *, uid: bool = True, user: bool = True
) -> list[Bash]:
    """The calls that find the built-in variables on the host.

    ``uid`` and ``user``: the script's modules need these, even if the spec does not.
    """
    user = user or "USER" in values.used
    lines = []
    if uid or user or "UID" in values.used:
        lines.append("find_uid")
    if "GID" in values.used:
        lines.append("find_gid")
    if user:
        lines.append("find_user")
    if "USER" in values.used:
        lines.append("[[ -n ${USER-} ]] || USER=${user}")
    if "HOME" in values.used:
        lines.append("find_home")
    if LAUNCHER_FOLDER in values.used:
        lines.append(
            "find_script_folder" if request.base_dir is None else f"here={word(request.base_dir)}"
        )
    return [Bash(line) for line in lines]


def variables(project: Project, values: Values) -> tuple[list[Bash], list[Bash]]:
    """Assignments of the defaults, and checks of the values."""
    settings: list[Bash] = []
    checks: list[Bash] = []
    autos = [v.name for v in project.variables.values() if v.auto]
    for variable in project.variables.values():
        name = variable.name
        if variable.default is not None:
            needed: dict[str, list[str]] = {}
            default = values.word(variable.default, needed)
            settings += [Bash(s) for statements in needed.values() for s in statements]
            settings.append(Bash(f"[[ -n ${{{name}-}} ]] || {name}={default}"))
        elif variable.auto:
            checks.append(
                Bash(
                    f"[[ -n ${{{name}-}} ]] || {name}=$(own_port {autos.index(name)} {len(autos)})"
                )
            )
        else:
            settings.append(Bash(f"{name}=${{{name}-}}"))
            about = one_line(variable.help).rstrip(".") or "the spec gives it no default"
            checks.append(Bash(f"[[ -n ${{{name}}} ]] || missing {name} {word(about)}"))
        if variable.type != "string":
            checks.append(values.required_variable(name, kind_of(variable)))
    return settings, checks


def opening(settings: list[Bash], checks: list[Bash]) -> list[Function]:
    """The functions that a script begins with."""
    return [
        function("variables", "What this host says, and the spec's variables.", settings),
        function("checks", "What the variables have to be.", checks),
    ]


def closing(values: Values) -> list[Function]:
    """The last function of a script: the form of each kind of value, for ``require``."""
    if not values.kinds:
        return []
    lines = [Bash("case $1 in")]
    for kind in values.kinds.values():
        lines += [
            Bash(f"{word(kind.name)})"),
            Bash(f"\tpattern={word(kind.posix)}"),
            Bash(f"\texample={word(kind.example)}"),
        ]
        for name, bound in (("lowest", kind.low), ("highest", kind.high)):
            if bound is not None:
                lines.append(Bash(f"\t{name}={bound}"))
        lines.append(Bash("\t;;"))
    lines += [Bash("*) ;;"), Bash("esac")]
    return [function("form_of", "form_of KIND: what a value of it looks like.", lines)]
