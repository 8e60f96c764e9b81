"""Command lines and scripts: every run that they come to is a container, and a mode."""

from __future__ import annotations

from coder_gen.diagnostics import Reporter, problem
from coder_gen.importing.command_line import read_run
from coder_gen.importing.imported import Counts, Run
from coder_gen.importing.plain import text_of
from coder_gen.importing.settings import Container, Draft
from coder_gen.importing.shell import runs
from coder_gen.source.text import SourceFile, Span


def read_commands(text: str, name: str, service: str | None = None) -> Draft:
    """Read a script or a command line; ``service`` picks one run by its mode or its name.

    Raises Problems, placed in the text.
    """
    reporter = Reporter()
    found = runs(text, name, reporter)
    reporter.stop_if_failed()
    read: list[tuple[Run, Container]] = []
    counts = Counts()
    for run in found:
        settings, counted = read_run(run, reporter)
        container = Container(run.mode, settings, run.span)
        if service is None or service in (run.mode, _called(container)):
            read.append((run, container))
            counts = Counts(*(a + b for a, b in zip(counts, counted)))
    reporter.stop_if_failed()
    if not read:
        raise problem(
            "E502", f"nothing here starts a container {service}",
            Span(SourceFile(name, text), 0, 0, 1),
            f"there are: {', '.join(run.mode for run in found)}",
        )  # fmt: skip
    if len(read) == 1:
        (run, container) = read[0]
        read = [(run._replace(mode="service"), container._replace(mode="service"))]
    return Draft(
        tuple(container for _, container in read),
        tuple(run for run, _ in read),
        counts,
        tuple(reporter.diagnostics),
    )


def _called(container: Container) -> str | None:
    said = container.settings.get("container_name")
    return text_of(said.value) if said is not None else None
