"""``coder-gen doctor``: whether this host can start the container, and fixes for problems."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from coder_gen import __version__
from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings, settings
from coder_gen.engines.names import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coder_gen.doctor.context import CheckContext
    from coder_gen.doctor.model import Result
    from coder_gen.host.host_probe import HostProbe


@click.command()
@click.option(
    "--engine",
    type=click.Choice(NAMES),
    help="The engine to check; without it, the first of the spec's `engines` on this host.",
)
@click.option(
    "--only", multiple=True, metavar="CHECK", help="Run only this check. May be repeated."
)
@click.option("--list", "listed", is_flag=True, help="List the checks instead of running them.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1, max=600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit for one question to the host.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="text is for people, json for programs.",
)
@spec_options
def doctor(
    engine: str | None, only: tuple[str, ...], listed: bool, timeout: float, form: str
) -> None:
    """Check whether this host can start the container, and print how to fix problems.

    Nothing on the host is changed. Exit status 3 if a problem would stop the launch.

    \b
    coder-gen doctor
    coder-gen doctor --engine podman --profile hardened
    coder-gen doctor --only ports --only mounts
    """
    from coder_gen.commands.common.compiling import deliver_text, load_project
    from coder_gen.commands.common.messages import output_style
    from coder_gen.doctor import report
    from coder_gen.doctor.context import CheckContext, chosen_ports
    from coder_gen.doctor.registry import CHECKS
    from coder_gen.doctor.run import run
    from coder_gen.engines.registry import engine as find_engine
    from coder_gen.host.host_probe import HostProbe
    from coder_gen.plan import plans
    from coder_gen.text.diagnostics import HOST_FAILED, OK, Reporter

    _known(only)
    chosen = settings()
    if listed:
        deliver_text(_listing(form, chosen), chosen)
        return
    project = load_project(chosen)
    reporter = Reporter()
    plan = plans(project, reporter)[project.default_mode]
    reporter.stop_if_failed()
    probe = HostProbe(timeout)
    name = engine or next((e for e in project.engines if _is_here(e, probe)), project.engines[0])
    context = CheckContext(
        project,
        plan,
        find_engine(name),
        _here(chosen),
        probe.user.uid,
        chosen_ports(project.variables),
    )
    results = run([c for c in CHECKS if not only or c.id in only], context, probe)
    if form == "json":
        text = _json(context, probe, results)
    else:
        heading = (
            f"{project.name}, mode {plan.mode}, with {context.engine.title}, "
            f"for {probe.user.name} on {os.uname().nodename}"
        )
        text = report.text(
            heading, results, output_style(chosen), whole=not only, problems_only=chosen.quiet
        )
    deliver_text(text, chosen)
    raise click.exceptions.Exit(OK if report.is_ready(results) else HOST_FAILED)


def _json(context: CheckContext, probe: HostProbe, results: Sequence[Result]) -> str:
    from coder_gen.doctor import report

    record = {
        "version": __version__,
        "name": context.project.name,
        "mode": context.plan.mode,
        "engine": context.engine.name,
        "user": probe.user.name,
        "ready": report.is_ready(results),
        "checks": report.record(results),
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _here(chosen: Settings) -> str:
    """The folder that relative paths of the spec start from."""
    folder = os.path.dirname(chosen.file) if chosen.file not in (None, "-") else ""
    try:
        return os.path.abspath(folder or ".")
    except FileNotFoundError:
        return os.environ.get("PWD", "/")  # the working directory was removed


def _known(only: tuple[str, ...]) -> None:
    from coder_gen.doctor.registry import BY_ID
    from coder_gen.language.context import nearest

    for wanted in only:
        if wanted not in BY_ID:
            guess = nearest(wanted, BY_ID)
            hint = f"Did you mean {guess}?" if guess else "See --list."
            raise click.UsageError(f"there is no check {wanted!r}. {hint}")


def _listing(form: str, chosen: Settings) -> str:
    from coder_gen.commands.common.messages import output_style
    from coder_gen.doctor.registry import CHECKS
    from coder_gen.doctor.report import listing

    if form == "json":
        records = [
            {"id": c.id, "title": c.title, "about": c.about, "needs": c.needs.says} for c in CHECKS
        ]
        return json.dumps(records, indent=2) + "\n"
    return listing(CHECKS, output_style(chosen).width)


def _is_here(engine: str, probe: HostProbe) -> bool:
    from coder_gen.engines.registry import engine as find_engine

    return any(probe.which(program) is not None for program in find_engine(engine).programs)
