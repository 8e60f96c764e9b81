"""Whether the spec that an import made starts the containers that were read."""

from __future__ import annotations

from coder_gen.diagnostics import ERROR, Diagnostic, Problems, Reporter
from coder_gen.importing.imported import Imported
from coder_gen.plan import Plan, plans
from coder_gen.spec.load import Options, load


def check(imported: Imported) -> list[Diagnostic]:
    """Load the spec, and make a plan of each mode; errors are placed in the original."""

    def nothing(path: str) -> bytes:
        raise FileNotFoundError(path)  # an import extends no file

    reporter = Reporter()
    try:
        project = load("<import>", imported.spec_text.encode(), Options(), nothing)
        planned = plans(project, reporter)
        reporter.stop_if_failed()
    except Problems as problems:
        return [
            d._replace(span=imported.original(d.span)) if d.span is not None else d
            for d in problems.diagnostics
        ]
    return [found for run in imported.runs for found in _missing(run.mode, planned, imported)]


def _missing(mode: str, planned: dict[str, Plan], imported: Imported) -> list[Diagnostic]:
    if mode in planned:
        return []
    return [Diagnostic("E504", ERROR, f"the mode {mode} is not in the spec", imported.runs[0].span)]
