"""The commands on the documentation's pages that need an engine, or a fresh machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .. import pages
from .engines import Docker
from .host import SYSTEM_PATH

_NOT_OURS = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")


def _with(kind: str) -> list[Path]:
    return [p for p in pages.pages() if any(b.rest == kind for b in pages.blocks(p))]


def _name(path: Path) -> str:
    return str(path.relative_to(pages.ROOT))


@pytest.mark.parametrize("page", _with("engine"), ids=_name)
def test_the_page_works_with_docker(page: Path, docker: Docker, tmp_path: Path) -> None:
    """All of the page in order, on a real engine with the image `coder:latest`."""
    session = [
        b
        for b in pages.blocks(page)
        if b.is_file or (b.language == "console" and b.rest in ("", "engine"))
    ]
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    path = tmp_path / "path"
    pages.programs(path, pages.ENGINES)
    (path / "docker").symlink_to(docker.client)
    env = docker.environment(PATH=str(path), HOME=str(home), USER="pat", LC_ALL="C.UTF-8")
    ran = pages.run(session, folder, env, timeout=300)
    assert not (wrong := pages.disagreements(session, ran)), "\n\n".join(wrong)


@pytest.mark.parametrize("page", _with("fresh"), ids=_name)
def test_the_page_works_on_a_fresh_machine(page: Path, tmp_path: Path) -> None:
    """What installs coder-gen, in a clone, with Python and pip alone."""
    session = [b for b in pages.blocks(page) if b.info == ("console", "fresh")]
    clone = tmp_path / "work"
    shutil.copytree(pages.ROOT, clone, ignore=_NOT_OURS)
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python3"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    env = {"PATH": f"{tmp_path / 'bin'}:{SYSTEM_PATH}", "HOME": str(Path.home())}
    ran = pages.run(session, clone, env, timeout=300)
    # pip has its own news to tell.
    assert [did.status for did in ran] == [0], ran
    assert (clone / "run.sh").read_text("utf-8").startswith("#!/usr/bin/env bash\n")
