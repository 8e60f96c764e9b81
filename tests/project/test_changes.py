"""Ten plausible changes touch the files that docs/architecture.md says, and work with these alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import ROOT
from tests.project.changes import CHANGES, Change, make, table

PAGE = ROOT / "docs" / "architecture.md"


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.title)
def test_a_change_touches_the_files_of_its_row(change: Change, tmp_path: Path) -> None:
    """Each in a copy of the tree; it does not show without the change."""
    assert change.shows not in _run(change, ROOT, tmp_path / "before")
    tree = tmp_path / "tree"
    for name in ("generator", "templates"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    make(change, tree)
    assert change.shows in _run(change, tree, tmp_path / "after")


def _run(change: Change, tree: Path, folder: Path) -> str:
    folder.mkdir()
    (folder / "coder.yaml").write_text(change.spec, "utf-8")
    words = change.words if change.words[0] == "-c" else ("-m", "coder_gen", *change.words)
    env = {**os.environ, "PYTHONPATH": str(tree / "generator"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_the_page_has_the_table() -> None:
    """`make architecture` writes it."""
    assert table() in PAGE.read_text("utf-8")
