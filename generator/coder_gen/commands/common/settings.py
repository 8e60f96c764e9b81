"""The values of the options that all commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coder_gen.language.load import Project


class Settings:
    """The values of the shared options; one object for the whole command line."""

    def __init__(self) -> None:
        self.file: str | None = None
        # The file's name and bytes if a command has read it: a pipe can be read only once.
        self.taken: tuple[str, bytes] | None = None
        # The loaded specs, each with its folder: files that they name are not overwritten.
        self.loaded: list[tuple[Project, str]] = []
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

    @property
    def prints(self) -> bool:
        """Whether the command's output goes to standard output."""
        return self.output in (None, "-")


def settings() -> Settings:
    """The settings of the current command line."""
    return click.get_current_context().find_root().ensure_object(Settings)


def wanted_mode(chosen: Settings) -> str | None:
    """The mode chosen by --mode or --shell, if any. Raises UsageError."""
    if chosen.shell and chosen.mode not in (None, "shell"):
        raise click.UsageError(f"--shell and --mode {chosen.mode} exclude each other.")
    return "shell" if chosen.shell else chosen.mode


def named(arguments: tuple[str, ...], chosen: Settings, what: str) -> tuple[str, ...]:
    """The files named as arguments. Raises UsageError for -f or -o besides."""
    if arguments and chosen.file is not None:
        raise click.UsageError(f"-f and {what} as an argument exclude each other.")
    refuse_output_option(chosen)
    return arguments


def refuse_output_option(chosen: Settings) -> None:
    """Refuse -o for a command that prints no file. Raises UsageError."""
    if chosen.output is not None:
        raise click.UsageError("-o has no meaning here: the command prints no file.")
