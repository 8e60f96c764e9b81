"""Reading specs, and writing an artifact to standard output.

The files that were read are remembered by identity, not by name: see ``read_as``.
"""

from __future__ import annotations

import _thread
import errno
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import NoReturn

from coder_gen.language import builtin
from coder_gen.text.diagnostics import HOST_FAILED, problem
from coder_gen.text.positions import MAX_BYTES, name_as_text

DEFAULT_SPEC = "coder.yaml"
# The name of standard input in messages.
STDIN = "<stdin>"
# Time limits for a silent pipe: one that the user named, and one with another program's output,
# where that program may first ask for a password.
PIPE_SECONDS = 10.0
STDIN_SECONDS = 60.0
# Time limit of a file system for one file. One whose server is gone never answers.
FILE_SECONDS = 30.0
_SURROGATES = re.compile("[\ud800-\udfff]")

# The files that were read since ``begin``: device and inode, and the name that was used.
_read: dict[tuple[int, int], str] = {}
# Actions since then that are done only once in a run.
_done: set[str] = set()


def begin() -> None:
    """Begin a new run of the command line, which has read and done nothing yet."""
    global _patience
    _read.clear()
    _done.clear()
    _patience = FILE_SECONDS


def hurry(seconds: float) -> None:
    """Set a shorter limit, for shell completion: a run that takes longer ends without a message."""
    global _patience
    _patience = seconds


def first_time(what: str) -> bool:
    """Whether this run has not done this yet; afterwards it counts as done."""
    is_first = what not in _done
    _done.add(what)
    return is_first


def read_as(status: os.stat_result) -> str | None:
    """The name under which this run read a file; None if it did not.

    Files are compared by device and inode, since one may have several names.
    """
    return _read.get((status.st_dev, status.st_ino))


def remember(path: str) -> None:
    """Record a file as read, just before it is."""
    with suppress(OSError, ValueError), answers(path):
        status = os.stat(path)
        if stat.S_ISREG(status.st_mode):
            _read.setdefault((status.st_dev, status.st_ino), path)


def read_spec(name: str | None) -> tuple[str, bytes]:
    """The spec's name for messages and its bytes.

    None is ``coder.yaml`` in the working directory, else the built-in spec; ``-`` is standard
    input. Raises Problems (E001).
    """
    if name is None and not _is_there(DEFAULT_SPEC):
        return "<built-in coder>", builtin.read("coder")
    name = DEFAULT_SPEC if name is None else name
    try:
        if name == "-":
            if sys.stdin is None:
                raise OSError(errno.EBADF, "it is closed")
            return STDIN, _content(_stdin(), STDIN, STDIN_SECONDS)
        seconds = STDIN_SECONDS if name.startswith(("/dev/", "/proc/")) else PIPE_SECONDS
        with answers(name):
            # Without blocking: opening a named pipe would wait for its writer.
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            return name, _content(descriptor, name, seconds)
        finally:
            os.close(descriptor)
    except OSError as error:
        stdin = name == "-"
        raise problem(
            "E001", f"cannot read {'standard input' if stdin else name_as_text(name)}: {reason(error)}", None,
            "pass the spec with -f FILE; `coder-gen init` makes a first one",
        ) from None  # fmt: skip


def _is_there(name: str) -> bool:
    """Whether the name exists. Raises Problems (E001) where that cannot be determined."""
    try:
        os.lstat(name)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise problem(
            "E001", f"cannot look for {name} here: {reason(error)}", None,
            "go to a folder that you can read, or pass the spec with -f FILE", status=HOST_FAILED,
        ) from None  # fmt: skip
    return True


def _stdin() -> int:
    try:
        return sys.stdin.fileno()
    except (OSError, ValueError):  # a stream in memory, not a file descriptor
        return -1


def _content(descriptor: int, name: str, seconds: float) -> bytes:
    """The content, at most one byte more than a spec may have. Raises OSError."""
    if descriptor < 0:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        _read[status.st_dev, status.st_ino] = name
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if stat.S_ISREG(status.st_mode):
        with answers(name), open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    return _stream(descriptor, None if os.isatty(descriptor) else seconds)


