"""Read a launcher: its containers as plans, each value with its span in the launcher."""

from __future__ import annotations

from typing import NamedTuple

from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.importing import Imported, read
from coder_gen.language.load import Project
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import LAUNCHER_AUTHOR, Reporter


class Foreign(NamedTuple):
    """A launcher's containers as plans, and the import that read them."""

    name: str
    project: Project
    plans: dict[str, Plan]
    imported: Imported

    @property
    def engine(self) -> Engine | None:
        """The engine that starts the containers; None if the file is not a script."""
        return self.imported.runs[0].engine if self.imported.runs else None

    @property
    def is_apptainer(self) -> bool:
        """Whether Apptainer starts the containers, which has defaults of its own."""
        return self.engine is not None and self.engine.family == APPTAINER


def read_foreign(text: str, name: str, kind: str | None) -> Foreign:
    """Read a launcher; ``kind`` is one of the import's, or None to detect it.

    Raises Problems with spans in the launcher.
    """
    imported = read(text, name, kind, audience=LAUNCHER_AUTHOR)
    reporter = Reporter()
    project = imported.project(name)
    planned = plans(project, reporter)
    reporter.stop_if_failed()
    return Foreign(name, project, planned, imported)
