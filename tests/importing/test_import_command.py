"""``coder-gen import``: the spec on standard output, what became of it on standard error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import run

COMPOSE = "services:\n  ide:\n    image: app:1.0\n    depends_on: [db]\n    ports: ['80:80']\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "compose.yml").write_text(COMPOSE)
    return tmp_path


def test_spec_and_summary() -> None:
    ran = run("import", "compose.yml", "--check")
    assert ran.status == 0
    assert ran.stdout == 'name: ide\n\nimage: app:1.0\nports:\n  - "80:80"\n'
    assert "compose.yml:4:5: warning[W540]: `depends_on`" in ran.stderr
    assert ran.stderr.endswith(
        "compose: 3 settings read, 0 kept as engine options, 1 approximated; modes: service;"
        " checked: the spec compiles (no arguments to compare)\n"
    )


def test_quiet() -> None:
    assert run("import", "-q", "compose.yml").stderr == ""


def test_standard_input_and_output(folder: Path) -> None:
    ran = run("import", "-", "-o", "coder.yaml", stdin=COMPOSE)
    assert (ran.status, ran.stdout) == (0, "")
    assert (folder / "coder.yaml").read_text().startswith("name: ide\n")
    made = run("compose")
    assert made.status == 0, made.stderr


def test_a_failed_import_leaves_the_file(folder: Path) -> None:
    (folder / "coder.yaml").write_text("image: mine\n")
    ran = run("import", "-", "-o", "coder.yaml", stdin=COMPOSE + "    extends: x\n")
    assert ran.status == 2 and "<stdin>:6:5: error[E503]" in ran.stderr
    assert (folder / "coder.yaml").read_text() == "image: mine\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["compose.yml", "--container", "x"],
        ["compose.yml", "--engine", "podman"],
        ["compose.yml", "--service", "missing"],
        ["compose.yml", "--from", "nothing"],
        ["missing.yml"],
    ],
)
def test_wrong_use(arguments: list[str]) -> None:
    ran = run("import", *arguments)
    assert (ran.status, ran.stdout) == (2, "") and ran.stderr


def test_what_nobody_knows() -> None:
    ran = run("import", "-", stdin="hello\n")
    assert ran.status == 2 and "E501" in ran.stderr and "--from" in ran.stderr


def test_check_places_what_the_spec_refuses_in_the_original() -> None:
    text = COMPOSE + "    network_mode: container:x\n"
    ran = run("import", "--check", "-", stdin=text)
    assert (ran.status, ran.stdout) == (1, "")
    assert "<stdin>:6:5: error[E020]" in ran.stderr or "<stdin>:5:5: error[E020]" in ran.stderr


def test_no_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    ran = run("import", "--container", "ide")
    assert ran.status == 3 and "E505" in ran.stderr


def test_container(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = folder / "podman"
    engine.write_text(
        '#!/bin/sh\necho \'[{"Name": "ide", "Config": {"Image": "app:1"}, "HostConfig": {}}]\'\n'
    )
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    ran = run("import", "--container", "ide", "--engine", "podman")
    assert (ran.status, ran.stdout) == (0, "name: ide\n\nimage: app:1\ncontainer_name: ide\n")


def test_a_command_after_dashes() -> None:
    ran = run(
        "import", "--check", "--", "docker", "run", "-e", "A=$x y", "app:1", "sh", "-c", "a; b"
    )
    assert ran.status == 0
    assert ran.stdout == (
        'name: app\n\nimage: app:1\ncommand: [sh, -c, "a; b"]\nenvironment:\n  A: $$x y\n'
    )
    assert ran.stderr == (
        "coder-gen: script: 3 settings read, 0 kept as engine options, 0 approximated;"
        " modes: service; checked: the arguments mean the same\n"
    )


def test_a_command_that_starts_nothing() -> None:
    ran = run("import", "--", "ls", "-l")
    assert (ran.status, ran.stdout) == (2, "")
    assert "<command>:1:1: error[E523]" in ran.stderr


def test_portable() -> None:
    line = ("import", "--portable", "--", "docker", "run", "-u", "5000:5000", "app")
    ran = run(*line)
    assert ran.stdout == "name: app\n\nimage: app\nuser: host\n"
    assert ran.stderr.startswith("coder-gen: script: 2 settings")
    assert "W531" in run(*line[:1], *line[2:]).stderr
