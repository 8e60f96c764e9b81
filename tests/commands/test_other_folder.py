"""Every command, called from another folder than the spec's: what it reads lies beside the spec, what
``-o`` names lies where the command is called, and nothing else is written anywhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from coder_gen import cli as command_line
from tests import cli
from tests.robustness.hosts import listing

_SPEC = """\
extends: ./base.yaml
name: there
env_file: [./app.env]
volumes: ['./data:/data']
build:
  base: debian:12
  files: ['./tool.sh:/usr/local/bin/tool.sh']
  setup: {prompt: {description: A prompt., lines: [{file: ~/.bashrc, lines: [set-up]}]}}
outputs:
  gen/run.sh: script
  docker-compose.yml: compose
  Dockerfile: dockerfile
"""
_OUTPUTS = ("Dockerfile", "docker-compose.yml", "gen", "gen/run.sh")
# What lies beside the spec, and, under the same names, where the commands are called.
_BESIDE = {"base.yaml": "{0}:1", "app.env": "WHERE={0}\n", "tool.sh": "#!/bin/sh\necho {0}\n"}


class Row(NamedTuple):
    """A command: its words, with SPEC for the option that names the spec.

    ``prints`` stands in what it prints; ``writes`` are the files that appear, from the folder that it
    is called in. ``before`` is run first.
    """

    words: Sequence[str]
    prints: str = ""
    writes: Sequence[str] = ()
    status: int = 0
    before: Sequence[str] = ()
    saves: bool = True


_WRITTEN = tuple(f"spec/{name}" for name in _OUTPUTS)
ROWS: dict[str, Row] = {
    "script": Row(["script", "SPEC"], "there:1"),
    "compose": Row(["compose", "SPEC"], "there:1"),
    "dockerfile": Row(["dockerfile", "SPEC"], "tool.sh"),
    "build-script": Row(["build-script", "SPEC"], "there:1"),
    "convert-script": Row(["convert-script", "SPEC"], "there:1"),
    "setup-script": Row(["setup-script", "SPEC"], "set-up"),
    "env": Row(["env", "SPEC"], "COMPOSE_PROJECT_NAME"),
    "write": Row(["write", "SPEC"], "", _WRITTEN, saves=False),
    "check": Row(["check", "SPEC"], "", _WRITTEN, before=["write", "SPEC"], saves=False),
    "import": Row(["import", "spec/docker-run.sh"], "image: there:1"),
    "audit": Row(["audit", "SPEC", "--format", "json"], "there:1"),
    "explain": Row(["explain", "SPEC"], "there:1"),
    "diff": Row(["diff", "SPEC", "--to-set", "hostname=h"], "hostname", status=1),
    "report": Row(["report", "SPEC"], "there:1"),
    "lint": Row(["lint", "SPEC"], "", _WRITTEN, before=["write", "SPEC"], saves=False),
    "doctor": Row(["doctor", "SPEC"], "there, mode service", status=3),
    "init": Row(["init"], "", ["coder.yaml"], saves=False),
    "schema": Row(["schema"], "$schema", saves=False),
    "targets": Row(["targets"], "script", saves=False),
    "completion": Row(["completion", "bash"], "complete", saves=False),
}
# How the spec is named, and where its files are then.
NAMES = (
    "spec/coder.yaml",
    "./spec//coder.yaml",
    "../here/spec/coder.yaml",
    "ABSOLUTE",
    "folder/coder.yaml",
)


def test_every_command_has_its_row() -> None:
    assert list(ROWS) == list(command_line.COMMANDS)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the spec's folder in it, and files of the same names that are none of it."""
    here = tmp_path / "here"
    spec = here / "spec"
    (spec / "data").mkdir(parents=True)
    # A Compose file's mounts are relative to that file, and `env` is called where it lies.
    (here / "data").mkdir()
    for folder, word in ((spec, "there"), (here, "elsewhere")):
        for name, text in _BESIDE.items():
            said = f"image: {text}\n" if name == "base.yaml" else text
            (folder / name).write_text(said.format(word))
    (spec / "coder.yaml").write_text(_SPEC)
    (spec / "docker-run.sh").write_text("docker run there:1\n")
    (here / "folder").symlink_to("spec")
    monkeypatch.chdir(here)
    return here


