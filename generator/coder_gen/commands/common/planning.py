"""Plans by the settings of the command line, for the commands that examine them."""

from __future__ import annotations

from coder_gen.commands.common.compiling import load_project
from coder_gen.commands.common.settings import Settings
from coder_gen.language.load import Project
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Reporter


def planned(settings: Settings) -> tuple[Project, dict[str, Plan]]:
    """The project, and the plans of its modes, or of the chosen mode only.

    Raises Problems.
    """
    project = load_project(settings)
    reporter = Reporter()
    found = plans(project, reporter)
    reporter.stop_if_failed()
    if project.options.mode is not None:
        found = {project.default_mode: found[project.default_mode]}
    return project, found
