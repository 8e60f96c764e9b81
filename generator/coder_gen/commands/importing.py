"""``coder-gen import``: a spec made from a launcher that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coder_gen.commands.settings import Settings, settings, spec_options

if TYPE_CHECKING:
    from coder_gen.importing.imported import Imported

_KINDS = ("docker", "podman", "apptainer", "script", "compose", "inspect", "devcontainer")


@click.command("import")
@click.option(
    "--from",
    "kind",
    type=click.Choice(_KINDS),
    help="What FILE is; without it, its content tells.",
)
@click.option("--service", metavar="NAME", help="Take one container of several.")
@click.option("--container", metavar="NAME", help="Ask the engine about a container instead.")
@click.option("--engine", type=click.Choice(["docker", "podman"]), help="The engine to ask.")
@click.option("--check", is_flag=True, help="Load the spec too; status 1 where that fails.")
@spec_options
@click.argument("original", required=False, type=click.Path(), metavar="[FILE|-]")
def import_(
    kind: str | None,
    service: str | None,
    container: str | None,
    engine: str | None,
    check: bool,
    original: str | None,
) -> None:
    """Print a spec that starts the same container as FILE does.

    FILE is a Compose file, the JSON of `docker inspect`, or a devcontainer.json; - reads standard
    input. Nothing of it is run. (Scripts and command lines are refused so far.)

    \b
    coder-gen import docker-compose.yml --service ide
    coder-gen import --container my-ide
    """
    from coder_gen.commands.compiling import deliver
    from coder_gen.diagnostics import Reporter
    from coder_gen.importing import read
    from coder_gen.targets.base import Artifact

    chosen = settings()
    file = original or chosen.file
    if (container is None) == (file is None):
        raise click.UsageError("name one thing to import: FILE, - or --container NAME")
    if engine is not None and container is None:
        raise click.UsageError("--engine goes with --container")
    if container is not None:
        from coder_gen.host.inspecting import inspect

        name, text = container, inspect(container, engine)
        kind = "inspect"
    else:
        name, text = _text(file or "-")
    imported = read(text, name, kind, service=service)
    if check:
        _check(imported)
    reporter = Reporter()
    reporter.diagnostics = list(imported.diagnostics)
    deliver(Artifact(imported.spec_text, False), reporter, chosen)
    _summary(imported, chosen)


def _text(file: str) -> tuple[str, str]:
    from coder_gen.diagnostics import problem
    from coder_gen.host import files

    name, data = files.read_spec(file)
    try:
        return name, data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise problem("E002", f"{name} is not UTF-8", None, "save it as UTF-8") from None


def _check(imported: Imported) -> None:
    """Compile what was made. Raises Problems, placed in the original."""
    from coder_gen.diagnostics import FOUND, Problems
    from coder_gen.importing.checking import check

    found = check(imported)
    if found:
        raise Problems(found, FOUND)


def _summary(imported: Imported, chosen: Settings) -> None:
    from coder_gen.commands.talk import write_stderr

    if chosen.quiet:
        return
    read, kept, approximated = imported.counts
    modes = ", ".join(dict.fromkeys(run.mode for run in imported.runs))
    write_stderr(
        f"coder-gen: {imported.kind}: {read} settings read, {kept} kept as engine options,"
        f" {approximated} approximated; modes: {modes}\n"
    )
