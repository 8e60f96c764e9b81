"""``coder-gen report``: an HTML page about the launchers, and its drawing for a README."""

from __future__ import annotations

import click

from coder_gen.commands.common.acceptance_date import today_option
from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import settings


@click.command()
@click.option(
    "--format", "style", type=click.Choice(["html", "mermaid"]), default="html",
    help="A page, or the default mode's drawing in Mermaid's language.",
)  # fmt: skip
@today_option
@spec_options
def report(style: str, today: str) -> None:
    """Print one self-contained HTML page about the launchers.

    It draws what crosses from host to container, and contains the modes side by side, the audit,
    the commands and the support matrix. It needs no network and no script, and can be printed.

    \b
    coder-gen report -o report.html
    coder-gen report --format mermaid --mode shell
    """
    from coder_gen.audit.findings import audit
    from coder_gen.commands.common.compiling import command_line, deliver_text
    from coder_gen.commands.common.messages import print_diagnostics
    from coder_gen.commands.common.planning import planned
    from coder_gen.engines.names import DEFAULT
    from coder_gen.engines.registry import engine
    from coder_gen.reporting.crossings import crossings
    from coder_gen.reporting.mermaid import chart
    from coder_gen.reporting.page import page
    from coder_gen.targets import registry

    chosen = settings()
    project, plans = planned(chosen)
    found = audit(project, plans, today)
    print_diagnostics(found.warnings, chosen)
    if style == "mermaid":
        plan = plans[project.default_mode]
        text = chart(project.name, plan.mode, crossings(plan, [*found.open, *found.accepted]))
    else:
        names = ("report", "script", "compose", "explain", "audit")
        lines = tuple(command_line(name, chosen) for name in names)
        text = page(project, plans, found, engine(DEFAULT).rules, registry.columns(), lines)
    deliver_text(text, chosen)
