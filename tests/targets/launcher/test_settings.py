"""What bash takes from the environment for itself: a launcher is the same under all of it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.project.test_golden_lint import ASKED_FOR, LAUNCHERS
from tests.targets.launcher.stand_in import Host, host

SETTINGS: Mapping[str, Mapping[str, str]] = {
    "POSIX": {"POSIXLY_CORRECT": "1"},
    "options": {"TMOUT": "60", "IFS": "/", "CDPATH": "/:/tmp"},
    "shopt": {"BASHOPTS": "failglob:nullglob:nocasematch:dotglob:xpg_echo:lastpipe"},
    "old": {"BASH_COMPAT": "42"},
    "no such locale": {"LC_ALL": "xx_XX.UTF-8"},
}


def _dry(there: Host, path: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return there.run(path, "--dry-run", **{"LC_ALL": "C", **ASKED_FOR, **env})


@pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_launcher_under_settings_of_bash(path: Path, tmp_path: Path) -> None:
    """The same command line and the same words; for a locale bash itself has one line."""
    there = host(tmp_path, "docker", "podman", "apptainer")
    plain = _dry(there, path, {})
    assert plain.returncode == 0, plain.stderr
    for name, env in SETTINGS.items():
        done = _dry(there, path, env)
        errors = done.stderr.splitlines(keepends=True)
        if "LC_ALL" in env:
            assert "cannot change locale" in errors.pop(0)
        assert (done.returncode, done.stdout, "".join(errors)) == (
            0, plain.stdout, plain.stderr,
        ), name  # fmt: skip
