"""``.env.example``: a template of the Compose file's ``.env``, without a host's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coder_gen.expression import Text
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.load import Project
from coder_gen.language.values import Variable
from coder_gen.plan import Plan
from coder_gen.quoting import dotenv
from coder_gen.targets.base import Artifact, Request, Support, made_from
from coder_gen.targets.compose.compose import needs
from coder_gen.targets.compose.writer import EnvEntry
from coder_gen.targets.launcher.header import one_line
from coder_gen.text.characters import shown
from coder_gen.text.diagnostics import Reporter

SUMMARY = "A template of the Compose file's `.env`, without any host's values."
# It lists the host's values, and does not start a container.
SUPPORT: Mapping[str, Support] = {}


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the template: every name that the Compose file reads, with its meaning."""
    wanted = [need for need in needs(project, plans) if need.kind != "source"]
    lines = [
        f"# What {project.name} needs to know of this host, for Compose.",
        "# `coder-gen env > .env` fills it in. By hand: copy it to .env, and give the values.",
        "#",
        *(_comment(line) for line in made_from(project, request)),
        "",
        "# Two users of one engine are two projects.",
        dotenv.line("COMPOSE_PROJECT_NAME", f"{project.name}-UID"),
    ]
    for need in wanted:
        variable = project.variables.get(need.name)
        lines += ["", f"# {one_line(_about(need, variable))}", dotenv.line(need.name, "")]
    known = {need.name for need in wanted}
    for name, variable in project.variables.items():
        if name not in known:
            lines += ["", *_optional(variable)]
    return Artifact("\n".join(lines) + "\n", False)


def _about(need: EnvEntry, variable: Variable | None) -> str:
    if need.kind == "built-in":
        return BUILT_IN[need.name].by_hand
    if variable is not None:
        kind = "one of " + ", ".join(variable.choices) if variable.choices else variable.type
        return f"{variable.help or 'No default'} ({kind})"
    if need.kind == "cookie":
        return "A file with the cookie of your display"
    value = need.value.source if isinstance(need.value, Text) else ""
    if need.kind == "mount":
        return f"{value}, or /dev/null where this host has no such path"
    if need.kind == "mount-at":
        return f"{value}, or another path where the one above is /dev/null"
    return f"What {value} comes to on this host"


def _optional(variable: Variable) -> Iterator[str]:
    """A variable with a default, commented out; a comment if ``.env`` cannot hold the default."""
    yield f"# {one_line(variable.help or variable.type)}"
    parts = variable.default.parts if variable.default is not None else ()
    if all(isinstance(part, str) for part in parts):
        try:
            yield f"#{dotenv.line(variable.name, ''.join(map(str, parts)))}"
            return
        except ValueError:
            pass
    assert variable.default is not None
    yield f"# Its default, as a spec says it: {one_line(variable.default.source)}"
    yield f"#{variable.name}="


def _comment(line: str) -> str:
    return f"# {shown(line)}".rstrip()
