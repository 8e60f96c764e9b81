"""What a run of the command line begins with, and how it ends where it fails."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING

import click

from coder_gen import __version__
from coder_gen.commands.common.settings import Settings

if TYPE_CHECKING:
    from coder_gen.text.diagnostics import Problems


def begin() -> None:
    """Nothing was read yet: a process may run more than one command."""
    from coder_gen.host import files

    files.begin()


def failed(error: Exception, chosen: Settings) -> int:
    """Say what went wrong, without a traceback; returns the exit status."""
    try:
        return _told(error, chosen)
    except Exception:
        if not _is_full():
            raise
        # There is not even what a message takes: the modules for it cannot be read.
        with suppress(OSError):
            os.write(2, f"error[E306]: the host refused: {os.strerror(errno.EMFILE)}\n".encode())
        return 3


def _told(error: Exception, chosen: Settings) -> int:
    from coder_gen.commands.common.messages import print_diagnostics, write_stderr, write_usage
    from coder_gen.text.diagnostics import Problems

    if isinstance(error, click.ClickException):
        said = StringIO()
        error.show(said)
        write_usage(said.getvalue())
        return error.exit_code
    told = error if isinstance(error, Problems) else _of_the_host(error)
    if chosen.verbose and told is not error:
        import traceback

        write_stderr("".join(traceback.format_exception(error)))
    if told is not None:
        print_diagnostics(told.diagnostics, chosen)
        return told.status
    write_stderr(
        f"coder-gen {__version__}: this is a fault of coder-gen itself: {type(error).__name__}: {error}\n"
        "Please report it with the spec, and what the command prints with -v.\n"
    )
    return 70


def _of_the_host(error: Exception) -> Problems | None:
    """What the host refused, where that is what an exception tells."""
    from coder_gen.host.files import reason, stdout_failed
    from coder_gen.text.diagnostics import HOST_FAILED, Problems, problem
    from coder_gen.text.positions import name_as_text

    if isinstance(error, ImportError) and _is_full():
        error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    if isinstance(error, MemoryError):
        error = OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
    if not isinstance(error, OSError):
        return None
    if _is_from_echo(error):
        try:
            stdout_failed(error)
        except Problems as problems:
            return problems
        return Problems((), 0)
    place = f" {name_as_text(os.fsdecode(error.filename))}" if error.filename else ""
    return problem(
        "E306", f"the host refused{place}: {reason(error)}", None,
        "correct that, and try again; -v prints where it failed", status=HOST_FAILED,
    )  # fmt: skip


def _is_from_echo(error: OSError) -> bool:
    """Whether it was click that wrote, as it does help, to standard output."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__") == "click.utils"


def _is_full() -> bool:
    """Whether this process may open no further file."""
    try:
        os.close(os.dup(2))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False
