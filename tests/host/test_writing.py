"""Writing is all or nothing: each call of the operating system fails once, in turn, with each
error; the process is killed there; a signal comes there."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coder_gen.host import files, writing
from coder_gen.host.writing import FileToWrite
from coder_gen.text.diagnostics import Problems
from tests import cli
from tests.robustness.hosts import LIMIT, listing

_ERRORS = ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "EMFILE", "ENOENT", "EFBIG")
# What changes something, and what looks; each may fail.
_CALLS = ("mkdir", "open", "replace", "link", "fchmod", "stat", "listdir", "rename", "fstat")
_OLD, _NEW = "old\n" * 3000, "new\n" * 5000


class _Host:
    """``os`` as the module that writes sees it: at one call, counted, something happens."""

    def __init__(self, at: int, happens: Callable[[], None]) -> None:
        self.at = at
        self.happens = happens
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            self.happens()

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in (*_CALLS, "unlink", "rmdir"):
            return real

        def called(*arguments: Any, **named: Any) -> Any:
            # What takes back is not made to fail, too; but a kill may come there.
            if name in _CALLS or self.happens is not _nothing:
                self.step()
            return real(*arguments, **named)

        return called

    def open_file(self, *arguments: Any, **named: Any) -> Any:
        self.step()
        file = open(*arguments, **named)  # noqa: SIM115 - the module that writes closes it
        if "w" not in str(arguments[1:]):
            return file
        return _File(file, self)


class _File:
    """A file that is written in two pieces, between which something may happen."""

    def __init__(self, file: Any, host: _Host) -> None:
        self.file, self.host = file, host

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: bytes) -> None:
        half = len(data) // 2
        self.file.write(data[:half])
        self.file.flush()
        self.host.step()
        self.file.write(data[half:])


def _nothing() -> None:
    pass


def _folder(path: Path) -> tuple[Path, list[FileToWrite]]:
    """A folder with files of every kind: to replace, new, in a new folder, a link's, unchanged."""
    path.mkdir()
    for name in ("a", "b", "linked"):
        (path / name).write_text(_OLD)
    (path / "same").write_text(_NEW)
    (path / "link").symlink_to("linked")
    (path / "b").chmod(0o640)
    wanted = [
        FileToWrite(str(path / name), _NEW, name == "b")
        for name in ("a", "new", "b", "deep/er/file", "link", "same")
    ]
    return path, wanted


def _with(host: _Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "os", host)
    monkeypatch.setattr(writing, "open", host.open_file, raising=False)


def _steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> int:
    """How many calls a whole run makes."""
    host = _Host(0, happens)
    with monkeypatch.context() as patch:
        _with(host, patch)
        _, wanted = _folder(tmp_path / "count")
        assert writing.write_files(wanted) == 5
    return host.count


@pytest.mark.parametrize("name", _ERRORS)
def test_an_error_at_any_call_leaves_every_file_as_it_was(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = getattr(errno, name)

    def fails() -> None:
        raise OSError(code, os.strerror(code))

    refused = 0
    for at in range(1, _steps(tmp_path, monkeypatch, _nothing) + 1):
        folder, wanted = _folder(tmp_path / str(at))
        before, modes = listing(folder), _modes(folder)
        with monkeypatch.context() as patch:
            _with(_Host(at, fails), patch)
            try:
                writing.write_files(wanted)
                failed = None
            except Problems as problems:
                failed = problems
        if failed is not None:
            refused += 1
            (found,) = failed.diagnostics
            assert found.code == "E301" and failed.status == 3
            assert os.strerror(code) in found.message, "the operating system's own words"
            assert (listing(folder), _modes(folder)) == (before, modes), at
            continue
        # The error did not matter: a lock that cannot be had, a folder that is there.
        assert all(Path(file.path).read_text() == _NEW for file in wanted), at
        assert not list(folder.rglob(writing.SCRATCH + "*")), at
    assert refused > 20


def _modes(folder: Path) -> dict[str, int]:
    return {str(path): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}


def _in_a_fork(work: Callable[[], object]) -> int:
    """Do something in another process; returns how it ended, a signal as a negative number."""
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(LIMIT)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            work()
            os._exit(0)
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ended_at_every_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> list[tuple[Path, list[FileToWrite]]]:
    """A folder for each call at which a signal came to the process that writes."""

    def ends() -> None:
        os.kill(os.getpid(), number)

    found = []
    for at in range(1, _steps(tmp_path, monkeypatch, lambda: None) + 1):
        folder, wanted = _folder(tmp_path / str(at))

        def work(at: int = at, wanted: list[FileToWrite] = wanted) -> None:
            with monkeypatch.context() as patch:
                _with(_Host(at, ends), patch)
                writing.write_files(wanted)

        assert _in_a_fork(work) == -number, at
        found.append((folder, wanted))
    assert len(found) > 60
    return found


def test_after_a_kill_each_file_is_whole_and_the_next_write_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    litter = 0
    for folder, wanted in _ended_at_every_call(tmp_path, monkeypatch, signal.SIGKILL):
        for file in wanted:
            path = Path(file.path)
            assert not path.exists() or path.read_text() in (_OLD, _NEW), path
        left = {path for path in folder.rglob("*") if writing.SCRATCH in str(path)}
        litter += bool(left)
        others = {path.name for path in folder.rglob("*")} - {path.name for path in left}
        assert others <= {"a", "b", "linked", "link", "same", "new", "deep", "er", "file"}
        writing.write_files(wanted)
        assert not [path for path in folder.rglob("*") if writing.SCRATCH in str(path)]
        assert all(Path(file.path).read_text() == _NEW for file in wanted)
    assert litter > 20, "a kill leaves something, or this test shows nothing"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=str)
