"""Hosts that are broken, and a command line that runs on one: in a fork, as a fresh process would.

A fork has the modules in memory, so that every command can meet every host in a test's time;
``test_hosts`` starts some real processes besides.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from coder_gen import __main__

# Seconds until a run that hangs is ended; no measure of speed.
LIMIT = 60


class Ran(NamedTuple):
    """An exit status (minus a signal's number), and what was written to files in place of streams."""

    status: int
    stdout: str
    stderr: str


class Host(NamedTuple):
    """One kind of host: what is done in the new process before it begins.

    ``no_output`` is whether nothing can be written to standard output, ``silent`` whether no message
    can be seen.
    """

    name: str
    breaks: Callable[[], None]
    no_output: bool = False
    silent: bool = False


def _close(*numbers: int) -> Callable[[], None]:
    def breaks() -> None:
        for number in numbers:
            os.close(number)

    return breaks


def _onto(path: str, *numbers: int) -> Callable[[], None]:
    def breaks() -> None:
        descriptor = os.open(path, os.O_WRONLY)
        for number in numbers:
            os.dup2(descriptor, number)
        os.close(descriptor)

    return breaks


def _reader_gone() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.dup2(writing, 1)


def _folder_gone() -> None:
    gone = tempfile.mkdtemp()
    os.chdir(gone)
    os.rmdir(gone)


def _folder_closed() -> None:
    """As who may not look into the working directory: root may everywhere."""
    os.chmod(".", 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)


def _few_files() -> None:
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))


def _small_files() -> None:
    """No file may become longer than nothing at all: as a disk that is full, or a used up quota."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _onto("/dev/null", 1, 2)()


HOSTS = (
    Host("no standard input", _close(0)),
    Host("no standard output", _close(1), no_output=True),
    Host("no standard error", _close(2), silent=True),
    Host("no streams", _close(0, 1, 2), no_output=True, silent=True),
    Host("standard output full", _onto("/dev/full", 1), no_output=True),
    Host("standard error full", _onto("/dev/full", 2), silent=True),
    Host("both full", _onto("/dev/full", 1, 2), no_output=True, silent=True),
    Host("reader gone", _reader_gone),
    Host("folder gone", _folder_gone),
    Host("folder closed", _folder_closed),
    Host("no further file", _few_files),
    Host("no room", _small_files, silent=True),
)


def run_on(host: Host, folder: Path, *arguments: str) -> Ran:
    """Run a command line in a folder, on a host."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _child(host, folder, arguments, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    return Ran(os.waitstatus_to_exitcode(status), *texts)


def _child(host: Host, folder: Path, arguments: tuple[str, ...], out: int, err: int) -> None:
    """The new process; never returns."""
    status = 99
    try:
        signal.alarm(LIMIT)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python begins
        for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
            os.dup2(descriptor, number)
        os.closerange(3, 256)
        os.chdir(folder)
        host.breaks()
        # As the interpreter has them: a stream that is closed is none at all.
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            setattr(sys, name, _stream(number))
        sys.argv = ["coder-gen", *arguments]
        try:
            __main__.main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # where this fails the interpreter's own status is 120
    except BaseException as error:
        status = 120 if isinstance(error, OSError) else 98
    finally:
        os._exit(status)


def _stream(number: int) -> io.TextIOWrapper | None:
    try:
        os.fstat(number)
    except OSError:
        return None
    mode = "r" if number == 0 else "w"
    # Nobody closes it: what has its number by then may be another file.
    return open(number, mode, encoding="utf-8", closefd=False)  # type: ignore[return-value]


def listing(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }
