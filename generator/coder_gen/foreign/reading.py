"""A launcher's containers as plans, with the way back to its own lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coder_gen.diagnostics import Diagnostic, Problems, Reporter
from coder_gen.importing import Imported, read
from coder_gen.plan import Plan, plans
from coder_gen.spec.load import Options, Project, load
from coder_gen.text.positions import Span

# What was not read, or not as it stands; the other warnings of an import are about the spec that
# it makes, which nobody sees here.
_UNSEEN = frozenset(["W501", "W521", "W524", "W525", "W527", "W529", "W530"])
# About the launcher that the spec would make, or what is known here in another way.
_OF_A_SPEC = re.compile(
    r"^--detach|is taken to be|and not passed on empty$|passes on .* unasked|Compose joins its services"
    r"|Compose puts the project's name|a launcher makes no networks|a spec is one container"
    r"|it is that of the container"
)


class Foreign(NamedTuple):
    """A launcher's containers as plans, and the import that knows where each line comes from."""

    name: str
    project: Project
    plans: dict[str, Plan]
    imported: Imported

    @property
    def engine(self) -> str:
        """What starts the containers: docker, podman, apptainer; empty where the file is no script."""
        engine = self.imported.runs[0].engine if self.imported.runs else ""
        return "apptainer" if engine == "singularity" else engine

    def place(self, span: Span) -> Span:
        """The place in the launcher that a place in the spec made of it came from."""
        return self.imported.original(span)


def read_foreign(text: str, name: str, kind: str | None) -> Foreign:
    """Read a launcher; ``kind`` is one of the import's, or None to tell by the content.

    Raises Problems, placed in the launcher.
    """
    imported = read(text, name, kind)
    reporter = Reporter()
    try:
        project = load(name, imported.spec_text.encode(), Options(), _nothing)
        planned = plans(project, reporter)
        reporter.stop_if_failed()
    except Problems as problems:
        placed = [_placed(diagnostic, imported) for diagnostic in problems.diagnostics]
        raise Problems(placed, problems.status) from None
    # The modes that every spec has are not the launcher's.
    own = dict.fromkeys(run.mode for run in imported.runs)
    return Foreign(name, project, {m: planned[m] for m in own if m in planned}, imported)


def _placed(diagnostic: Diagnostic, imported: Imported) -> Diagnostic:
    """The diagnostic at the launcher's place, of which nobody wants to know the spec's."""
    span = imported.original(diagnostic.span) if diagnostic.span is not None else None
    if span is not None and span.source.text == imported.spec_text:
        span = imported.runs[0].span if imported.runs else None
    message = diagnostic.message.replace("the spec names no image", "no image is named")
    return diagnostic._replace(message=message, span=span)


def unseen(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """What an import says that also counts for who makes no spec of it, without its advice."""
    for diagnostic in diagnostics:
        message = diagnostic.message.replace("the spec adds it always", "it counts as always there")
        if diagnostic.code in _UNSEEN and not _OF_A_SPEC.search(message):
            yield diagnostic._replace(message=message, fix=None)


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(path)  # an import extends no file
