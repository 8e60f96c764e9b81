"""A spec's container as a launcher of the other's kind would start it.

What a kind of launcher cannot say, or says in other words (Compose has no word for the display, a
script mounts a secret's file), is no difference between the spec and a launcher of that kind. So
the spec is compiled to it, and read back as the launcher is.
"""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.diagnostics import Problems, Reporter
from coder_gen.foreign.reading import Foreign, read_foreign
from coder_gen.plan import Plan
from coder_gen.source.text import SourceFile, Span
from coder_gen.spec.load import Project
from coder_gen.targets import compose, script
from coder_gen.targets.base import Request
from coder_gen.values import Variable

_NOWHERE = Span(SourceFile("", ""), 0, 0, 1)
_ENGINES = ("docker", "podman", "apptainer", "auto")
_COMPOSE = ("1.29", "2")
_SCRIPTS = ("script", "docker", "podman", "apptainer")


def launched(project: Project, plans: Mapping[str, Plan], other: Foreign) -> dict[str, Plan] | None:
    """The spec's plans, each as a launcher of the other's kind says it; None where none can."""
    kind = other.imported.kind
    if kind == "compose":
        text = _compiled(project, plans, kind, "1.29")
    elif kind in _SCRIPTS and other.engine in ("docker", "podman"):
        text = _compiled(project, plans, "script", other.engine)
    else:
        return None
    if text is None:
        return None
    try:
        made = read_foreign(text, "", "compose" if kind == "compose" else "script")
    except Problems:
        return None  # the import cannot read everything back
    found = {mode: plan for mode, plan in made.plans.items() if mode in plans}
    return {mode: found[mode] for mode in plans} if len(found) == len(plans) else None


def knowing(plans: Mapping[str, Plan], variables: Mapping[str, Variable]) -> dict[str, Plan]:
    """The plans, with more variables known."""
    return {
        mode: plan._replace(variables={**plan.variables, **variables})
        for mode, plan in plans.items()
    }


def brought(project: Project, plans: Mapping[str, Plan]) -> dict[str, Variable]:
    """The variables that ``.env`` brings for the spec's Compose file, with what they stand for."""
    return {
        need.name: Variable(need.name, "string", need.value, False, (), "", _NOWHERE)
        for need in compose.needs(project, plans)
        if need.value is not None and need.kind in ("text", "mount", "mount-at")
    }


def is_made_from(text: str, project: Project, plans: Mapping[str, Plan]) -> bool:
    """Whether a launcher is what the spec compiles to now, for whichever engine."""
    ways = [("script", engine) for engine in _ENGINES] + [("compose", v) for v in _COMPOSE]
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
    """The lines but for comments: the first ones say which command made the file."""
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
