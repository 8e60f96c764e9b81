"""``coder-gen explain``: every part has its origin; a word finds what it asks about."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from coder_gen.audit.findings import findings
from coder_gen.audit.rules import RULES
from coder_gen.codes import CATALOGUE
from coder_gen.engines.names import NAMES
from coder_gen.engines.registry import engine as find_engine
from coder_gen.explaining.parts import parts
from coder_gen.explaining.support import NotKnown, answer, sentence
from coder_gen.language.keys.container import KEYS
from coder_gen.language.values import Apptainer
from coder_gen.targets import registry
from coder_gen.targets.base import EXACT, Support
from tests import golden
from tests.audit.compiled import compiled
from tests.cli import run

SPEC = """\
image: app:1.0
variables: {PORT: 8080}
user: host
ports: ["127.0.0.1:${PORT}:80"]
environment: {PORT: "${PORT}", TERM: }
volumes: ["/srv:/srv:ro"]
cap_add: [SYS_PTRACE]
command: [serve, two words]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coder.yaml").write_text(SPEC)


def records(*arguments: str) -> list[dict[str, Any]]:
    ran = run("explain", "--format", "json", *arguments)
    assert ran.status == 0, ran.stderr
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def test_every_part_names_its_line() -> None:
    lines = SPEC.splitlines()
    for part in records():
        if part["line"] is None:
            assert part["origin"] == "coder-gen itself"
            continue
        key = part["key"]
        above = lines[: part["line"]]
        assert any(line.startswith(f"{key}:") for line in above), part


def test_parts_are_the_words_of_the_command_line() -> None:
    said = [f"{p['flag']} {p['value']}".strip() for p in records()]
    assert said == [
        "--name coder-${UID}",
        "--label coder-gen.environment=coder",
        "--label coder-gen.owner=${UID}",
        "--user ${UID}:${GID}",
        "--publish 127.0.0.1:${PORT}:80",
        "--env PORT=${PORT}",
        "--env TERM",
        "--mount type=bind,source=/srv,target=/srv,readonly",
        "--cap-add SYS_PTRACE",
        "app:1.0",
        "serve 'two words'",
    ]


def test_defaults_are_filled_in_beside_the_variable() -> None:
    assert [p["now"] for p in records("--publish")] == ["127.0.0.1:8080:80"]


def test_risks_stand_at_their_own_part() -> None:
    risks = {p["flag"]: {r["rule"] for r in p["risks"]} for p in records()}
    assert risks["--cap-add"] >= {"cap-sys-ptrace", "setuid-capabilities"}
    assert risks["--publish"] == set() and risks["--user"] == set()
    assert "new-privileges" in run("explain").stdout.split("not said in the spec:")[1]


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("PORT", ["--publish", "--env"]),
        ("UID", ["--name", "--user"]),
        ("TERM", ["--env"]),
        ("--cap-add", ["--cap-add"]),
        ("-p", ["--publish"]),
        ("cap_add", ["--cap-add"]),
        ("cap-sys-ptrace", ["--cap-add"]),
        ("SYS_PTRACE", ["--cap-add"]),
        ("cap_sys_ptrace", ["--cap-add"]),
        ("/srv", ["--mount"]),
        ("8080", ["--publish", "--env"]),
        ("mem_limit", []),
        ("--privileged", []),
    ],
)
def test_a_word_finds_its_parts(word: str, flags: list[str]) -> None:
    assert sorted(part["flag"] for part in records(word)) == sorted(flags)


@pytest.mark.parametrize(
    ("word", "guess"), [("PROT", "PORT"), ("--cap-ad", "--cap-add"), ("cap_ad", "cap_add")]
)
def test_a_typo_is_an_error_with_a_guess(word: str, guess: str) -> None:
    ran = run("explain", word)
    assert ran.status == 2 and ran.stdout == ""
    assert "E603" in ran.stderr and f"did you mean {guess}?" in ran.stderr


def explained(spec: str, *arguments: str) -> list[dict[str, Any]]:
    Path("coder.yaml").write_text(spec)
    return [part for part in records(*arguments) if part["origin"] != "coder-gen itself"]


def test_a_part_is_explained_by_its_own_value() -> None:
    """Also where some value is no option of its own, as HOME is for Apptainer."""
    spec = "image: a\nenvironment:\n  HOME: /h\n  A: b\n  C: d\n  TOKEN:\n"
    told = [p for p in explained(spec, "--engine", "apptainer") if p["key"] == "environment"]
    assert [(p["line"], p["does"]) for p in told] == [
        (4, "Programs inside see A=b."),
        (5, "Programs inside see C=d."),
        (6, "Programs inside see TOKEN as the host has it, when it has it."),
    ]


def test_several_parts_of_one_value_have_its_place() -> None:
    """Several devices of one request."""
    spec = "image: a\ngpus:\n  - {count: 2}\n  - {device_ids: ['7']}\n"
    assert [p["line"] for p in explained(spec, "--engine", "podman")][:-1] == [3, 3, 4]


