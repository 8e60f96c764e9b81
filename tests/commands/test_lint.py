"""What `lint` looks into, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def _lint(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "coder_gen", "lint", *names]
    return subprocess.run(argv, cwd=folder, capture_output=True, encoding="utf-8", check=False)


def test_only_scripts_go_through_shellcheck(tmp_path: Path) -> None:
    """A Dockerfile or an environment file is no script, whatever shellcheck would say of it."""
    (tmp_path / "run").write_text('#!/usr/bin/env bash\necho "hi"\n')
    (tmp_path / "Dockerfile").write_text("FROM ${BASE}\nUSER $ID\n")
    done = _lint(tmp_path, "run", "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "0 findings in 1 files",
        "not checked, because no linter knows them: Dockerfile",
    ]


def test_a_script_is_known_by_its_first_line_or_its_name(tmp_path: Path) -> None:
    """Both are found wanting here: a variable that was never set."""
    (tmp_path / "run").write_text('#!/bin/sh\necho "${unset}"\n')
    (tmp_path / "part.sh").write_text('# shellcheck shell=bash\necho "${unset}"\n')
    done = _lint(tmp_path, "run", "part.sh")
    assert done.returncode == 1
    assert done.stderr.count("[SC2154]") == 2


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    """Nothing to look into is not the same as nothing found."""
    done = _lint(tmp_path, "nope.sh")
    assert done.returncode == 2
    assert "[E001]: cannot read nope.sh" in done.stderr
