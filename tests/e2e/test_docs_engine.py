"""The commands on the documentation's pages that need an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pages
from tests.e2e.engines import Docker


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
