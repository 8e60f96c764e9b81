"""Every expected output reads as if by hand: linters, formatters, schemas, and a dry run of each."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_bash
import yaml
from tree_sitter import Language, Parser

from coder_gen.engines.names import NAMES
from coder_gen.engines.registry import engines
from coder_gen.targets.launcher import machinery
from tests import golden

SCRIPTS = golden.files(".sh")
# Those that start a container; others build its image, or set it up.
LAUNCHERS = [p for p in SCRIPTS if "\n# Starts the container " in p.read_text("utf-8")]
COMPOSE_FILES = golden.files(".yml")
TEMPLATES = Path(__file__).parents[2] / "templates"
MODULES = sorted((TEMPLATES / "machinery").rglob("*.sh"))
# What only a whole script can be judged by: what is used elsewhere, or set elsewhere.
OF_WHOLE_SCRIPTS = "SC2034,SC2154,SC2310,SC2329"

# Variables that some spec asks for and gives no default.
ASKED_FOR = {"API_TOKEN": "t", "LICENCE": "l", "PROJECT": "/p", "TEAM": "t", "TOKEN": "t"}

# Not in bash 4.2.
NEWER_BASH = {
    "a reference": r"\b(?:local|declare|typeset) +-[A-Za-z]*n",
    "wait -n": r"\bwait +-[A-Za-z]*n",
    "a transformation": r"\$\{[A-Za-z_]\w*(?:\[[^]]*\])?@[A-Za-z]\}",
    "mapfile -d": r"\b(?:mapfile|readarray)\b.* -d",
    "-v of an element": r"\[\[ +(?:! +)?-v +\w+\[",
    "an index from the end": r"\$\{\w+\[-",
    "a time stamp": r"\bEPOCH(?:SECONDS|REALTIME)\b",
    "a local set of options": r"\blocal +-\s",
}
# An empty array is an unset variable there, for `set -u`.
_WHOLE_ARRAY = re.compile(r"\"\$\{(\w+)\[@\](?::[^}]*)?\}\"")
# Never empty; `ports` only in a loop over its length, others only where they have one.
_NEVER_EMPTY = {
    "arguments",
    "engines",
    "modes",
    "more",
    "private_places",
    "steps",
    "above",
    "action",
    "args",
    "command",
    "environment",
    "images",
    "only",
    "ports",
    "tags",
}


def _run(
    *argv: object, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in argv]
    return subprocess.run(
        words, env=env, cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )


def _tool(name: str) -> str:
    """A program that was installed beside this Python."""
    return str(Path(sys.executable).parent / name)


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def test_bash_reads_every_script() -> None:
    loop = 'for file in "$@"; do bash -n "${file}" || printf "%s\\n" "${file}"; done'
    done = _run("bash", "-c", loop, "bash", *SCRIPTS)
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("part", range(8))
def test_shellcheck_has_nothing_to_say(part: int) -> None:
    scripts = SCRIPTS[part::8]
    done = _run(_tool("shellcheck"), "-o", "all", "-S", "style", "--format", "gcc", *scripts)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_shellcheck_and_shfmt_take_modules_as_they_are() -> None:
    options = ("-o", "all", "-S", "style", "--format", "gcc", "-s", "bash", "-e", OF_WHOLE_SCRIPTS)
    done = _run(_tool("shellcheck"), *options, *MODULES)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = _run(_tool("shfmt"), "-ln", "bash", "-d", *MODULES)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_each_exception_from_shellcheck_has_its_reason() -> None:
    for template in [*TEMPLATES.rglob("*.sh.j2"), *MODULES]:
        lines = template.read_text("utf-8").splitlines()
        for above, line in zip(["", *lines], lines):
            if "shellcheck disable" not in line:
                continue
            on_it = re.search(r"disable=[A-Z0-9,]+ # \w+ ", line)
            assert on_it or re.match(r"\s*# [A-Z].* .*\.$", above), f"{template.name}: {line}"


def test_shfmt_would_change_nothing() -> None:
    done = _run(_tool("shfmt"), "-d", *SCRIPTS)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("path", [*SCRIPTS, *COMPOSE_FILES], ids=_id)
def test_lines_are_clean(path: Path) -> None:
    text = path.read_bytes().decode()
    assert "\r" not in text and text.endswith("\n") and not text.endswith("\n\n")
    assert [line for line in text.split("\n") if line != line.rstrip(" \t")] == []
    if path.suffix == ".yml":
        assert "\t" not in text and "\n\n\n" not in text


@pytest.mark.parametrize("path", SCRIPTS, ids=_id)
def test_script_asks_for_no_newer_bash(path: Path) -> None:
    text = path.read_text("utf-8")
    assert {what: re.findall(p, text) for what, p in NEWER_BASH.items() if re.search(p, text)} == {}
    assert set(_WHOLE_ARRAY.findall(text)) <= _NEVER_EMPTY


@pytest.mark.parametrize("path", LAUNCHERS, ids=_id)
def test_script_shows_help_and_a_dry_run(path: Path, tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    told = _run("bash", path, "--help", env=env, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("Usage: ") and "Exit status: " in told.stdout
    choice = ["--engine=podman"] if "--engine NAME" in told.stdout else []
    made = _run("bash", path, "--dry-run", *choice, env=env | ASKED_FOR, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert made.returncode == 0, made.stderr
    # What is printed can be pasted: the shell reads in it a call of the engine.
    for engine in NAMES:
        recorder = tmp_path / engine
        recorder.write_text('#!/bin/sh\necho "${0##*/} $1"\n')
        recorder.chmod(0o755)
    env["PATH"] = f"{tmp_path}:{env['PATH']}"
    pasted = _run("bash", "-c", made.stdout, env=env)
    titles = "|".join(engine.title for engine in engines())
    engine = re.findall(rf"^# Starts .* with ({titles})", path.read_text("utf-8"), re.M)
    assert (pasted.returncode, pasted.stderr) == (0, "")
    assert pasted.stdout == f"{'podman' if choice else engine[0].lower()} run\n"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_names_that_a_module_keeps_for_itself_are_those_it_assigns(path: Path) -> None:
    """Every word of a module is asked for, and its syntax tree tells which of them are assigned."""
    name = path.relative_to(TEMPLATES / "machinery").with_suffix("").as_posix()
    text = path.read_text("utf-8")
    words = set(re.findall(r"[A-Za-z_]\w*", text))
    found = {word for word in words if machinery.assigns(name, word)}
    assert found == assigned_in(text) - machinery.HOSTS_OWN


def assigned_in(text: str) -> set[str]:
    """The variables that a script sets, in whatever way."""
    root = Parser(Language(tree_sitter_bash.language())).parse(text.encode()).root_node
    found: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        words = [(child.text or b"").decode() for child in node.children]
        if node.type == "variable_assignment":
            found.add(words[0].partition("[")[0])
        elif node.type == "declaration_command" and words[0] == "local":
            found |= {word for word in words[1:] if re.fullmatch(r"[a-z_]\w*", word)}
        elif node.type == "for_statement":
            found.add(words[1])
        elif node.type == "command" and words[0] == "read":
            found |= {word for word in words[1:] if re.fullmatch(r"[a-z_]+", word)} - {"_"}
        elif node.type == "command" and words[:2] == ["printf", "-v"]:
            found.add(words[2])
    return found


def test_compose_files_follow_the_published_schema() -> None:
    done = _run(
        _tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *COMPOSE_FILES
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", COMPOSE_FILES, ids=_id)
def test_compose_file_is_yaml_without_surprises(path: Path) -> None:
    loaded = yaml.safe_load(path.read_bytes())
    assert "services" in loaded
    for service in loaded["services"].values():
        for value in (service.get("environment") or {}).values():
            assert value is None or isinstance(value, str)
