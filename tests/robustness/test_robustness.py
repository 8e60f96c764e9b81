"""Every bad input ends with a message, and with nothing else: see ``corpus``."""

from __future__ import annotations

import faulthandler
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_gen import cli
from tests.robustness.corpus import CORPUS, Bad

# Seconds until a run that hangs is ended; no measure of speed.
LIMIT = 120


@pytest.fixture(autouse=True)
def _hard_limit() -> Iterator[None]:
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def _listing(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() if p.is_file() else b"" for p in folder.iterdir()}


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.name)
def test_a_bad_input_gets_a_message_and_nothing_else(
    bad: Bad,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    (tmp_path / "coder.yaml").write_bytes(bad.spec)
    for name, data in bad.files:
        (tmp_path / name).write_bytes(data)
    os.mkfifo(tmp_path / "pipe.fifo")
    (tmp_path / "circle.link").symlink_to("circle.link")
    monkeypatch.chdir(tmp_path)
    before = _listing(tmp_path)
    with pytest.raises(SystemExit) as end:
        cli.main(bad.command.split())
    out, err = (stream.decode() for stream in capfdbinary.readouterr())
    assert end.value.code == bad.status, err
    assert out == ""
    assert bad.code in err
    assert "Traceback" not in err and "fault of coder-gen" not in err
    if bad.place is not None:
        place = re.search(r"coder\.yaml:(\d+:\d+)", err)
        assert place is not None and place[1] == bad.place, err
    assert bad.fix in err
    assert _listing(tmp_path) == before


def _process(folder: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    program = f'exec "{sys.executable}" -m coder_gen '
    return subprocess.run(
        ["bash", "-c", program + command], cwd=folder, capture_output=True, timeout=LIMIT
    )


def test_a_full_disk_is_a_message(tmp_path: Path) -> None:
    done = _process(tmp_path, "script > /dev/full")
    assert done.returncode == 3
    assert b"E301" in done.stderr and b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["script >&-", "script | head -c 1 > /dev/null", "explain >&-"])
def test_a_reader_that_went_away_gets_no_traceback(tmp_path: Path, command: str) -> None:
    done = _process(tmp_path, command)
    assert b"Traceback" not in done.stderr and b"fault of coder-gen" not in done.stderr


def test_windows_line_ends_are_fine(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(b"image: a\r\ncommand: [b]\r\n")
    assert _process(tmp_path, "script").returncode == 0


def test_a_pipe_on_the_command_line_is_read(tmp_path: Path) -> None:
    done = _process(tmp_path, "script -f <(echo image: a)")
    assert done.returncode == 0, done.stderr


_TWO = b"image: a\noutputs: {run.sh: script, deep/er/compose.yml: compose}\n"


def test_write_makes_the_folders_of_its_outputs(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(_TWO)
    done = _process(tmp_path, "write")
    assert (done.returncode, done.stderr) == (0, b"coder-gen: 2 of 2 files written\n")
    assert (tmp_path / "deep/er/compose.yml").is_file()
    assert _process(tmp_path, "check").returncode == 0


@pytest.mark.parametrize("blocked", ["deep", "deep/er/compose.yml/x"])
def test_write_writes_all_or_none(tmp_path: Path, blocked: str) -> None:
    (tmp_path / "coder.yaml").write_bytes(_TWO)
    in_the_way = tmp_path / blocked
    in_the_way.parent.mkdir(parents=True, exist_ok=True)
    in_the_way.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    done = _process(tmp_path, "write")
    assert done.returncode == 2
    assert b"coder.yaml:2:27: error[E037]" in done.stderr and b"files written" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_made_for_a_failed_write_goes_again(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(_TWO)
    (tmp_path / "run.sh").mkdir()
    assert _process(tmp_path, "write").returncode == 2
    assert not (tmp_path / "deep").exists()


def test_check_reports_a_script_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(_TWO)
    assert _process(tmp_path, "write").returncode == 0
    (tmp_path / "run.sh").chmod(0o644)
    done = _process(tmp_path, "check")
    assert (done.returncode, done.stdout) == (1, b"run.sh is not executable\n")
    assert _process(tmp_path, "write").returncode == 0
    assert _process(tmp_path, "check").returncode == 0


def test_check_reports_an_output_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(_TWO)
    (tmp_path / "run.sh").mkdir()
    done = _process(tmp_path, "check")
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    assert b"run.sh cannot be read" in done.stdout


def test_a_wrong_declaration_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "coder.yaml").write_bytes(
        b"image: a\nvariables: {A: {type: choice}}\nhostname: $A\n"
    )
    done = _process(tmp_path, "script")
    assert done.stderr.count(b"error[") == 1