def _words(words: Sequence[str], spec: str) -> list[str]:
    return [word for each in words for word in (("-f", spec) if each == "SPEC" else (each,))]


def _new(before: dict[str, bytes], folder: Path) -> list[str]:
    after = listing(folder)
    assert before.keys() <= after.keys()
    return [name for name, text in after.items() if before.get(name) != text or name not in before]


@pytest.mark.parametrize(
    ("command", "name"),
    # A command that names no spec is called once.
    [
        (c, name)
        for c, row in ROWS.items()
        for name in (NAMES if "SPEC" in row.words else NAMES[:1])
    ],
)
def test_from_another_folder(
    here: Path, command: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ROWS[command]
    if command == "doctor":
        monkeypatch.setenv("PATH", str(here / "spec"))  # no engine to be asked
    spec = str(here / "spec/coder.yaml") if name == "ABSOLUTE" else name
    before = listing(here.parent)
    if row.before:
        assert cli.run(*_words(row.before, spec)).status == 0
    ran = cli.run(*_words(row.words, spec))
    assert ran.status == row.status, ran
    assert row.prints in ran.stdout
    assert "elsewhere" not in ran.stdout
    links = [
        p for p in ("folder/" + w.removeprefix("spec/") for w in row.writes) if "spec" in row.writes
    ]
    assert _new(before, here.parent) == sorted(f"here/{path}" for path in (*row.writes, *links))
    if not row.saves:
        return
    # With -o the same stands in that file, there where the command is called.
    for output in ("out.txt", "./spec/../out.txt", str(here / "out.txt")):
        saved = cli.run(*_words(row.words, spec), "-o", output)
        assert (saved.status, saved.stdout) == (row.status, "")
        assert _new(before, here.parent) == ["here/out.txt"]
        text = (here / "out.txt").read_text()
        assert _without_command(text) == _without_command(ran.stdout)
        (here / "out.txt").unlink()


def _without_command(text: str) -> str:
    """Without the name of the output, and the room on a disk, which changes."""
    return re.sub(r" -o \S+|[0-9.]+ [KMGT]iB free for [^\n]+", "", text)


# What is written once is not written again; how much room there is on a disk changes.
_ONCE = {"write", "doctor"}


@pytest.mark.parametrize(
    "command", [c for c, row in ROWS.items() if "SPEC" in row.words and c not in _ONCE]
)
def test_says_what_it_says_beside_the_spec(here: Path, command: str) -> None:
    """The folder that a command is called in changes only how the spec is named."""
    row = ROWS[command]
    if row.before:
        assert cli.run(*_words(row.before, "spec/coder.yaml")).status == 0
    there = cli.run(*_words(row.words, "spec/coder.yaml"))
    os.chdir("spec")
    beside = cli.run(*_words(row.words, "coder.yaml"))
    assert there.status == beside.status
    assert there.stdout.replace("spec/", "") == beside.stdout
    assert beside.stderr == there.stderr.replace("spec/", "")


def test_outputs_of_a_link_are_beside_the_link(here: Path) -> None:
    """A spec is where its name says: what lies beside that is read, and what it writes is there."""
    (here / "linked.yaml").symlink_to("spec/coder.yaml")
    before = listing(here.parent)
    ran = cli.run("write", "-f", "linked.yaml")
    assert ran.status == 0, ran
    assert _new(before, here.parent) == sorted(f"here/{name}" for name in _OUTPUTS)
    assert "elsewhere:1" in (here / "gen/run.sh").read_text()
    assert json.loads(cli.run("audit", "-f", "linked.yaml", "--format", "json").stdout)