def _stream(descriptor: int, seconds: float | None) -> bytes:
    """The same for a pipe or a device; None as limit for a person at a terminal."""
    import select

    waits = select.poll()
    waits.register(descriptor, select.POLLIN)
    pieces = []
    left = MAX_BYTES + 1
    while left:
        if not waits.poll(None if seconds is None else seconds * 1000):
            raise TimeoutError(errno.ETIMEDOUT, f"nothing came for {seconds:g} seconds")
        piece = os.read(descriptor, left)
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def text_of(name: str, data: bytes) -> str:
    """The text of a file other than a spec. Raises Problems (E002)."""
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise problem("E002", f"{name} is not UTF-8", None, "save it as UTF-8") from None


def read_file(path: str) -> bytes:
    """A regular file's bytes, at most one more than a spec may have.

    A spec from somebody else may name any file. Reading a pipe would block, so only files that the
    user names on the command line (``read_spec``) may be pipes. Raises OSError.
    """
    with answers(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            _read[status.st_dev, status.st_ino] = path
            return file.read(MAX_BYTES + 1)


def reason(error: Exception) -> str:
    """The host's own reason for an error, without guesses from the request."""
    if isinstance(error, UnicodeEncodeError):
        return "the name of a file cannot hold half of a surrogate pair"
    if not isinstance(error, OSError):  # a ValueError
        return "the name of a file cannot hold NUL" if "null" in str(error) else str(error)
    if error.errno == errno.EBADF:
        return "it is closed"
    if error.errno == errno.ENOENT:
        try:
            os.getcwd()
        except OSError:
            return "the working directory was removed"
    return error.strerror or str(error)


def encoded(text: str) -> bytes:
    """The bytes of a text, in UTF-8 regardless of the locale.

    A name that is not UTF-8, such as a folder's from the environment, is shown approximately.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATES.sub("\ufffd", text).encode()


def write_stdout(text: str) -> None:
    """Write an artifact, in UTF-8 regardless of the locale. Raises Problems (E301)."""
    try:
        _refuse_appending_to_input()
        sys.stdout.flush()
        sys.stdout.buffer.write(encoded(text))
        sys.stdout.buffer.flush()
    except OSError as error:
        stdout_failed(error)


def _refuse_appending_to_input() -> None:
    """Refuse `coder-gen ... >> coder.yaml`, which appends to the spec. Raises Problems (E035)."""
    try:
        status = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return
    if stat.S_ISREG(status.st_mode) and (name := read_as(status)) is not None:
        raise problem(
            "E035", f"standard output goes into {name_as_text(name)}, which was read", None,
            "send it to another file",
        )  # fmt: skip


def stdout_failed(error: OSError) -> None:
    """Report failed standard output: raises Problems (E301), unless its reader closed it.

    Buffered output is dropped, so that the interpreter's own flush at the end does not fail
    again.
    """
    mute(sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return
    raise problem(
        "E301",
        f"cannot write to standard output: {reason(error)}",
        None,
        "send it elsewhere, or pass -o FILE",
        status=HOST_FAILED,
    ) from None


def mute(descriptor: int) -> None:
    """Discard what is written to this descriptor from now on."""
    try:
        null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return  # no descriptor is left, so the interpreter's complaint stays
    os.dup2(null, descriptor)
    os.close(null)


# The path that each thread waits for, and the end of its time; ``_watch`` checks both.
_waiting: dict[int, tuple[str, float]] = {}
_patience = FILE_SECONDS
_watcher = 0


@contextmanager
def answers(path: str) -> Iterator[None]:
    """End the process with a message if a file system does not answer within the time limit.

    A process that waits for a server that is gone can be neither interrupted nor made to raise:
    only another thread can end it.
    """
    global _watcher
    if _watcher != os.getpid():  # no thread yet, or only in the parent of this forked process
        _watcher = os.getpid()
        _waiting.clear()
        with suppress(RuntimeError):  # without a thread there is no time limit
            _thread.start_new_thread(_watch, ())
    thread = _thread.get_ident()
    before = _waiting.get(thread)
    _waiting[thread] = (path, monotonic() + _patience)
    try:
        yield
    finally:
        if before is None:
            _waiting.pop(thread, None)
        else:
            _waiting[thread] = before


def _watch() -> None:
    while True:
        sleep(min(1.0, _patience / 4))
        for path, end in list(_waiting.values()):
            if monotonic() > end:
                _end_for(path)


def _end_for(path: str) -> NoReturn:
    if _patience < FILE_SECONDS:
        os._exit(0)
    code, name = "E307", "".join(c if c.isprintable() else " " for c in path)
    why = f"its file system said nothing for {_patience:g} seconds"
    try:
        os.write(2, encoded(f"error[{code}]: {name} does not answer: {why}\n"))
    finally:
        os._exit(HOST_FAILED)
