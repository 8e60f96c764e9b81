"""Writing files so that a failure leaves what was there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from coder_gen.diagnostics import HOST_FAILED, problem

Wanted = tuple[str, str, bool]


class _Staged(NamedTuple):
    """A file that is to change. ``temporary`` holds its new bytes, and stands beside it."""

    path: str
    target: Path
    data: bytes
    # None where there is nothing to replace: /dev/stdout, a named pipe.
    temporary: Path | None


def write_file(path: str, text: str, *, executable: bool) -> bool:
    """Write a file as a whole or not at all; returns whether anything changed.

    A link is followed, and the permissions of a file that is there are kept. Raises Problems
    (E301).
    """
    return bool(_write([(path, text, executable)]))


def write_files(wanted: Iterable[Wanted]) -> int:
    """Write files, each a path, text and whether it is a program; returns how many changed.

    Every file is written beside its place before the first takes it, so a folder that is no
    folder or a full disk leaves them all as they were. Missing folders are made. Raises Problems
    (E301).
    """
    made: list[Path] = []
    wanted = list(wanted)
    try:
        for path, _, _ in wanted:
            with _located(path):
                _make_folder(Path(os.path.realpath(path)).parent, made)
        return _write(wanted)
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # a file was put there before the failure
                folder.rmdir()
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.exists():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _write(wanted: Iterable[Wanted]) -> int:
    staged: list[_Staged] = []
    try:
        for path, text, executable in wanted:
            with _located(path):
                _stage(path, text.encode(), executable, staged)
        for file in staged:
            with _located(file.path):
                if file.temporary is None:
                    file.target.write_bytes(file.data)
                else:
                    os.replace(file.temporary, file.target)
    finally:
        for file in staged:
            if file.temporary is not None:
                file.temporary.unlink(missing_ok=True)
    return len(staged)


@contextlib.contextmanager
def _located(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise problem(
            "E301", f"cannot write {path}: {error.strerror or error}", None,
            "nothing was changed there", status=HOST_FAILED,
        ) from None  # fmt: skip


def _stage(path: str, data: bytes, executable: bool, staged: list[_Staged]) -> None:
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    if (
        target.is_file()
        and target.read_bytes() == data
        and (not executable or os.access(target, os.X_OK))
    ):
        return
    if target.exists() and not target.is_file():
        staged.append(_Staged(path, target, data, None))
        return
    mode = _mode(target, executable)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    staged.append(_Staged(path, target, data, temporary))
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fchmod(file.fileno(), mode)


def _mode(target: Path, executable: bool) -> int:
    if target.exists():
        mode = target.stat().st_mode & 0o7777
        # Whoever may read a script may run it.
        return mode | ((mode & 0o444) >> 2) if executable else mode
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if executable else 0o666) & ~umask
