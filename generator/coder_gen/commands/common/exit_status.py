"""The start of a run of the command line, and its end after an error."""

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
    """Forget the files that were read: a process may run more than one command."""
    from coder_gen.host import files

    files.begin()


def failed(error: Exception, chosen: Settings) -> int:
    """Print an error without a traceback; returns the exit status."""
    try:
        return _print(error, chosen)
    except Exception:
        if not _is_full():
            raise
        # No file can be opened, not even the modules that print messages.
        with suppress(OSError):
            os.write(2, f"error[E306]: the host refused: {os.strerror(errno.EMFILE)}\n".encode())
        return 3


def _print(error: Exception, chosen: Settings) -> int:
    from coder_gen.commands.common.messages import print_diagnostics, write_stderr, write_usage
    from coder_gen.text.diagnostics import Problems

    if isinstance(error, click.ClickException):
        usage = StringIO()
        error.show(usage)
        write_usage(usage.getvalue())
        return error.exit_code
    problems = error if isinstance(error, Problems) else _of_the_host(error)
    if chosen.verbose and problems is not error:
        import traceback

        write_stderr("".join(traceback.format_exception(error)))
    if problems is not None:
        print_diagnostics(problems.diagnostics, chosen)
        return problems.status
    write_stderr(
        f"coder-gen {__version__}: this is a fault of coder-gen itself: {type(error).__name__}: {error}\n"
        "Please report it with the spec, and what the command prints with -v.\n"
    )
    return 70


def _of_the_host(error: Exception) -> Problems | None:
    """Problems (E306) for an exception that means a refusal by the host; else None."""
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
    """Whether click raised it while it wrote to standard output, for example help."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__") == "click.utils"


def _is_full() -> bool:
    """Whether this process cannot open any more files."""
    try:
        os.close(os.dup(2))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False
