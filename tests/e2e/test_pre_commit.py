"""The hooks that coder-gen offers to repositories with specs, through pre-commit itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pages
from tests.e2e.host import plain_environment

_NOT_OURS = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "build", "golden", "*.egg-info", "__pycache__"
)
_SPEC = "image: coder:latest\noutputs: {run.sh: script}\n"
_WHO = ("-c", "user.name=pat", "-c", "user.email=pat@site.test")


def _committed(folder: Path) -> None:
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "All"]):
        subprocess.run(["git", *_WHO, *words], cwd=folder, check=True)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as it is now, committed somewhere."""
    folder = tmp_path_factory.mktemp("hooks") / "coder-gen"
    shutil.copytree(pages.ROOT, folder, ignore=_NOT_OURS)
    _committed(folder)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments that it makes."""
    return tmp_path_factory.mktemp("pre-commit")


def _run(hooks: Path, hook: str, site: Path, home: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), hook, "--all-files"]
    return subprocess.run(
        argv,
        cwd=site,
        env=plain_environment(PRE_COMMIT_HOME=str(home)),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A repository with a spec and its launcher."""
    (tmp_path / "coder.yaml").write_text(_SPEC)
    argv = [sys.executable, "-m", "coder_gen", "write", "--quiet"]
    subprocess.run(argv, cwd=tmp_path, check=True)
    _committed(tmp_path)
    return tmp_path


@pytest.mark.parametrize("hook", ["coder-gen-check", "coder-gen-lint"])
def test_a_hook_passes_and_fails(hook: str, hooks: Path, site: Path, home: Path) -> None:
    """What is in order passes; a launcher that was edited does not."""
    done = _run(hooks, hook, site, home)
    assert done.returncode == 0, done.stdout + done.stderr
    script = site / "run.sh"
    script.write_text(script.read_text("utf-8") + "echo $undefined\n", "utf-8")
    done = _run(hooks, hook, site, home)
    assert done.returncode == 1, done.stdout + done.stderr
    assert ("+++ run.sh" if hook == "coder-gen-check" else "run.sh:") in done.stdout
