"""The wheel, as users get it: installed alone, used far from the source tree."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pages

_NOT_OURS = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")


def call(*command: str | Path, cwd: Path) -> str:
    """Run a command that has to succeed; returns what it printed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with nothing but the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("installed")
    call(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    pip = (str(folder / "venv" / "bin" / "pip"), "--quiet", "--disable-pip-version-check")
    # Built in a copy: setuptools leaves a build folder in the tree, where two builds would meet.
    shutil.copytree(pages.ROOT, folder / "tree", ignore=_NOT_OURS)
    call(*pip, "wheel", "--no-deps", "--wheel-dir", folder, folder / "tree", cwd=folder)
    (wheel,) = folder.glob("coder_gen-*.whl")
    call(*pip, "install", wheel, cwd=folder)
    return folder / "venv" / "bin"


def test_every_package_is_in_the_wheel() -> None:
    """A new one is named in setup.cfg; templates have a folder of their own."""
    config = configparser.ConfigParser()
    config.read(pages.ROOT / "setup.cfg", "utf-8")
    named = config["options"]["packages"].split()
    source = pages.ROOT / "generator"
    there = {file.parent.relative_to(source) for file in source.glob("coder_gen/**/__init__.py")}
    found = {".".join(folder.parts) for folder in there}
    assert set(named) == {*found, "coder_gen.templates"}


def test_a_wheel_does_the_main_job_anywhere(installed: Path, tmp_path: Path) -> None:
    """Every output of the installed tool is that of the source tree, byte for byte."""
    report = ["report", "--today", "2026-11-24"]
    hardened = ["script", "--profile", "hardened"]
    several = ["script", "--engine", "auto"]
    for command in (["script"], several, ["compose", "-q"], hardened, ["schema"], report):
        ours = call(sys.executable, "-m", "coder_gen", *command, cwd=tmp_path)
        assert call(installed / "coder-gen", *command, cwd=tmp_path) == ours
        assert len(ours) > 1000


def test_a_wheel_brings_its_templates_compiled(installed: Path, tmp_path: Path) -> None:
    """An installed tool reads no template source: starting would take longer."""
    code = (
        "from coder_gen import render\n"
        "print(type(render.environment('.sh.j2').loader).__name__)\n"
        "import coder_gen, os; print(os.path.dirname(coder_gen.__file__))\n"
    )
    loader, place = call(installed / "python", "-c", code, cwd=tmp_path).splitlines()
    assert loader == "ModuleLoader"
    assert str(installed.parent) in place


def test_a_wheel_brings_everything(installed: Path, tmp_path: Path) -> None:
    """Linting, first spec and checking work from the wheel alone."""
    tool = installed / "coder-gen"
    for command in (["init"], ["write", "-q"], ["check"], ["lint"]):
        call(tool, *command, cwd=tmp_path)
    assert (tmp_path / "run.sh").read_text().startswith("#!/usr/bin/env bash\n")
    call(installed / "python", "-m", "coder_gen", "--version", cwd=tmp_path)
