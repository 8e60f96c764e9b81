"""Every verb of every launcher does what it says: nothing in it is missing or misspelt."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import golden
from tests.project.test_golden_lint import ASKED_FOR, LAUNCHERS
from tests.targets.launcher.stand_in import Host, host

# What bash says of a script that is wrong.
_RAW = re.compile(r"line \d+: |command not found|unbound variable|syntax error")
_MODE = re.compile(r"^  --mode NAME .*\n((?:      \S.*\n)+)", re.MULTILINE)


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def modes_of(usage: str) -> list[str]:
    """The modes that --help lists."""
    (lines,) = _MODE.findall(usage)
    return [line.split()[0] for line in lines.splitlines()]


def checked(
    done: subprocess.CompletedProcess[str], launcher: Path, *statuses: int
) -> subprocess.CompletedProcess[str]:
    """Insist on the status, and on nothing raw; a refusal says why."""
    assert done.returncode in statuses, (done.args, done.stderr)
    assert not _RAW.search(done.stdout + done.stderr), (done.args, done.stderr)
    for line in done.stderr.splitlines():
        assert line.startswith(f"{launcher.name}: "), line
    assert done.returncode == 0 or done.stderr
    return done


@pytest.mark.parametrize("path", LAUNCHERS, ids=_id)
def test_every_verb_of_a_golden_launcher(path: Path, tmp_path: Path) -> None:
    there = host(tmp_path, "docker", "podman", "apptainer")
    for each in path.parent.iterdir():
        if each.is_file():
            shutil.copy(each, tmp_path)
    launcher = tmp_path / path.name

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return there.run(launcher, *words, **ASKED_FOR)

    usage = checked(run("--help"), launcher, 0).stdout
    several, instances = "--engine NAME" in usage, "--start" in usage
    for engine in re.findall(r"docker|podman|apptainer", _candidates(path)) if several else [""]:
        chosen = [f"--engine={engine}"] if engine else []
        apptainer = instances and engine in ("", "apptainer")
        for mode in modes_of(usage):
            words = [*chosen, "--mode", mode]
            _in_the_foreground(there, run, launcher, words)
            if apptainer:
                _in_the_background(there, run, launcher, words)
            else:
                for verb in ("--start", "--stop", "--list"):
                    checked(run(*words, verb), launcher, 2)
    checked(run("--mode", "no-such-mode", "--dry-run"), launcher, 2)
    checked(run("--no-such-option"), launcher, 2)
    assert there.left() == []
    assert not any("unexpected" in call for call in there.calls())


def _candidates(path: Path) -> str:
    return " ".join(re.findall(r"^engines=\((.*)\)$", path.read_text("utf-8"), re.MULTILINE))


def _in_the_foreground(there: Host, run, launcher: Path, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    before = len(there.calls())
    made = checked(run(*words, "--dry-run"), launcher, 0)
    assert made.stdout and len(there.calls()) == before
    checked(run(*words), launcher, 0, 3)
    done = checked(run(*words, "--no-preflight", "--", "an argument"), launcher, 0, 3)
    if done.returncode == 0:
        assert there.calls()[-1][-1] == "an argument"


def _in_the_background(there: Host, run, launcher: Path, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    before = there.calls()
    for verb in ("--start", "--stop", "--list"):
        assert checked(run(*words, verb, "--dry-run"), launcher, 0).stdout
    assert there.calls() == before and there.left() == []
    checked(run(*words, "--start"), launcher, 0, 3)
    checked(run(*words, "--stop"), launcher, 0, 1)
    started = checked(run(*words, "--start", "--no-preflight"), launcher, 0, 3)
    if started.returncode == 0:
        assert there.calls()[-1][1:3] == ["instance", "run"]
        again = checked(run(*words, "--start", "--no-preflight"), launcher, 3)
        assert "is running already: stop it with" in again.stderr
        assert checked(run(*words, "--list"), launcher, 0).stdout.count("\n") == 2
        checked(run(*words, "--stop"), launcher, 0)
    assert "is not running" in checked(run(*words, "--stop"), launcher, 1).stderr
    assert there.left() == []


def test_every_launcher_was_tried() -> None:
    """All that golden specs make for `script`, whatever the file is called."""
    made = [
        golden.folder(case.name) / name
        for case in golden.cases()
        for name, command in case.commands.items()
        if " script" in f" {command}"
        and name.endswith(".sh")
        and not re.search(r"\b(?:build|convert|setup)-script", command)
    ]
    assert {*made} <= {*LAUNCHERS}
