"""``coder-gen import``: a spec made from an existing launcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings, settings
from coder_gen.engines.names import BUILDERS, NAMES

if TYPE_CHECKING:
    from coder_gen.importing.pipeline import Imported

_KINDS = (*NAMES, "script", "compose", "inspect", "devcontainer")


@click.command("import")
@click.option(
    "--from",
    "kind",
    type=click.Choice(_KINDS),
    help="The format of FILE; without it, detected from the content.",
)
@click.option("--service", metavar="NAME", help="Import one container of several.")
@click.option("--container", metavar="NAME", help="Import a container of an engine instead.")
@click.option("--engine", type=click.Choice(BUILDERS), help="The engine that has the container.")
@click.option(
    "--portable", is_flag=True, help="Write variables for values of one person or one host."
)
@click.option(
    "--check",
    is_flag=True,
    help="Also compile the spec, and compare it with the original; status 1 if they differ.",
)
@spec_options
@click.argument("original", nargs=-1, metavar="[FILE|-|-- COMMAND...]")
def import_(
    kind: str | None,
    service: str | None,
    container: str | None,
    engine: str | None,
    portable: bool,
    check: bool,
    original: tuple[str, ...],
) -> None:
    """Print a spec that starts the same container as FILE or COMMAND.

    FILE is a shell script or a command line that starts containers with docker, podman or
    apptainer, a Compose file, the JSON of `docker inspect`, or a devcontainer.json; - reads
    standard input. No part of it is run.

    \b
    coder-gen import run.sh --check
    coder-gen import -- docker run -p 8080:80 nginx
    coder-gen import docker-compose.yml --service ide
    coder-gen import --container my-ide
    """
    from coder_gen.commands.common.compiling import deliver
    from coder_gen.host import files
    from coder_gen.importing import read
    from coder_gen.targets.base import Artifact
    from coder_gen.text.diagnostics import Reporter

    chosen = settings()
    words = original or ((chosen.file,) if chosen.file is not None else ())
    if (container is None) == (not words):
        raise click.UsageError("name one thing to import: FILE, -, -- COMMAND or --container NAME")
    if engine is not None and container is None:
        raise click.UsageError("--engine goes with --container")
    if container is not None:
        from coder_gen.host.engine_inspect import inspect

        name, text = container, inspect(container, engine)
        kind = "inspect"
    elif len(words) > 1:
        import shlex

        name, text = "<command>", shlex.join(words)
        kind = kind or "script"
    else:
        name, data = files.read_spec(words[0])
        text = files.text_of(name, data)
    imported = read(text, name, kind, service=service, portable=portable)
    checked = _check(imported) if check else ""
    if chosen.output is not None:
        _keep_what_it_names(imported, name, chosen)
    reporter = Reporter(imported.diagnostics)
    deliver(Artifact(imported.spec_text, False), reporter, chosen)
    _summary(imported, chosen, checked)


def _keep_what_it_names(imported: Imported, name: str, chosen: Settings) -> None:
    """Keep -o from overwriting files that the original reads, such as an env file."""
    import os

    from coder_gen.text.diagnostics import Problems

    try:
        project = imported.project("")
    except Problems:
        return  # --check reports it; a spec that does not load names no files
    chosen.loaded.append((project, os.path.dirname(name)))


def _check(imported: Imported) -> str:
    """Compile the new spec; returns the result in words. Raises Problems, placed in the original."""
    from coder_gen.importing.command.checking import check, compared
    from coder_gen.text.diagnostics import FOUND, Problems

    found = check(imported)
    if found:
        raise Problems(found, FOUND)
    if compared(imported):
        return "; checked: the arguments mean the same"
    return "; checked: the spec compiles (no arguments to compare)"


def _summary(imported: Imported, chosen: Settings, checked: str) -> None:
    from coder_gen.commands.common.messages import write_stderr

    if chosen.quiet:
        return
    read, kept, approximated = imported.counts
    modes = ", ".join(dict.fromkeys(run.mode for run in imported.runs))
    write_stderr(
        f"coder-gen: {imported.kind}: {read} setting{'s' if read != 1 else ''} read, {kept} kept as engine options,"
        f" {approximated} approximated; modes: {modes}{checked}\n"
    )
