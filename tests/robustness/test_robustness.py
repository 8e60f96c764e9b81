"""Every bad input ends with a message, and with nothing else: see ``corpus``."""

from __future__ import annotations

import faulthandler
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_gen.codes import CATALOGUE
from coder_gen.text.diagnostics import WARNING
from tests.robustness.corpus import CORPUS
from tests.robustness.corpus_commands import COMMANDS
from tests.robustness.corpus_importing import IMPORTING
from tests.robustness.report_sites import sites
from tests.robustness.running import Bad, expected, outcome

EVERY = (*CORPUS, *COMMANDS, *IMPORTING)

# Seconds until a run that hangs is ended; no measure of speed.
LIMIT = 120


@pytest.fixture(autouse=True)
def _hard_limit() -> Iterator[None]:
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("bad", EVERY, ids=lambda bad: bad.name)
def test_a_bad_input_gets_its_message(bad: Bad) -> None:
    ran = outcome(bad).ran
    assert ran.status == bad.status, ran
    assert "Traceback" not in ran.stderr and "fault of coder-gen" not in ran.stderr
    assert any(expected(bad)), "\n".join(map(str, [*outcome(bad).messages(), ran.stderr]))


@pytest.mark.parametrize("bad", [bad for bad in EVERY if bad.status > 1], ids=lambda bad: bad.name)
def test_a_bad_input_makes_nothing(bad: Bad) -> None:
    found = outcome(bad)
    assert found.ran.stdout == ""
    assert found.after == found.before


@pytest.mark.parametrize("bad", EVERY, ids=lambda bad: bad.name)
def test_an_error_has_a_way_out(bad: Bad) -> None:
    for report in outcome(bad).reports:
        assert report.fix or report.severity == WARNING or report.code.startswith("SC"), report


# Codes of processes that end where they are; see tests/host/test_waiting.py.
_ELSEWHERE = frozenset(["E307"])


def test_every_code_is_in_a_row() -> None:
    assert {bad.code for bad in EVERY} >= {entry.code for entry in CATALOGUE} - _ELSEWHERE


def test_every_row_has_a_name_of_its_own() -> None:
    names = [bad.name for bad in EVERY]
    assert sorted(set(names)) == sorted(names)


def test_every_place_that_reports_something_is_reached_by_a_row() -> None:
    """The corpus is complete: what no row brings about, nobody has seen."""
    reached = {site for bad in EVERY for _, sites in expected(bad) for site in sites}
    assert [str(site) for site in sites() if site not in reached] == []


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
