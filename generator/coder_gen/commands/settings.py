"""Options that every command knows, before its name or after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Settings:
    """What the shared options said; one object for the whole command line."""

    def __init__(self) -> None:
        self.file: str | None = None
        # The file's name and bytes, where a command has read it already: a pipe is read but once.
        self.taken: tuple[str, bytes] | None = None
        self.profile: list[str] = []
        self.mode: str | None = None
        self.set: list[str] = []
        self.var: list[str] = []
        self.strict = False
        self.output: str | None = None
        self.quiet = False
        self.verbose = False
        self.color = "auto"
        self.shell = False


def settings() -> Settings:
    """The settings of the command line that is running."""
    return click.get_current_context().find_root().ensure_object(Settings)


def named(arguments: tuple[str, ...], chosen: Settings, what: str) -> tuple[str, ...]:
    """The files that a command names, which is not told about one of them in another way too."""
    if arguments and chosen.file is not None:
        raise click.UsageError(f"-f and {what} as an argument exclude each other.")
    prints_no_file(chosen)
    return arguments


def leaves(name: str, chosen: Settings) -> None:
    """Refuse -o on the file that is read: what the user wrote is lost to no slip of the hand."""
    if chosen.output is not None and os.path.realpath(chosen.output) == os.path.realpath(name):
        raise click.UsageError(f"-o {chosen.output} would replace what is read: name another file.")


def prints_no_file(chosen: Settings) -> None:
    """What a command cannot do is said, not left undone."""
    if chosen.output is not None:
        raise click.UsageError("-o has no meaning here: the command prints no file.")


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Take an option's value if it was given: the same option may stand on both sides."""
    found = ctx.find_root().ensure_object(Settings)
    name = str(param.name)
    if isinstance(value, tuple):
        getattr(found, name).extend(value)
    elif value is not None and value is not False:
        setattr(found, name, value)


def _option(*names: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*names, callback=_keep, expose_value=False, **attributes)


def _files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """The shell completes files itself. (click.Path says so too, and looks for translations.)"""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Names that the spec at hand knows."""
    from click.shell_completion import CompletionItem

    from coder_gen.commands.completing import candidates

    chosen = ctx.find_root().ensure_object(Settings)
    found = candidates(str(param.name), chosen)
    return [CompletionItem(name) for name in found if name.startswith(incomplete)]


_SPEC = (
    _option("-f", "--file", shell_complete=_files, metavar="FILE", help="The spec; - reads standard input. Without it: coder.yaml here, else the built-in spec."),
    _option("--profile", shell_complete=_names, multiple=True, metavar="NAME", help="Apply a profile; hardened is built in. May be repeated."),
    _option("--mode", shell_complete=_names, metavar="NAME", help="The mode to start by default."),
    _option("--shell", is_flag=True, default=None, help="The same as --mode shell."),
    _option("--set", shell_complete=_names, multiple=True, metavar="PATH=VALUE", help="Change the spec, for example mem_limit=4g. May be repeated."),
    _option("--var", shell_complete=_names, multiple=True, metavar="NAME=VALUE", help="Fix a variable now instead of at start. May be repeated."),
    _option("--strict", is_flag=True, default=None, help="What a target cannot say exactly is an error."),
    _option("-o", "--output", shell_complete=_files, metavar="FILE", help="Write to a file; a failed run leaves the old one."),
)  # fmt: skip
_TALK = (
    _option("-q", "--quiet", is_flag=True, default=None, help="No warnings."),
    _option("-v", "--verbose", is_flag=True, default=None, help="More details, for a bug report."),
    _option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour in messages."),
)


def spec_options(command: F) -> F:
    """The options about the spec and the talk."""
    for decorate in reversed((*_SPEC, *_TALK)):
        command = decorate(command)
    return command


def talk_options(command: F) -> F:
    """The options about messages only, for commands that read no spec."""
    for decorate in reversed(_TALK):
        command = decorate(command)
    return command
