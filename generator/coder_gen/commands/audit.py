"""``coder-gen audit``: risks of a launcher for its host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from coder_gen.commands.common.acceptance_date import today_option
from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings, settings, wanted_mode

if TYPE_CHECKING:
    from coder_gen.audit.findings import Audit
    from coder_gen.language.load import Project
    from coder_gen.plan import Plan

_LEVELS = ("critical", "high", "medium", "low")


@click.command()
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "sarif", "markdown"]),
    default="table",
    help="How to print the findings.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    help="Exit 1 if there is a finding of that level or worse.",
)
@click.option(
    "--fix", is_flag=True, help="Print an overlay that removes the risks that need no decision."
)
@click.option("--rules", "list_rules", is_flag=True, help="List the rules, and exit.")
@click.option("--script", metavar="FILE", help="Audit a script that starts a container instead.")
@click.option("--compose", metavar="FILE", help="Audit a Compose file instead.")
@today_option
@spec_options
def audit(
    style: str,
    fail_on: str | None,
    fix: bool,
    list_rules: bool,
    script: str | None,
    compose: str | None,
    today: str,
) -> None:
    """List what the container could do to its host, and how to prevent it.

    Every mode is audited, or the one that --mode names. A risk is accepted in the spec,
    under `accept`, with a reason and a last day.

    \b
    coder-gen audit
    coder-gen audit --fail-on high --format sarif -o audit.sarif
    coder-gen audit --fix -o safer.yaml
    coder-gen audit --compose docker-compose.yml
    """
    from coder_gen.audit.findings import audit as examine
    from coder_gen.audit.levels import at_least
    from coder_gen.commands.common.compiling import deliver_text
    from coder_gen.commands.common.messages import print_diagnostics
    from coder_gen.commands.common.planning import planned
    from coder_gen.text.diagnostics import FOUND

    chosen = settings()
    if list_rules:
        deliver_text(_rules(), chosen)
        return
    if script is not None or compose is not None:
        found = _foreign(script, compose, fix, today, chosen)
    else:
        project, plans = planned(chosen)
        found = examine(project, plans, today)
        print_diagnostics(found.warnings, chosen)
    if fix:
        _fix(found, project, plans, chosen)
    else:
        deliver_text(_rendered(found, style, chosen), chosen)
    if fail_on is not None and any(at_least(finding.level, fail_on) for finding in found.open):
        raise click.exceptions.Exit(FOUND)


def _foreign(
    script: str | None, compose: str | None, fix: bool, today: str, chosen: Settings
) -> Audit:
    """The audit of a script or a Compose file, with places in the original."""
    from coder_gen.audit.launchers.findings import audit_launcher
    from coder_gen.commands.common.launchers import read_launcher

    if (script is not None and compose is not None) or chosen.file is not None:
        raise click.UsageError("audit one thing: a spec, --script or --compose")
    name = script or compose or ""
    if fix:
        raise click.UsageError(f"--fix extends a spec: make one first, coder-gen import {name}")
    if chosen.profile or chosen.set or chosen.var:
        raise click.UsageError("--profile, --set and --var change a spec, and no launcher")
    foreign = read_launcher(name, "script" if script is not None else "compose", chosen)
    mode = wanted_mode(chosen)
    if mode is not None and mode not in foreign.plans:
        raise click.UsageError(f"{name} has no mode {mode}: it has {', '.join(foreign.plans)}")
    return audit_launcher(foreign, today, mode)


def _rendered(found: Audit, style: str, chosen: Settings) -> str:
    from coder_gen.audit.formats import markdown, records, sarif, table
    from coder_gen.commands.common.messages import output_style

    if style == "table":
        return table.render(found, output_style(chosen).color)
    text: str = {"json": records, "sarif": sarif, "markdown": markdown}[style].render(found)
    return text


def _rules() -> str:
    from coder_gen.audit.rules import RULES

    width = max(map(len, RULES))
    return "".join(f"{r.id:<{width}}  {r.level:<8}  {r.title}\n" for r in RULES.values())


def _fix(found: Audit, project: Project, plans: Mapping[str, Plan], chosen: Settings) -> None:
    from coder_gen.audit.findings import Audit as Findings
    from coder_gen.audit.formats.table import summary
    from coder_gen.audit.overlay import overlay
    from coder_gen.commands.common.messages import write_stderr

    # The overlay is a spec: its own syntax escapes every value, so it is not made printable.
    accepted = frozenset(finding.rule.id for finding in found.accepted)
    made = overlay(project, plans, _base(project, chosen), accepted)
    _deliver(made.text, chosen)
    if not chosen.quiet:
        left = ", ".join(dict.fromkeys(finding.rule.id for finding in made.left)) or "nothing"
        write_stderr(f"before: {summary(found)}\n")
        write_stderr(f"after:  {summary(Findings(made.left, found.accepted, found.modes))}\n")
        write_stderr(f"left for you to decide: {left}\n")


def _base(project: Project, chosen: Settings) -> str:
    """The value of the overlay's ``extends``: the spec's path from the overlay's folder."""
    from coder_gen.audit.fragments import scalar_of
    from coder_gen.host.files import STDIN
    from coder_gen.text.diagnostics import problem

    name = project.origins[0].name
    if name.startswith("<built-in "):
        return name.removeprefix("<built-in ").removesuffix(">")
    if name == STDIN:
        raise problem(
            "E602", "an overlay extends a file, and this spec came from standard input", None,
            "save it, and pass it with -f FILE",
        )  # fmt: skip
    if chosen.prints:
        name = os.path.basename(name)
    else:
        name = os.path.relpath(name, os.path.dirname(str(chosen.output)) or ".")
    name = name if "/" in name or "." in name else f"./{name}"
    return scalar_of(name.replace("$", "$$"))


def _deliver(text: str, chosen: Settings) -> None:
    from coder_gen.commands.common.compiling import deliver
    from coder_gen.targets.base import Artifact
    from coder_gen.text.diagnostics import Reporter

    deliver(Artifact(text, False), Reporter(), chosen)
