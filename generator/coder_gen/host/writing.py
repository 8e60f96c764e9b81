"""Writing files so that each is complete, old or new, after a failure, a signal or a kill.

New bytes go into a private folder beside the file, and replace it by one rename. Such a folder is
locked while its writer lives, so that the next writer recognises what a killed one left.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import signal
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coder_gen.host import files
from coder_gen.text.diagnostics import HOST_FAILED, problem
from coder_gen.text.positions import Span, name_as_text

# The folder for new bytes. Its name has the host's name, because locks are valid on one host only.
SCRATCH = ".coder-gen-write-"
# Time limit for a named pipe, which needs a reader.
PIPE_SECONDS = 10.0
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]+)")
_STREAMS = {"/dev/stdout": 1, "/dev/stderr": 2}


class FileToWrite(NamedTuple):
    """A file to write: its path, its text, whether it is executable, and its place in the spec."""

    path: str
    text: str
    executable: bool
    span: Span | None = None


class _Staged(NamedTuple):
    """A file to replace: ``new`` has the new bytes, ``old`` what to restore after a failure."""

    wanted: FileToWrite
    target: str
    new: str
    # None if there was no file.
    old: str | None


def write_file(path: str, text: str, *, executable: bool) -> bool:
    """Write a file completely or not at all; returns whether anything changed.

    A link is followed, and the permissions of an existing file are kept. Other than a file, such as
    /dev/stdout or a named pipe with a reader, is written to directly. Raises Problems (E301).
    """
    wanted = FileToWrite(path, text, executable)
    with _located(wanted):
        stream = _is_stream(path)
    if stream:
        # The reader may take its time, such as a person in a pager.
        with _located(wanted, watched=False):
            _write_stream(path, files.encoded(text))
        return True
    return bool(_write([wanted], make_folders=False))


def write_files(wanted: Iterable[FileToWrite]) -> int:
    """Write files; returns how many changed.

    All files are written to private folders before the first is replaced, and all are restored if a
    later one fails, so a path that is not a folder or a full disk leaves them unchanged. Missing
    folders are made. Raises Problems (E301).
    """
    return _write(list(wanted), make_folders=True)


def write_new_file(path: str, text: str) -> bool:
    """Write a file if there is none; False if there is. Raises Problems (E301)."""
    wanted = FileToWrite(path, text, False)
    with _signals_delayed(), _Change() as change, _located(wanted):
        staged = change.stage(wanted, keeping=False)
        if staged is None or staged.old is not None:
            return False
        try:
            # Not a rename, which would replace a file made in the meantime.
            os.link(staged.new, staged.target)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
            os.rename(staged.new, staged.target)  # a file system without links
    return True


def _write(wanted: list[FileToWrite], *, make_folders: bool) -> int:
    with _signals_delayed(), _Change() as change:
        for file in wanted:
            with _located(file):
                folder = os.path.dirname(os.path.realpath(file.path))
                if make_folders:
                    change.make_folder(folder)
                # Once: listing a folder of 10,000 outputs takes longer than writing one of them.
                if files.first_time(f"clear {folder}"):
                    _clear(folder)
        staged: list[_Staged] = []
        for file in wanted:
            with _located(file):
                one = change.stage(file, keeping=len(wanted) > 1)
            if one is not None:
                staged.append(one)
        change.commit(staged)
        return len(staged)


@contextlib.contextmanager
def _signals_delayed() -> Iterator[None]:
    """Delay signals, so that a signal leaves all files old or all new, and no temporary ones."""
    received: list[int] = []
    before: dict[int, object] = {}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        # Not for ignored signals, as under nohup; and only the main thread may set handlers.
        if signal.getsignal(number) not in (signal.SIG_IGN, None):
            with contextlib.suppress(ValueError):
                before[number] = signal.signal(number, lambda got, _: received.append(got))
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)  # type: ignore[arg-type]
        for each in dict.fromkeys(received):
            signal.raise_signal(each)


@contextlib.contextmanager
def _located(wanted: FileToWrite, *, watched: bool = True) -> Iterator[None]:
    try:
        with files.answers(wanted.path) if watched else contextlib.nullcontext():
            yield
    except (OSError, ValueError) as error:
        raise problem(
            "E301", f"cannot write {name_as_text(wanted.path)}: {files.reason(error)}", wanted.span,
            "nothing was changed", status=HOST_FAILED,
        ) from None  # fmt: skip


class _Change:
    """Files being replaced; leaving the context undoes what was not committed."""

    def __init__(self) -> None:
        self._made: list[str] = []
        self._scratch: dict[str, tuple[str, int]] = {}
        self._names: dict[str, list[str]] = {}

    def __enter__(self) -> _Change:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for path, lock in self._scratch.values():
            _remove(path, self._names.get(path, ()))
            os.close(lock)
        if kind is not None:
            for folder in reversed(self._made):
                with contextlib.suppress(OSError):  # another program put a file there meanwhile
                    os.rmdir(folder)

    def make_folder(self, folder: str) -> None:
        """Make a folder, and its missing parents."""
        if os.path.isdir(folder):
            return
        self.make_folder(os.path.dirname(folder))
        os.mkdir(folder)
        self._made.append(folder)

    def stage(self, wanted: FileToWrite, *, keeping: bool) -> _Staged | None:
        """Write the new bytes beside the file, and keep the old ones; None if they are equal."""
        data = files.encoded(wanted.text)
        target = os.path.realpath(wanted.path)
        there = _regular(target)
        if (
            there is not None
            and _holds(target, data)
            and (not wanted.executable or os.access(target, os.X_OK))
        ):
            return None
        folder = os.path.dirname(target)
        if folder not in self._scratch:
            self._scratch[folder] = _make_scratch(folder)
        scratch = self._scratch[folder][0]
        names = self._names.setdefault(scratch, [])
        name = str(len(names))
        names += [name, f"{name}.old"]
        new = os.path.join(scratch, name)
        _make_file(new, data, there, _mode(there, wanted.executable))
        old = new + ".old" if there is not None else None
        if old is not None and keeping:
            _keep_old(target, old, there)
        return _Staged(wanted, target, new, old)

    def commit(self, staged: list[_Staged]) -> None:
        """Replace every file; if one fails, restore all of them."""
        done: list[_Staged] = []
        try:
            for file in staged:
                with _located(file.wanted):
                    os.replace(file.new, file.target)
                done.append(file)
        except BaseException:
            for file in reversed(done):
                with contextlib.suppress(OSError):
                    if file.old is None:
                        os.unlink(file.target)
                    else:
                        os.replace(file.old, file.target)
            raise


def _regular(target: str) -> os.stat_result | None:
    """The file's status; None if there is none. Raises OSError for other than a regular file."""
    try:
        there = os.stat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(there.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return there


def _holds(path: str, data: bytes) -> bool:
    """Whether a file has these bytes; False if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(data) and file.read() == data
    except PermissionError:
        return False


def _make_file(path: str, data: bytes, like: os.stat_result | None, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if like is not None and (like.st_uid, like.st_gid) != _owner(descriptor):
            with contextlib.suppress(OSError):  # only root can
                os.fchown(descriptor, like.st_uid, like.st_gid)
        os.fchmod(descriptor, mode)


def _owner(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_uid, status.st_gid


def _mode(there: os.stat_result | None, executable: bool) -> int:
    if there is not None:
        mode = stat.S_IMODE(there.st_mode)
        # Users who may read a script may run it.
        return mode | ((mode & 0o444) >> 2) if executable else mode
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if executable else 0o666) & ~umask


def _keep_old(target: str, old: str, there: os.stat_result | None) -> None:
    """Keep the old file by a second link, or as a copy where links are impossible."""
    try:
        os.link(target, old)
    except OSError:
        with open(target, "rb") as file:
            _make_file(old, file.read(), there, _mode(there, False))


def _make_scratch(folder: str) -> tuple[str, int]:
    """A private folder that other writers see is in use, and the descriptor that locks it."""
    for _ in range(100):
        path = os.path.join(folder, f"{_scratch_of_host()}{os.urandom(6).hex()}")
        os.mkdir(path, 0o700)
        try:
            lock = _lock(path)
        except FileNotFoundError:
            lock = None
        except OSError:
            _remove(path, ())
            raise
        if lock is not None:
            return path, lock
        # Another writer removed it before it was locked, as a killed writer's.
        _remove(path, ())
    raise OSError(errno.EEXIST, "no private folder can be made beside it")


def _lock(path: str) -> int | None:
    """The descriptor that locks a folder; None if the folder was replaced in the meantime."""
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks, where no writer clears it
            fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.samestat(os.stat(path), os.fstat(lock)):
            return lock
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    return None


def _scratch_of_host() -> str:
    return f"{SCRATCH}{re.sub('[^A-Za-z0-9.-]', '-', os.uname().nodename)[:64]}-"


def _clear(folder: str) -> None:
    """Remove what a killed writer of this host left in a folder."""
    prefix = _scratch_of_host()
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(prefix):
                _clear_scratch(os.path.join(folder, name))


def _clear_scratch(path: str) -> None:
    with contextlib.suppress(OSError):
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path, os.listdir(path))
        finally:
            os.close(lock)


def _remove(scratch: str, names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(OSError):  # most have gone to their places
            os.unlink(os.path.join(scratch, name))
    with contextlib.suppress(OSError):
        os.rmdir(scratch)


def _is_stream(path: str) -> bool:
    """Whether a path is a stream to write to, which cannot be replaced by a file."""
    if path in _STREAMS or _DESCRIPTOR.fullmatch(path):
        return True
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _write_stream(path: str, data: bytes) -> None:
    """Write to a stream. Raises OSError, also if a named pipe has no reader."""
    number = _DESCRIPTOR.fullmatch(path)
    known = int(number[1]) if number is not None else _STREAMS.get(path)
    if known is not None:
        _write_all(os.dup(known), data, None)
    else:
        _write_all(_open_stream(path), data, PIPE_SECONDS)


def _open_stream(path: str) -> int:
    from time import monotonic, sleep

    end = monotonic() + PIPE_SECONDS
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.ENXIO or not stat.S_ISFIFO(os.stat(path).st_mode):
                raise
            if monotonic() >= end:
                raise TimeoutError(
                    errno.ETIMEDOUT, f"nobody read the pipe for {PIPE_SECONDS:g} seconds"
                ) from None
        sleep(0.02)


def _write_all(descriptor: int, data: bytes, seconds: float | None) -> None:
    """Write everything and close; each piece must be accepted within some seconds."""
    import select

    left = memoryview(data)
    try:
        while left:
            if seconds is not None:
                writable = select.poll()
                writable.register(descriptor, select.POLLOUT)
                if not writable.poll(seconds * 1000):
                    raise TimeoutError(errno.ETIMEDOUT, f"nobody read on for {seconds:g} seconds")
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)
