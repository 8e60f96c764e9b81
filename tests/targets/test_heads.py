"""The head of every output says what made it, from what, and how to make it again."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path

import pytest

from coder_gen import __version__
from coder_gen.targets.registry import BUILT_IN
from tests import cli

BASE = "image: app:1\nvariables: {PORT: {default: '80'}}\nenvironment: {P: $PORT}\n"
SPEC = """\
extends: ./base.yaml
name: it
build: {base: 'debian:12', setup: {one: {run: 'true', creates: /x}}}
engines: [docker, apptainer]
outputs: {convert.sh: {target: convert-script, engine: apptainer}}
"""
# `write` alone makes the other one.
COMMANDS = [name for name in BUILT_IN if name != "env-example"]
_SHOWN = re.compile(r"^ *#? *(\S+) \(sha256 ([0-9a-f]{64})\)$", re.MULTILINE)
_BY = re.compile(r"^# by\n# +(coder-gen .*)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, "utf-8")
    Path("coder.yaml").write_text(SPEC, "utf-8")


@pytest.mark.parametrize("target", COMMANDS)
def test_a_head_names_the_version_and_each_file_with_its_sum(target: str) -> None:
    made = cli.run(target, "-q")
    assert made.status == 0, made.stderr
    head = "\n".join(made.stdout.splitlines()[:25])
    assert f"coder-gen {__version__}" in head
    sums = {
        name: hashlib.sha256(Path(name).read_bytes()).hexdigest()
        for name in ("base.yaml", "coder.yaml")
    }
    assert dict(_SHOWN.findall(head)) == sums


@pytest.mark.parametrize("target", COMMANDS)
@pytest.mark.parametrize("options", [(), ("--set", "working_dir=/a b"), ("--var", "PORT=90")])
def test_the_command_in_a_head_makes_the_same_again(target: str, options: tuple[str, ...]) -> None:
    made = cli.run(target, "-q", *options)
    assert made.status == 0, made.stderr
    shown = _BY.search(made.stdout)
    assert shown is not None
    assert cli.run(*shlex.split(shown[1])[1:]).stdout == made.stdout