def test_the_address_of_all_ports_is_that_of_each() -> None:
    (port,) = explained("image: a\npublish_address: 127.0.0.1\nports: ['80:80']\n", "--publish")
    assert port["does"] == "Connections to 80 of the host, on 127.0.0.1, reach 80 inside."


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("gpus: [{device_ids: ['0', '1']}]", ["--gpus", '"device=0,1"']),
        ("volumes: ['/a b:/c']", ["--mount", "type=bind,source=/a b,target=/c"]),
        ("volumes: ['/a,b:/c']", ["--mount", 'type=bind,"source=/a,b",target=/c']),
        ("healthcheck: {test: [CMD, a, b c]}", ["--health-cmd", "a 'b c'"]),
        (
            "variables: {V: x}\nhealthcheck: {test: [CMD, a, b c, '${V}']}",
            ["--health-cmd", "a 'b c' ${V}"],
        ),
    ],
)
def test_a_value_is_what_would_be_typed(key: str, words: list[str]) -> None:
    """A shell makes the engine's words of it."""
    part = explained(f"image: a\n{key}\n")[0]
    assert shlex.split(f"{part['flag']} {part['value']}") == words


def test_a_mode_of_its_own() -> None:
    assert "--publish" not in {part["flag"] for part in records("--shell")}


def test_origin_is_the_layer_that_said_it() -> None:
    Path("coder.yaml").write_text(
        SPEC + "profiles: {big: {mem_limit: 4g, modes: {service: {pid: host}}}}\n"
    )
    origins = {p["key"]: p["origin"] for p in records("--profile", "big", "--set", "cpus=3")}
    assert origins["mem_limit"] == "profile big" and origins["cpus"] == "--set"
    assert origins["pid"].startswith("mode service") and origins["user"] == "the spec"


def test_colour_only_when_asked() -> None:
    assert "\x1b" not in run("explain").stdout
    assert "\x1b[1m--cap-add" in run("explain", "--color", "always").stdout


@pytest.mark.parametrize("engine", NAMES)
@pytest.mark.parametrize("case", golden.cases(), ids=lambda case: case.name)
def test_every_golden_spec_can_be_explained(case: golden.Case, engine: str) -> None:
    text = case.spec.read_text("utf-8-sig") if case.spec else "extends: coder"
    files = {path.name: path.read_text("utf-8") for path in case.inputs if path.suffix == ".yaml"}
    project, planned = compiled(text, files=files)
    for plan in planned.values():
        found = findings({plan.mode: plan}, project.span)
        apart = parts(plan, find_engine(engine).rules, found)
        assert all(
            part.meaning and "@here" not in part.option_text.value + part.now for part in apart
        )
        at_parts = {f for part in apart for f in part.risks}
        if engine == "docker":
            # What is placed in the spec is seen at some part, but for keys that say nothing.
            section = plan.value("apptainer") or Apptainer()
            others = {word.span for word in section.options}
            placed = {f for f in found if f.hit.span is not None and f.hit.span not in others}
            silent = {f for f in placed - at_parts if f.rule.id not in _SILENT}
            assert {f.rule.id for f in silent} == set()


# Fired by a value that puts no option on the command line: `pids_limit: 0`, `privileged: false`.
_SILENT = {"no-memory-limit", "no-cpu-limit", "no-pids-limit", "all-addresses", "no-authentication"}


COLUMNS = {
    "one": dict.fromkeys(KEYS, Support(EXACT)),
    "two podman": {**dict.fromkeys(KEYS, Support(EXACT)), "gpus": Support("approximate", "as --device")},
    "three": {**dict.fromkeys(KEYS, Support("unsupported", "it has none"))},
    "image": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "target", "says"),
    [
        ("gpus", "one", "exactly"),
        ("--gpus", "two podman", "approximately supported by two podman: as --device."),
        ("gpus", "podman", "Better supported by: one."),
        ("gpus", "three", "Better supported by: one, two podman."),
        ("gpus", "image", "makes something else"),
    ],
)
def test_why_not(field: str, target: str, says: str) -> None:
    assert says in sentence(answer(field, target, COLUMNS))


@pytest.mark.parametrize(
    ("field", "target", "guess"), [("gpu", "one", "gpus"), ("gpus", "on", "one")]
)
def test_why_not_with_a_typo(field: str, target: str, guess: str) -> None:
    with pytest.raises(NotKnown) as caught:
        answer(field, target, COLUMNS)
    assert caught.value.guess == guess


def test_why_not_of_every_real_key_and_target() -> None:
    columns = registry.columns()
    for target in columns:
        for key in KEYS:
            assert re.match(f"`{key}` is ", sentence(answer(key, target, columns)))


def test_why_not_command() -> None:
    ran = run("explain", "--why-not", "port", "script")
    assert ran.status == 2 and "E604" in ran.stderr and "did you mean ports?" in ran.stderr
    assert run("explain", "--why-not", "ports", "script").status == 0


def test_codes_of_messages_are_explained() -> None:
    for entry in CATALOGUE:
        ran = run("explain", entry.code)
        assert ran.status == 0 and entry.title in ran.stdout and "](" not in ran.stdout
        assert entry.fix.split("[")[0] in ran.stdout


def test_nothing_is_no_word() -> None:
    assert run("explain", "").status == 2


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_asked_for(rule: str) -> None:
    ran = run("explain", rule)
    assert ran.status == 0 and RULES[rule].title in ran.stdout
