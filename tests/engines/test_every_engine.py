"""Every engine of the registry is reachable wherever an engine can be named.

The tests ask the registry, so an engine that is added is tried here without a change.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coder_gen.engines import registry
from coder_gen.engines.base import DOCKER
from coder_gen.engines.names import AUTO, BUILDERS, DEFAULT, NAMES
from coder_gen.language.keys.container import KEYS
from tests import cli, pages
from tests.targets.launcher.stand_in import Host, host

SPEC = """\
name: ide
image: ide:1
hostname: here
cap_add: [SYS_PTRACE]
build: {apt: [git]}
apptainer: {sif: i.sif}
"""
each_engine = pytest.mark.parametrize("name", NAMES)
each_builder = pytest.mark.parametrize("name", BUILDERS)


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("coder.yaml").write_text(SPEC, "utf-8")
    return "coder.yaml"


def made(*words: str) -> str:
    done = cli.run(*words)
    assert done.status == 0, done.stderr
    return done.stdout


def _program(there: Host, name: str, code: str) -> None:
    path = there.folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{code}\n")
    path.chmod(0o755)


def test_builders_are_those_of_the_docker_family() -> None:
    """The words stand apart from the engines, which say what they are."""
    assert {e.name for e in registry.engines() if e.family == DOCKER} == set(BUILDERS)
    assert [engine.name for engine in registry.engines()] == list(NAMES)


@each_engine
def test_rules_are_for_every_key(name: str) -> None:
    assert registry.engine(name).rules.keys() == KEYS.keys()


@each_engine
@pytest.mark.parametrize("way", ["alone", "auto", "auto, asked for"])
def test_a_launcher_calls_it(name: str, way: str, tmp_path: Path) -> None:
    there = host(tmp_path, *(NAMES if way == "auto, asked for" else [name]))
    for other in NAMES:
        if other not in (name, "apptainer") and way == "auto":
            _program(there, other, "exit 1")
    options = ["--engine", name if way == "alone" else AUTO]
    launcher = there.launcher(SPEC, *options)
    done = there.run(launcher, *(["--engine", name] if way == "auto, asked for" else []))
    assert done.returncode == 0, done.stderr
    ((program, *words),) = there.calls()
    assert (program, words[0]) == (name, "run")
    assert "here" in words or "hostname=here" in " ".join(words)


@each_builder
@pytest.mark.parametrize("target", ["build-script", "convert-script"])
def test_scripts_about_images_call_it(name: str, target: str, tmp_path: Path) -> None:
    there = host(tmp_path, name, "apptainer")
    script = there.launcher(SPEC, target=target)
    _program(there, "buildctl", "exit 0")
    for other in BUILDERS:
        if other != name:
            _program(there, other, "exit 1")
    (script.parent / "Dockerfile").touch()
    for words in (["--engine", name], ["--engine", AUTO]):
        done = there.run(script, *words, *(["--sif", "new.sif"] if "convert" in target else []))
        assert done.returncode == 0, done.stderr
        verb = "build" if target == "build-script" else "save"
        assert [name, verb] in [call[:2] for call in there.calls()]
    assert cli.run(target, "--engine", name, "-f", str(tmp_path / "coder.yaml")).status == 0


@each_engine
def test_import_reads_its_launchers(name: str, spec: str) -> None:
    """A script, a line of the shell, and its own name for what the text is."""
    line = f"{name} run --hostname here " + ("ide.sif" if name == "apptainer" else "ide:1")
    for words in (
        ["import", "--", *line.split()],
        ["import", "line"],
        ["import", "--from", name, "line"],
        ["import", "script.sh"],
        ["import", "pasted"],
    ):
        Path("pasted").write_text(f"$ {line}\n", "utf-8")
        Path("line").write_text(line + "\n", "utf-8")
        Path("script.sh").write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        assert "hostname: here" in made(*words, "--check"), words


@each_engine
def test_import_reads_what_coder_gen_makes(name: str, spec: str) -> None:
    """Where its launchers are read back at all: all of them but Apptainer's."""
    Path("run.sh").write_text(made("script", "--engine", name, "-q"), "utf-8")
    done = cli.run("import", "run.sh", "--check")
    if name in BUILDERS:
        assert done.status == 0 and "checked: the arguments mean the same" in done.stderr, done
        assert "cap_add" in done.stdout and "hostname: here" in done.stdout
    else:
        assert "error[E529]" in done.stderr


@each_engine
def test_audit_reads_its_scripts(name: str, spec: str) -> None:
    option = "--add-caps" if name == "apptainer" else "--cap-add"
    Path("start.sh").write_text(f"#!/bin/sh\n{name} run \\\n  {option} SYS_ADMIN \\\n  ide.sif\n")
    done = cli.run("audit", "--script", "start.sh", "--format", "json")
    found = [each for each in json.loads(done.stdout)["findings"] if "SYS_ADMIN" in str(each)]
    assert found, done


@each_engine
def test_commands_about_a_launcher_know_it(name: str, spec: str) -> None:
    assert made("explain", "--engine", name, "hostname")
    assert cli.run("explain", "--why-not", "ports", name).status == 0
    listed = made("targets", "ports")
    column = "script" if name == DEFAULT else f"script {name}"
    assert column in listed.splitlines()[0], listed
    looked = cli.run("doctor", "--engine", name, "--only", "engine", "--format", "json")
    assert json.loads(looked.stdout)["engine"] == name
    Path("coder.yaml").write_text(
        SPEC + f"engines: [{name}]\noutputs: {{r.sh: {{target: script, engine: {name}}}}}\n"
    )
    made("write", "-q")
    assert registry.engine(name).title in Path("r.sh").read_text("utf-8")


@each_engine
def test_the_language_and_the_shell_know_its_name(name: str) -> None:
    schema = json.loads(made("schema"))
    assert name in json.dumps(schema["properties"]["engines"])
    assert name in json.dumps(schema["properties"]["outputs"])
    assert name in made("script", "--help")


def test_an_unknown_engine_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("coder.yaml").write_text("image: a\nengines: [lxc]\n", "utf-8")
    done = cli.run("script")
    assert done.status == 2 and "coder.yaml:2:11" in done.stderr
    assert all(name in done.stderr for name in NAMES)
    assert cli.run("script", "--engine", "lxc").status == 2


@each_engine
def test_the_page_has_it(name: str) -> None:
    """What it calls and what it needs."""
    text = (pages.ROOT / "docs" / "engines.md").read_text("utf-8")
    assert re.search(rf"^\| `{name}` \| `{name} run`", text, re.MULTILINE)
