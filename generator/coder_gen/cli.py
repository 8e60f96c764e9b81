"""The command line: parses and dispatches; a command's module is imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from coder_gen import __version__
from coder_gen.commands.common.exit_status import begin, failed
from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings

# Name: module:object, and its line in --help, so that help imports no command.
COMMANDS = {
    "script": ("script:script", "Print a bash script that starts the container."),
    "compose": ("compose:compose", "Print a Compose file."),
    "dockerfile": ("image:dockerfile", "Print the Dockerfile of the spec's `build`."),
    "build-script": ("image:build_script", "Print a bash script that builds the image."),
    "convert-script": ("image:convert_script", "Print a bash script that converts it to a SIF."),
    "setup-script": ("image:setup_script", "Print the set-up script of `build.setup`."),
    "env": ("compose:env", "Print this host's .env for the Compose file."),
    "write": ("outputs:write", "Write the files under the spec's `outputs`."),
    "check": ("outputs:check", "Compare those files with the spec; exit 1 if they differ."),
    "import": ("import_spec:import_", "Print a spec made from an existing launcher."),
    "audit": (
        "audit:audit",
        "List what the container could do to its host, and how to prevent it.",
    ),
    "explain": (
        "explain:explain",
        "Show where each part of the launcher comes from, and what it does.",
    ),
    "diff": ("diff:diff", "Compare two launchers in meaning; exit 1 if they differ."),
    "report": ("report:report", "Print a page that draws what crosses from host to container."),
    "lint": ("lint:lint", "Check scripts with shellcheck, and Compose files with their schema."),
    "doctor": ("doctor:doctor", "Check whether this host can start the container."),
    "init": ("init:init", "Write a first spec, coder.yaml, in this folder."),
    "schema": ("language:schema", "Print the JSON Schema of the spec language."),
    "targets": ("language:targets", "List the targets, and how far each supports each key."),
    "completion": ("completion:completion", "Print shell completion for bash, zsh or fish."),
}
_HIDDEN = {"exec": ("script:execute", "Compile and start the container.")}

# For a short option click first searches for similar names, which takes longer than compiling a
# spec: so it gets the long name.
_LONG = {"-f": "--file", "-o": "--output", "-q": "--quiet", "-v": "--verbose", "-h": "--help"}


class Commands(click.Group):
    """Commands by name, imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = COMMANDS.get(cmd_name) or _HIDDEN.get(cmd_name)
        if found is None:
            return None
        module, _, name = found[0].partition(":")
        command: click.Command = getattr(import_module(f"coder_gen.commands.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # `coder-gen --exec ...` is the hidden command `exec`, wherever the option is.
        end = args.index("--") if "--" in args else len(args)
        args = [*(_LONG.get(a, a) for a in args[:end]), *args[end:]]
        if "--version" in args[:end]:
            args = ["--version"]
        elif "--exec" in args[:end]:
            args = ["exec", *(a for a in args[:end] if a not in ("--exec", "script")), *args[end:]]
        elif not args:
            args = ["--help"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            from difflib import get_close_matches

            guess = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {guess[0]}?" if guess else ""
            ctx.fail(f"there is no command {args[0]!r}.{hint}")
        name, command, rest = super().resolve_command(ctx, args)
        # The command's name in its own messages.
        return "--exec" if name == "exec" else name, command, rest


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0; 1 a check found something; 2 bad usage or a bad spec; 3 the host or the engine can't.",
)
@spec_options
@click.version_option(__version__, prog_name="coder-gen", message="%(prog)s %(version)s")
@click.option(
    "--exec",
    "execute",
    is_flag=True,
    expose_value=False,
    help="Compile and start the container; arguments for it come after --.",
)
def coder_gen() -> None:
    """One spec of a containerised web IDE; launchers for every engine its users have.

    \b
    coder-gen script > run.sh
    coder-gen compose > docker-compose.yml
    coder-gen --exec --shell
    """
    begin()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status; no traceback reaches the user."""
    chosen = Settings()
    try:
        # Without the standalone mode click returns the status of ctx.exit().
        result = coder_gen.main(arguments, prog_name="coder-gen", obj=chosen, standalone_mode=False)
        status = result if isinstance(result, int) else 0
        sys.stdout.flush()
    except SystemExit:
        # click's exit after the reader of help has closed the pipe, which is not a failure.
        if not type(sys.stdout).__name__.endswith("PacifyFlushWrapper"):
            raise
        status = 0
    except click.exceptions.Exit as stop:
        status = stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        status = 130
    except Exception as error:
        status = failed(error, chosen)
    sys.exit(status)
