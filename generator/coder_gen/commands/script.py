"""``coder-gen script`` and ``coder-gen --exec``."""

from __future__ import annotations

import os
from typing import NoReturn

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import refuse_output_option, settings
from coder_gen.engines.names import AUTO, DEFAULT, NAMES

_ENGINES = (*NAMES, AUTO)


@click.command()
@click.option(
    "--engine",
    type=click.Choice(_ENGINES),
    default=DEFAULT,
    help="The engine that the script calls; auto: the first that is usable where it runs.",
)
@spec_options
def script(engine: str) -> None:
    """Print a bash script that starts the container.

    Its users need only bash and the engine.

    \b
    coder-gen script > run.sh
    coder-gen script -f coder.yaml --profile hardened -o run.sh
    """
    from coder_gen.commands.common.compiling import engine_words, print_target

    print_target("script", *engine_words(engine), engine=engine)


@click.command("exec")
@click.option(
    "--engine", type=click.Choice(_ENGINES), default=DEFAULT, help="The engine to start it with."
)
@click.option(
    "--dry-run", is_flag=True, help="Print the engine's command line instead of running it."
)
@click.option("--no-preflight", is_flag=True, help="Do not check first whether the host is ready.")
@spec_options
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGUMENT...]")
def execute(engine: str, dry_run: bool, no_preflight: bool, arguments: tuple[str, ...]) -> NoReturn:
    """Compile the spec and start the container.

    The launcher replaces this process: signals reach the container, and the exit status is its own.

    \b
    coder-gen --exec
    coder-gen --exec --shell
    coder-gen --exec --shell -- -c 'id'
    """
    from coder_gen.commands.common.compiling import (
        command_line,
        compile_target,
        engine_words,
        load_project,
    )
    from coder_gen.commands.common.messages import print_diagnostics
    from coder_gen.host.process import run_script
    from coder_gen.targets.base import Request

    chosen = settings()
    refuse_output_option(chosen)
    project = load_project(chosen)
    folder = os.path.dirname(chosen.file) if chosen.file not in (None, "-") else ""
    request = Request(
        engine,
        command_line("script", chosen),
        display_name="coder-gen --exec",
        rerun_command=command_line("--exec", chosen, *engine_words(engine), whole_path=True),
        base_dir=os.path.abspath(folder or "."),
    )
    artifact, reporter = compile_target(project, "script", request, chosen.strict)
    print_diagnostics(reporter.diagnostics, chosen)
    flags = [*(["--dry-run"] if dry_run else []), *(["--no-preflight"] if no_preflight else [])]
    run_script(artifact.text, [*flags, "--", *arguments])
