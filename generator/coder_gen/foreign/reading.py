"""A launcher's containers as plans, each value at its place in the launcher."""

from __future__ import annotations

from typing import NamedTuple

from coder_gen.diagnostics import LAUNCHER_AUTHOR, Reporter
from coder_gen.importing import Imported, read
from coder_gen.plan import Plan, plans
from coder_gen.spec.load import Project


class Foreign(NamedTuple):
    """A launcher's containers as plans, and the import that read them."""

    name: str
    project: Project
    plans: dict[str, Plan]
    imported: Imported

    @property
    def engine(self) -> str:
        """What starts the containers: docker, podman, apptainer; empty where the file is no script."""
        engine = self.imported.runs[0].engine if self.imported.runs else ""
        return "apptainer" if engine == "singularity" else engine


def read_foreign(text: str, name: str, kind: str | None) -> Foreign:
    """Read a launcher; ``kind`` is one of the import's, or None to tell by the content.

    Raises Problems, placed in the launcher.
    """
    imported = read(text, name, kind, audience=LAUNCHER_AUTHOR)
    reporter = Reporter()
    project = imported.project(name)
    planned = plans(project, reporter)
    reporter.stop_if_failed()
    return Foreign(name, project, planned, imported)
