"""The lock of launchers: who runs, and that no two are in it at once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import golden

NAMES = ("find_place", "started", "identify", "running", "locked", "with_lock", "forget_ended")


def _functions() -> str:
    (path,) = [p for p in golden.files(".sh") if p.parent.name == "x11-user"]
    text = path.read_text("utf-8")
    found = [re.search(rf"^{name}\(\) \{{\n.*?^\}}\n", text, re.M | re.S) for name in NAMES]
    bodies = "".join(match[0] for match in found if match)
    assert all(found)
    return f"set -euo pipefail\nplace=''\ncleanup=''\nsay() {{ echo \"$1\"; }}\nhear_signals() {{ trap - HUP INT TERM; }}\n{bodies}"


def _bash(code: str, *args: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        ["bash", "-c", _functions() + code, "-", *map(str, args)],
        capture_output=True, encoding="utf-8", timeout=120, check=True, cwd=cwd,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("${pid}.${start}.${boot}.${space}.${host}", 0),
        ("${pid}.1${start}.${boot}.${space}.${host}", 1),
        ("4194305.${start}.${boot}.${space}.${host}", 1),
        ("${pid}.${start}.before.${space}.${host}", 1),
        ("${pid}.${start}.before.${space}.another.host", 2),
        ("${pid}.${start}.${boot}.1.${host}", 2),
        ("*", 1),
        ("", 1),
        ("0.${start}.${boot}.${space}.${host}", 1),
        ("a[0].${start}.${boot}.${space}.${host}", 1),
        ("../1.${start}.${boot}.${space}.${host}", 1),
    ],
)
def test_who_runs(name: str, status: int) -> None:
    """By number, start, boot, PID namespace and host; 2 where that cannot be seen from here."""
    code = f"""
    identify "$$"
    IFS=. read -r pid start boot space host <<<"${{process}}"
    status=0
    running "{name}" || status=$?
    echo "${{status}}"
    """
    assert _bash(code) == f"{status}\n"


def test_names_of_programs_and_zombies(tmp_path: Path) -> None:
    """A program's name may look like the rest of the line; a zombie has ended."""
    odd = tmp_path / "a) Z (b"
    shutil.copy(shutil.which("sleep") or "sleep", odd)
    child = subprocess.Popen([odd, "1000"])
    code = 'identify "$1"; running "${process}" && echo runs'
    name = _bash('identify "$1"; echo "${process}"', child.pid).strip()
    assert _bash(code, child.pid) == "runs\n"
    child.kill()
    look = 'status=0; running "$1" || status=$?; echo "${status}"'
    # Not waited for yet.
    Path(f"/proc/{child.pid}/stat").read_text()
    while ") Z " not in Path(f"/proc/{child.pid}/stat").read_text().rpartition("(b")[2]:
        pass
    assert _bash(look, name) == "1\n"
    child.wait()
    assert _bash(look, name) == "1\n"


def test_no_two_at_once(tmp_path: Path) -> None:
    """Eight processes count together, with a number that none may read while another writes it."""
    (tmp_path / "count").write_text("0\n")
    code = """
    count() { local n; read -r n <count; sleep 0.01; echo "$((n + 1))" >count; }
    for i in 1 2 3; do locked "${PWD}" count; done
    """
    argv = ["bash", "-c", _functions() + code]
    processes = [subprocess.Popen(argv, cwd=tmp_path) for _ in range(8)]
    assert [process.wait(120) for process in processes] == [0] * 8
    assert (tmp_path / "count").read_text() == "24\n"
    assert [path.name for path in tmp_path.iterdir()] == ["count"]


def test_status_and_a_lock_that_was_left(tmp_path: Path) -> None:
    """The function's status; an empty lock, one of a dead process, one whose maker waited in vain."""
    _bash(
        'identify "${BASHPID}"; mkdir -p .lock ".lock-${process}" && : >".lock/${process}"',
        cwd=tmp_path,
    )
    assert len(list(tmp_path.glob(".lock*"))) == 2
    code = 'f() { return 7; }; status=0; locked "${PWD}" f || status=$?; echo "${status}"'
    assert _bash(code, cwd=tmp_path) == "7\n"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".lock").mkdir()
    assert _bash(code, cwd=tmp_path) == "7\n"
    assert list(tmp_path.iterdir()) == []
