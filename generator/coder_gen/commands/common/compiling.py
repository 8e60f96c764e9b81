"""Compile and deliver an artifact by the settings of the command line, for every command."""

from __future__ import annotations

import os
import shlex

from coder_gen.commands.common.messages import print_diagnostics
from coder_gen.commands.common.settings import Settings, settings, wanted_mode
from coder_gen.engines.names import DEFAULT
from coder_gen.host import files
from coder_gen.language.document_values import Output
from coder_gen.language.load import Options, Project, load
from coder_gen.language.values import LEGACY_COMPOSE
from coder_gen.plan import plans
from coder_gen.targets import registry
from coder_gen.targets.base import Artifact, Request
from coder_gen.text.diagnostics import ERROR, FOUND, Diagnostic, Problems, Reporter
from coder_gen.text.positions import name_as_text


def options(settings: Settings) -> Options:
    """The settings that are input of a compilation."""
    mode = wanted_mode(settings)
    return Options(tuple(settings.profile), mode, tuple(settings.set), tuple(settings.var))


def load_project(settings: Settings) -> Project:
    """Load the spec that the settings name, and print its warnings. Raises Problems."""
    name, data = settings.taken or files.read_spec(settings.file)
    project = load(name, data, options(settings), files.read_file)
    print_diagnostics(project.warnings, settings)
    settings.loaded.append((project, os.path.dirname(name)))
    return project


def print_target(
    target: str,
    *more: str,
    command: str = "",
    engine: str = DEFAULT,
    min_version: str = LEGACY_COMPOSE,
) -> None:
    """Compile the spec of this command line, and write the output.

    ``command``, by default the target's name, makes the output again with the words of ``more``.
    Raises Problems.
    """
    chosen = settings()
    project = load_project(chosen)
    words = command_line(command or target, chosen, *more)
    request = Request(engine=engine, command=words, min_version=min_version)
    artifact, reporter = compile_target(project, target, request, chosen.strict)
    deliver(artifact, reporter, chosen)


def compile_target(
    project: Project, target: str, request: Request, strict: bool
) -> tuple[Artifact, Reporter]:
    """Compile a loaded project; the reporter holds the warnings. Raises Problems."""
    reporter = Reporter()
    planned = plans(project, reporter)
    reporter.stop_if_failed()
    artifact = registry.compiled(target, project, planned, request, reporter)
    reporter.stop_if_failed()
    if strict and reporter.diagnostics:
        raise Problems([d._replace(severity=ERROR) for d in reporter.diagnostics], FOUND)
    return artifact, reporter


def compile_output(
    project: Project, output: Output, file: str, strict: bool
) -> tuple[Artifact, list[Diagnostic]]:
    """Compile one entry of ``outputs``. Raises Problems, also for an unknown target."""
    request = Request(
        engine=output.engine or DEFAULT,
        command=shlex.join(["coder-gen", "write", "-f", name_as_text(os.path.basename(file))]),
        min_version=output.min_version or LEGACY_COMPOSE,
        engine_span=output.engine_span,
    )
    try:
        artifact, reporter = compile_target(project, output.target, request, strict)
    except Problems as problems:
        # An unknown target is reported without a place: it is the entry in `outputs`.
        placed = [
            d if d.span else d._replace(span=output.target_span) for d in problems.diagnostics
        ]
        raise Problems(placed, problems.status) from None
    return artifact, reporter.diagnostics


def command_line(target: str, settings: Settings, *more: str, whole_path: bool = False) -> str:
    """The command that makes an output again, for its header; the same from any folder.

    With ``whole_path`` the command works only in the folder where this one runs.
    """
    words = ["coder-gen", target, *more]
    if settings.file is not None:
        path = settings.file if whole_path else name_as_text(settings.file)
        words += ["-f", path if whole_path else path.replace("\\", "/").rpartition("/")[2]]
    chosen = options(settings)
    if chosen.mode is not None:
        words += ["--mode", chosen.mode]
    for name, values in (
        ("--profile", chosen.profiles),
        ("--set", chosen.sets),
        ("--var", chosen.vars),
    ):
        for value in values:
            words += [name, value]
    return shlex.join(words)


def engine_words(engine: str, usual: str = DEFAULT) -> list[str]:
    """The option that chooses an engine; none for the command's usual one."""
    return [] if engine == usual else ["--engine", engine]


def deliver_text(text: str, settings: Settings) -> None:
    """Write text for people to the output; text that is not Printed is made printable."""
    from coder_gen.text import printing

    deliver(Artifact(printing.text(text), False), Reporter(), settings)


def deliver(artifact: Artifact, reporter: Reporter, settings: Settings) -> None:
    """Write an artifact to the output, and its warnings to standard error.

    Input files are not overwritten. Raises Problems (E301, E035).
    """
    if settings.output is None or settings.prints:
        files.write_stdout(artifact.text)
    else:
        from coder_gen.commands.common.refuse_overwrite import check_option
        from coder_gen.host import writing

        check_option(settings.output, artifact.text, settings.loaded)
        writing.write_file(settings.output, artifact.text, executable=artifact.executable)
    print_diagnostics(reporter.diagnostics, settings)