def test_a_signal_waits_until_all_files_are_whole(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, wanted in _ended_at_every_call(tmp_path, monkeypatch, number):
        states = {Path(f.path).exists() and Path(f.path).read_text() for f in wanted[:-1]}
        assert states == {_NEW}
        assert not list(folder.rglob(writing.SCRATCH + "*"))


def test_a_writer_that_lives_keeps_what_is_its_own(tmp_path: Path) -> None:
    """Another one that writes beside it takes nothing away; once it is gone, the next run does."""
    path, lock = writing._make_scratch(str(tmp_path))
    (Path(path) / "1").write_text("on its way")
    assert writing.write_file(str(tmp_path / "a"), _NEW, executable=False)
    assert (Path(path) / "1").exists()
    os.close(lock)
    files.begin()
    assert writing.write_file(str(tmp_path / "a"), _OLD, executable=False)
    assert not Path(path).exists()


def test_a_run_looks_for_what_others_left_once_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of 10,000 outputs takes longer to list than one of them to make."""
    listed: list[str] = []
    listdir = os.listdir

    def counted(path: str) -> list[str]:
        listed.append(path)
        return listdir(path)

    monkeypatch.setattr(os, "listdir", counted)
    (tmp_path / "other").mkdir()
    for path in ("a", "b", "other/a", "other/b"):
        writing.write_file(str(tmp_path / path), _NEW, executable=False)
    assert sorted(listed) == [str(tmp_path), str(tmp_path / "other")]


def test_what_only_looks_like_ours_is_left(tmp_path: Path) -> None:
    """A file or a link of that name, a folder with folders in it, one of another host."""
    name = writing._scratch_of_host()
    (tmp_path / f"{name}file").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept").write_text("mine")
    (tmp_path / f"{name}link").symlink_to("elsewhere")
    (tmp_path / f"{name}deep/er").mkdir(parents=True)
    (tmp_path / f"{writing.SCRATCH}another-host-1").mkdir()
    before = listing(tmp_path)
    writing.write_file(str(tmp_path / "a"), _NEW, executable=False)
    assert {**listing(tmp_path)} == {**before, "a": _NEW.encode()}


def test_two_writers_at_once_both_end(tmp_path: Path) -> None:
    """A dozen processes, the same files: each ends well, and each file is one writer's."""
    texts = [str(number) * 100_000 for number in range(12)]
    children = []
    for text in texts:
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(LIMIT)
                for _ in range(5):
                    writing.write_files([FileToWrite(str(tmp_path / n), text, False) for n in "ab"])
                os._exit(0)
            finally:
                os._exit(99)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * len(texts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert all((tmp_path / name).read_text() in texts for name in "ab")


def test_a_new_file_replaces_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one that came there after somebody looked; also where links cannot be made."""
    path = str(tmp_path / "a")
    assert writing.write_new_file(path, _NEW)
    assert not writing.write_new_file(path, _OLD) and Path(path).read_text() == _NEW
    monkeypatch.setattr(writing, "_regular", lambda _: None)
    assert not writing.write_new_file(path, _OLD) and Path(path).read_text() == _NEW
    monkeypatch.setattr(os, "link", _refuses)
    assert writing.write_new_file(str(tmp_path / "b"), _NEW)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def _refuses(*_: object) -> None:
    raise OSError(errno.EPERM, "no links")


def test_a_long_name_is_written_too(tmp_path: Path) -> None:
    """What is beside it has a name of its own length."""
    assert writing.write_file(str(tmp_path / ("a" * 255)), _NEW, executable=False)


def test_the_old_file_comes_back_where_links_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, wanted = _folder(tmp_path / "x")
    before, modes = listing(folder), _modes(folder)
    real, done = os.replace, []

    def replace(source: str, target: str) -> None:
        done.append(target)
        if len(done) == 4:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        real(source, target)

    monkeypatch.setattr(os, "link", _refuses)
    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(Problems):
        writing.write_files(wanted)
    assert (listing(folder), _modes(folder)) == (before, modes) and len(done) == 6


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_a_stream_gets_the_text(path: str, tmp_path: Path) -> None:
    """Through a pipe and into a file, which is written and not replaced."""
    (tmp_path / "coder.yaml").write_text("image: a\n")
    words = [sys.executable, "-m", "coder_gen", "script", "-o", path]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, timeout=LIMIT)
    expected = b"" if path == "/dev/null" else done.stdout
    assert done.returncode == 0 and done.stderr == b"" and done.stdout == expected
    assert done.stdout.startswith(b"#!") or path == "/dev/null"
    log = tmp_path / "log"
    log.write_bytes(b"first\n")
    with log.open("ab") as file:
        assert subprocess.run(words, cwd=tmp_path, stdout=file, timeout=LIMIT).returncode == 0
    assert log.read_bytes() == b"first\n" + done.stdout


def test_a_full_device_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cli.run("script", "-o", "/dev/full")
    assert ran.status == 3 and "/dev/full: No space left on device" in ran.stderr
