"""The containers that a script or a command line starts; each becomes a mode of the spec."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile

from coder_gen.importing.command.command_line import read_run
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.result import Counts, Run
from coder_gen.importing.shell.runs import runs
from coder_gen.options.option_values import KeyValue, text_of
from coder_gen.options.validate import merge_repeated, text_mark
from coder_gen.text.diagnostics import Reporter, problem
from coder_gen.text.positions import SourceFile, Span

# A longer comment describes the script, not an option.
MAX_NOTE = 80


def read_commands(text: str, name: str, service: str | None = None) -> Draft:
    """Read a script or a command line; ``service`` selects one run by its mode or its name.

    Raises Problems with spans in the text.
    """
    reporter = Reporter()
    found = runs(text, name, reporter)
    reporter.stop_if_failed()
    read: list[tuple[Run, Container]] = []
    seen: set[object] = set()
    counts = Counts()
    for run in found:
        settings, counted = read_run(run, reporter)
        settings = merge_repeated(settings, reporter)
        container = Container(run.mode, _without_default_name(settings, run), run.span)
        if service is None or service in (run.mode, _container_name(container)):
            settings = container.settings
            mark = frozenset((key, text_mark(setting.value)) for key, setting in settings.items())
            if mark in seen:
                # Two command lines that differ only in `--detach` are the same container.
                counts = counts._replace(approximated=counts.approximated + counted.approximated)
                continue
            seen.add(mark)
            read.append((run, container))
            counts = Counts(*(a + b for a, b in zip(counts, counted)))
    reporter.stop_if_failed()
    if not read:
        raise problem(
            "E502", f"nothing here starts a container {service}",
            Span(SourceFile(name, text), 0, 0, 1),
            f"there are: {', '.join(run.mode for run in found)}",
        )  # fmt: skip
    environment = read[0][0].environment
    top = () if environment else _top(text)
    description = ""
    if len(read) == 1:
        (run, container) = read[0]
        description = _description(run, top)
        read = [(run._replace(mode="service"), container._replace(mode="service"))]
    else:
        read = [(r, c._replace(description=_description(r, top))) for r, c in read]
    return Draft(
        tuple(container for _, container in read),
        tuple(run for run, _ in read),
        counts,
        tuple(reporter.diagnostics),
        name=environment,
        description=description,
        comments=top,
        notes={line: note for run, _ in read for line, note in _notes(run).items()},
    )


def _without_default_name(settings: Mapping[str, KeyValue], run: Run) -> Mapping[str, KeyValue]:
    """The settings without the container's name that a generated launcher adds itself."""
    name = settings.get("container_name")
    if name is None or not run.environment or name.value.source != f"{run.environment}-${{UID}}":
        return settings
    return {key: value for key, value in settings.items() if key != "container_name"}


def _top(text: str) -> tuple[str, ...]:
    """The comment at the start of the script, after the shebang line."""
    lines = text.split("\n")
    if lines[0].startswith("#!"):
        lines = lines[1:]
    found: list[str] = []
    for line in dropwhile(lambda line: not line.strip("# \t\r"), lines):
        if not line.startswith("#"):
            break
        if not line.startswith(("# shellcheck", "#!")):
            found.append(line.lstrip("#").strip())
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _description(run: Run, top: tuple[str, ...]) -> str:
    """The description of a container: a short comment above its command."""
    text = run.comments.get(run.span.line, "")
    return text if "\n" not in text and len(text) <= MAX_NOTE and text not in top else ""


def _notes(run: Run) -> dict[int, str]:
    """Short comments beside options, by line."""
    lines = {word.span.line for word in run.words} - {run.span.line}
    return {
        line: text.replace("\n", "; ")
        for line, text in run.comments.items()
        if line in lines and len(text) <= MAX_NOTE
    }


def _container_name(container: Container) -> str | None:
    setting = container.settings.get("container_name")
    return text_of(setting.value) if setting is not None else None
