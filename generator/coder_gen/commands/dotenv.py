"""The lines of ``.env``: this host's values for the Compose file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from itertools import chain

from coder_gen.expression import Text
from coder_gen.host import environment
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.quoting import dotenv as language
from coder_gen.targets.compose.compose import needs
from coder_gen.targets.compose.writer import EnvEntry
from coder_gen.targets.launcher.late_checks import (
    LateCheck,
    WrongValue,
    late_checks,
    wrong_texts,
    wrong_variable,
)
from coder_gen.text.diagnostics import ERROR, HOST_FAILED, Diagnostic, Problems, problem
from coder_gen.text.positions import name_as_text

# Replaces an optional mount whose source is missing: an empty file of every host, at an unused path.
# (At the mount's own target it would hide files of the image or of other mounts.)
STAND_IN = "/dev/null"
OUT_OF_THE_WAY = "/run/coder-gen-absent/"


def dotenv(project: Project, plans: Mapping[str, Plan]) -> str:
    """The text of ``.env``. Raises Problems (E303) for a value that it cannot hold."""
    lines = [f"# {project.name} on this host, by: coder-gen env"]
    # Users of one daemon need projects of their own.
    lines.append(_line("COMPOSE_PROJECT_NAME", f"{project.name}-{environment.built_in('UID')}"))
    _check_values(project, plans)
    wanted = needs(project, plans)
    _look_for_sources([need for need in wanted if need.kind == "source"], project)
    wanted = [need for need in wanted if need.kind != "source"]
    known = {need.name for need in wanted}
    values = {need.name: _value(need, project) for need in wanted if need.kind != "required"}
    for need in wanted:
        name = need.name.removesuffix("_AT")
        if need.kind == "mount-at" and values[name] == STAND_IN:
            values[need.name] = OUT_OF_THE_WAY + name
    lines += [_line(name, value) for name, value in values.items()]
    for name in project.variables:
        # A variable that is set now has the same value for Compose.
        if name not in known and os.environ.get(name):
            lines.append(_line(name, os.environ[name]))
    for need in wanted:
        if need.kind == "required":
            value = os.environ.get(need.name)
            help_line = project.variables[need.name].help or "has no default"
            lines.append(
                _line(need.name, value)
                if value
                else f"# {need.name}=  ({' '.join(help_line.split())})"
            )
    return "\n".join(lines) + "\n"


# Checks for launchers only: Compose, unlike an engine, accepts paths relative to its file.
_OF_THE_LAUNCHER = ("volumes.source", "apptainer")


def _check_values(project: Project, plans: Mapping[str, Plan]) -> None:
    """Raise Problems (E303) for each value here that its variable or key does not accept."""
    variables = project.variables.values()
    found = (wrong_variable(each, os.environ.get(each.name, "")) for each in variables)
    wrong = [each for each in found if each is not None]
    if not wrong:
        checks = chain.from_iterable(map(late_checks, plans.values()))
        wrong = [*wrong_texts((c for c in checks if not _is_the_launchers(c)), _evaluated(project))]
    if wrong:
        # A value that several modes use is reported once.
        first: dict[str, WrongValue] = {}
        for value in wrong:
            first.setdefault(value.message, value)
        raise Problems(map(_diagnostic, first.values()))


def _is_the_launchers(check: LateCheck) -> bool:
    return check.key.startswith(_OF_THE_LAUNCHER)


def _evaluated(project: Project) -> Callable[[Text], str | None]:
    def evaluated(text: Text) -> str | None:
        try:
            return environment.evaluate(text, project.variables)
        except Problems:  # a missing value is reported where it is used
            return None

    return evaluated


def _diagnostic(wrong: WrongValue) -> Diagnostic:
    fix = f"for example: {wrong.name}={wrong.kind.example} coder-gen env"
    return Diagnostic("E303", ERROR, wrong.message, wrong.span, fix)


def _look_for_sources(wanted: list[EnvEntry], project: Project) -> None:
    """Raise Problems (E304) for every source of a required mount that is not on this host."""
    missing = []
    for need in wanted:
        assert need.value is not None
        path = environment.evaluate(need.value, project.variables)
        if not os.path.exists(path):
            missing.append(
                Diagnostic(
                    "E304",
                    ERROR,
                    f"{path}, to be mounted, does not exist on this host",
                    need.value.span,
                    "create it, or make the mount `optional`",
                )
            )
    if missing:
        raise Problems(missing, HOST_FAILED)


def _value(need: EnvEntry, project: Project) -> str:
    if need.kind == "built-in":
        return environment.built_in(need.name)
    if need.kind == "auto":
        autos = [v.name for v in project.variables.values() if v.auto]
        return os.environ.get(need.name) or str(
            environment.own_port(autos.index(need.name), len(autos))
        )
    if need.kind == "cookie":
        return os.path.expanduser("~/.Xauthority-container")
    assert need.value is not None
    if need.kind == "text" and os.environ.get(need.name):
        return os.environ[need.name]
    value = environment.evaluate(need.value, project.variables)
    if need.kind == "mount" and not os.path.exists(value):
        return STAND_IN
    return value


def _line(name: str, value: str) -> str:
    try:
        # The environment may contain any bytes; a changed value would be worse than an error.
        if name_as_text(value) != value:
            raise ValueError("bytes that are not UTF-8")
        return language.line(name, value)
    except ValueError as error:
        raise problem(
            "E303", f"the value of {name} holds {error}, which .env cannot carry", None,
            f"set {name} to something else, or export it where you run Compose", status=HOST_FAILED,
        ) from None  # fmt: skip
