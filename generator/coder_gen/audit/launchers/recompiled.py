"""A spec compiled to the kind of a launcher and read back, to compare it with that launcher.

A setting that a kind of launcher cannot express, or expresses in another way (Compose has no key
for the display, a script mounts a secret's file), is no difference between a spec and a launcher
of that kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.audit.launchers.read import Foreign, read_foreign
from coder_gen.engines.base import DOCKER
from coder_gen.engines.names import AUTO, NAMES
from coder_gen.importing.result import SCRIPTS
from coder_gen.language.load import Project
from coder_gen.language.values import COMPOSE_VERSIONS, LEGACY_COMPOSE, Variable
from coder_gen.plan import Plan
from coder_gen.targets.base import GENERATED, Request
from coder_gen.targets.compose import compose
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Problems, Reporter
from coder_gen.text.positions import NOWHERE

_HEADER = f"# {GENERATED}"


class Launched(NamedTuple):
    """Both sides as one kind of launcher expresses them, by the spec's names of its modes."""

    spec: dict[str, Plan]
    launcher: dict[str, Plan]


def launched(project: Project, plans: Mapping[str, Plan], other: Foreign) -> Launched | None:
    """The spec as a launcher of the other's kind; None if it cannot be compiled and read back."""
    kind = other.imported.kind
    text = None
    if kind == "compose":
        text = _compiled(project, plans, kind, LEGACY_COMPOSE)
    elif kind in SCRIPTS and other.engine is not None and other.engine.family == DOCKER:
        text = _compiled(project, plans, "script", other.engine.name)
    if text is None:
        return None
    try:
        made = read_foreign(text, "", "compose" if kind == "compose" else "script")
    except Problems:
        return None
    if len(made.plans) != len(plans):
        return None
    # In a Compose file the default mode has the environment's name.
    same = made.plans.keys() == plans.keys()
    names = {mode: mode if same else own for mode, own in zip(made.plans, plans)}
    spec = {names[mode]: plan._replace(mode=names[mode]) for mode, plan in made.plans.items()}
    launcher = {names.get(m, m): p._replace(mode=names.get(m, m)) for m, p in other.plans.items()}
    if kind == "compose":
        variables = _env_file_variables(project, plans)
        return Launched(_with_variables(spec, variables), _with_variables(launcher, variables))
    return Launched({mode: spec[mode] for mode in plans}, launcher)


def _with_variables(
    plans: Mapping[str, Plan], variables: Mapping[str, Variable]
) -> dict[str, Plan]:
    """The plans with more variables."""
    return {
        mode: plan._replace(variables={**plan.variables, **variables})
        for mode, plan in plans.items()
    }


def _env_file_variables(project: Project, plans: Mapping[str, Plan]) -> dict[str, Variable]:
    """The variables that the generated ``.env`` sets for the spec's Compose file."""
    return {
        need.name: Variable(need.name, "string", need.value, False, (), "", NOWHERE)
        for need in compose.needs(project, plans)
        if need.value is not None and need.kind in ("text", "mount", "mount-at")
    }


def is_made_from(text: str, project: Project, plans: Mapping[str, Plan]) -> bool:
    """Whether a launcher is the current output of the spec, for any engine or Compose version."""
    if _HEADER not in text:
        return False
    ways = [("script", engine) for engine in (*NAMES, AUTO)] + [
        ("compose", v) for v in COMPOSE_VERSIONS
    ]
    body = _body(text)
    return any(
        made is not None and _body(made) == body
        for made in (_compiled(project, plans, target, way) for target, way in ways)
    )


def _compiled(project: Project, plans: Mapping[str, Plan], target: str, way: str) -> str | None:
    reporter = Reporter()
    request = Request(engine=way) if target == "script" else Request(min_version=way)
    try:
        made = (script if target == "script" else compose).compile(
            project, plans, request, reporter
        )
    except Problems:
        return None
    return None if reporter.failed else made.text


def _body(text: str) -> list[str]:
    """The lines without comments, of which the first ones name the command that made the file."""
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
