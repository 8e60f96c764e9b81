"""Options that every command has, before its name or after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from coder_gen.commands.common.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Store an option's value if it was given: before the command's name, after it, or both."""
    found = ctx.find_root().ensure_object(Settings)
    name = str(param.name)
    if isinstance(value, tuple):
        getattr(found, name).extend(value)
    elif value is not None and value is not False:
        setattr(found, name, value)


def _option(*names: str, **attributes: Any) -> Callable[[F], F]:
    return click.option(*names, callback=_keep, expose_value=False, **attributes)


def _files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Let the shell complete files. (click.Path does so too, but loads translations.)"""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Names in the current spec."""
    from click.shell_completion import CompletionItem

    from coder_gen.commands.common.completions import candidates

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
    _option("--strict", is_flag=True, default=None, help="Report as an error what a target does not support exactly."),
    _option("-o", "--output", shell_complete=_files, metavar="FILE", help="Write to a file; a failed run leaves the old one."),
)  # fmt: skip
_MESSAGES = (
    _option("-q", "--quiet", is_flag=True, default=None, help="No warnings."),
    _option("-v", "--verbose", is_flag=True, default=None, help="More details, for a bug report."),
    _option("--color", type=click.Choice(["auto", "always", "never"]), help="Colour in messages."),
)


def spec_options(command: F) -> F:
    """The options about the spec, the output and messages."""
    for decorate in reversed((*_SPEC, *_MESSAGES)):
        command = decorate(command)
    return command


def message_options(command: F) -> F:
    """The options about messages only, for commands that read no spec."""
    for decorate in reversed(_MESSAGES):
        command = decorate(command)
    return command
