"""Targets of other packages: the one that docs/own-targets.md makes, and those that do not work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pages
from tests.cli import Ran

_PAGE = pages.ROOT / "docs" / "own-targets.md"
_GROUP = re.compile(r'\[project\.entry-points\."coder_gen\.targets"\]\n((?:\w.*\n)+)')


def _page() -> dict[str, str]:
    return {block.rest: block.text for block in pages.blocks(_PAGE) if block.is_file}


def _install(folder: Path, module: str, points: str) -> None:
    """What pip makes of a package with one module."""
    (folder / "acme_nomad.py").write_text(module, "utf-8")
    about = folder / "acme_nomad-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-nomad\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[coder_gen.targets]\n{points}\n")


def _run(folder: Path, *arguments: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "coder_gen", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


# The module as the page had it before there was `coder_gen.plugin`: such packages are about.
_OLD = (Path(__file__).parent / "old_target.txt").read_text("utf-8")


@pytest.mark.parametrize("old", [False, True], ids=["today's page", "the old page"])
def test_the_page_s_target_works(tmp_path: Path, old: bool) -> None:
    """It is found, listed, and writes what the page says."""
    files = _page()
    module = _OLD if old else files["acme_nomad.py"]
    points = _GROUP.search(files["pyproject.toml"])
    assert points is not None
    _install(tmp_path, module, points[1].replace('"', ""))
    (tmp_path / "coder.yaml").write_text(files["coder.yaml"], "utf-8")
    (shown,) = (b.text for b in pages.blocks(_PAGE) if b.text.startswith("$ coder-gen write"))
    assert f"$ coder-gen write\n{_run(tmp_path, 'write').stderr}" == shown
    assert '"image": "registry.example/crunch:4"' in (tmp_path / "job.json").read_text("utf-8")
    assert _run(tmp_path, "check").status == 0
    listed = _run(tmp_path, "targets")
    assert re.search("^nomad +A job for Nomad.$", listed.stdout, re.MULTILINE), listed.stdout
    assert listed.stderr == ""
    # What it made, `write` makes again.
    assert _run(tmp_path, "write", "--set", "image=b").stderr.endswith("1 of 1 files written\n")
    refused = _run(tmp_path, "write", "--set", "command=[$HOME]")
    assert refused.status == 2 and "error[E025]" in refused.stderr


_WHOLE = """\
from coder_gen.targets.base import Artifact
SUMMARY, SUPPORT = "A job.", {}
def compile(project, plans, request, reporter):
"""


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import nowhere\n", "ModuleNotFoundError: No module named 'nowhere'"),
        ("SUMMARY = 'A job.'\n", "acme_nomad has no SUPPORT, compile"),
        (f"{_WHOLE}    raise KeyError('x')\n", "KeyError: 'x', at "),
        (f"{_WHOLE}    return 'text'\n", "it made no Artifact, but str"),
    ],
)
def test_one_that_does_not_work_is_named(tmp_path: Path, module: str, said: str) -> None:
    """Its package is at fault, and the other targets are as they were."""
    _install(tmp_path, module, "nomad = acme_nomad\nscript = acme_nomad")
    outputs = "image: a\noutputs: {job.json: nomad}\n"
    (tmp_path / "coder.yaml").write_text(outputs, "utf-8")
    done = _run(tmp_path, "write")
    assert done.status == 3
    assert f"the target `nomad` of the package acme-nomad 1.0 does not work: {said}" in done.stderr
    assert done.stderr.startswith("coder.yaml:2:"), done.stderr
    assert _run(tmp_path, "targets").status == 0
    assert _run(tmp_path, "explain", "--why-not", "ports", "compose").status == 0
    # A name that is built in stays so.
    assert _run(tmp_path, "script").stdout.startswith("#!/usr/bin/env bash\n")


def test_keys_that_a_target_does_not_know_are_not_said_by_it(tmp_path: Path) -> None:
    """It was made for an older language."""
    module = (
        _WHOLE.replace("{}", '{"image": Support("exact")}').replace("Artifact", "Artifact, Support")
        + "    return Artifact('', False)\n"
    )
    _install(tmp_path, module, "nomad = acme_nomad")
    done = _run(tmp_path, "targets", "gpus")
    assert "nomad: the target does not know this key" in done.stdout, done
