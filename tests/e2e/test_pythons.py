"""The same bytes on every version of Python that this machine has, from the oldest we promise."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pages

_OLDEST = (3, 10)
_NOT_OURS = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "build", "*.egg-info", "__pycache__"
)
# Every golden case again, by that Python; what differs is printed.
_PROGRAM = """\
from tests import golden
for case in golden.cases():
    there = golden.present(case)
    for name, output in golden.kept(case).items():
        if there[name] != output:
            print(case.name, name)
"""


def _pythons() -> list[Path]:
    """One of each version but the one that runs this: on PATH, or where pyenv keeps them."""
    folders = [Path(folder) for folder in os.get_exec_path()]
    folders += sorted(Path.home().glob(".pyenv/versions/*/bin"))
    found: dict[tuple[int, int], Path] = {}
    for folder in folders:
        for path in folder.glob("python3.*"):
            match = re.fullmatch(r"python3\.(\d+)", path.name)
            version = (3, int(match[1])) if match else (0, 0)
            wanted = version >= _OLDEST and version != sys.version_info[:2]
            if wanted and version not in found and _has_venv(path):
                found[version] = path
    return [found[version] for version in sorted(found)]


def _has_venv(python: Path) -> bool:
    # A version manager has a stand-in for every version, also for those it would not start.
    return subprocess.run([python, "-c", "import ensurepip"], capture_output=True).returncode == 0


@pytest.mark.parametrize("python", _pythons(), ids=lambda path: path.name)
def test_golden_outputs_are_the_same(python: Path, tmp_path: Path) -> None:
    """Installed as users do, with the newest dependencies that this version gets."""
    tree = tmp_path / "tree"
    shutil.copytree(pages.ROOT, tree, ignore=_NOT_OURS)
    subprocess.run([python, "-m", "venv", tmp_path / "venv"], check=True)
    own = tmp_path / "venv" / "bin" / "python"
    pip = [own, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, tree], check=True)
    done = subprocess.run([own, "-c", _PROGRAM], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
