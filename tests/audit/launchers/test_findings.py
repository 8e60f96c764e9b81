"""Launchers that no spec made: audited, and compared with specs, with places in the original."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli import run

SCRIPT = """\
#!/bin/bash
PORT=${PORT:-7860}
docker run --rm \\
  --user "$(id -u):$(id -g)" \\
  --security-opt seccomp=unconfined \\
  --cap-add=SYS_ADMIN \\
  -v /home/pat:/home/pat \\
  -p $PORT:$PORT \\
  coder:latest
"""
COMPOSE = """\
services:
  ide:
    image: coder:latest
    ports:
      - "7860:7860"
    pid: host
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.sh").write_text(SCRIPT)
    (tmp_path / "compose.yml").write_text(COMPOSE)
    return tmp_path


def audited(*arguments: str) -> dict[str, dict[str, Any]]:
    ran = run("audit", "--format", "json", *arguments)
    assert ran.status == 0, ran.stderr
    return {finding["rule"]: finding for finding in json.loads(ran.stdout)["findings"]}


def test_script() -> None:
    found = audited("--script", "run.sh")
    assert found["mount-escape"]["level"] == found["open-home"]["level"] == "critical"
    lines = SCRIPT.splitlines()
    for rule, text in (
        ("cap-sys-admin", "SYS_ADMIN"),
        ("seccomp-unconfined", "seccomp"),
        ("writable-home", "/home/pat"),
        ("all-addresses", "-p $PORT"),
    ):
        assert found[rule]["file"] == "run.sh"
        assert text in lines[found[rule]["line"] - 1], rule


def test_compose() -> None:
    found = audited("--compose", "compose.yml")
    lines = COMPOSE.splitlines()
    assert "docker.sock" in lines[found["engine-socket"]["line"] - 1]
    assert "pid: host" in lines[found["host-pid"]["line"] - 1]
    # The built-in modes of a spec are none of the Compose file's.
    assert {mode for finding in found.values() for mode in finding["modes"]} == {"service"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--script", "run.sh", "--compose", "compose.yml"],
        ["--script", "run.sh", "-f", "coder.yaml"],
        ["--script", "run.sh", "--fix"],
        ["--script", "missing.sh"],
        ["--script", "run.sh", "--profile", "hardened"],
        ["--script", "run.sh", "--set", "image=x"],
        ["--compose", "compose.yml", "--var", "PORT=1"],
        ["--script", "run.sh", "--mode", "nope"],
        ["--script", "run.sh", "--shell", "--mode", "service"],
    ],
)
def test_wrong_use_is_status_2(arguments: list[str]) -> None:
    ran = run("audit", *arguments)
    assert ran.status == 2 and ran.stdout == "" and ran.stderr


def test_one_mode_of_several(folder: Path) -> None:
    (folder / "two.sh").write_text(
        "#!/bin/sh\ncase $1 in\n--shell) docker run -it --pid host app:1 sh ;;\n"
        "*) docker run --privileged app:1 ;;\nesac\n"
    )
    both = audited("--script", "two.sh")
    assert {"privileged", "host-pid"} <= both.keys()
    shell = audited("--script", "two.sh", "--mode", "shell")
    assert "host-pid" in shell and "privileged" not in shell
    assert shell.keys() == audited("--script", "two.sh", "--shell").keys()


def test_what_cannot_be_read_is_told_without_advice_of_import(folder: Path) -> None:
    (folder / "words").write_text("hello world\n")
    ran = run("audit", "--script", "words")
    assert ran.status == 2 and "E523" in ran.stderr and "--from" not in ran.stderr
    (folder / "bare.yml").write_text("services:\n  ide:\n    ports: ['80:80']\n")
    ran = run("audit", "--compose", "bare.yml")
    assert ran.status == 2 and "the spec" not in ran.stderr and "bare.yml" in ran.stderr


def test_a_compose_file_hides_nothing_behind_names(folder: Path) -> None:
    (folder / "names.yml").write_text(
        "networks: {front: {external: true, name: host}}\n"
        "volumes:\n"
        "  api: {driver_opts: {type: none, o: bind, device: /var/run/docker.sock}}\n"
        "services:\n"
        "  ide:\n    image: ttyd:1\n    networks: [front]\n    volumes: ['api:/api']\n"
        "  helper:\n    image: app:1\n    network_mode: service:ide\n    privileged: true\n"
        "    depends_on: [ide]\n"
    )
    found = audited("--compose", "names.yml")
    # What a spec could not say is no news to who has none.
    assert run("audit", "--compose", "names.yml").stderr == ""
    assert found["engine-socket"]["message"] == "the mount of /run/docker.sock"
    assert {"host-network", "no-authentication"} <= found.keys()
    assert found["privileged"]["modes"] == ["helper"]


def test_a_loop_is_one_place(folder: Path) -> None:
    (folder / "loop.sh").write_text(
        "for i in 1 2; do\ndocker run --name w$i --pid host app:1\ndone\n"
    )
    ran = run("audit", "--format", "json", "--script", "loop.sh")
    found = [each for each in json.loads(ran.stdout)["findings"] if each["rule"] == "host-pid"]
    assert [(each["line"], len(each["modes"])) for each in found] == [(2, 2)]


def test_what_is_added_under_a_condition_counts(folder: Path) -> None:
    (folder / "debug.sh").write_text(
        'A=()\n[ -n "$DEBUG" ] && A+=(--pid host)\ndocker run "${A[@]}" app:1\n'
    )
    ran = run("audit", "--script", "debug.sh")
    assert "host-pid" in ran.stdout
    assert "it counts as always there" in ran.stderr and "the spec" not in ran.stderr


def test_gate() -> None:
    assert run("audit", "--script", "run.sh", "--fail-on", "critical").status == 1


@pytest.mark.parametrize(
    ("target", "file"),
    [("script", "made.sh"), ("compose", "made.yml")],
)
def test_a_spec_and_what_is_made_of_it_mean_the_same(folder: Path, target: str, file: str) -> None:
    (folder / "coder.yaml").write_text(
        "image: app:1.0\nvariables: {PORT: 8080}\nuser: host\nports: ['127.0.0.1:${PORT}:80']\n"
        "environment: {A: 'b c', PORT: '${PORT}'}\nvolumes: ['/srv:/srv:ro', 'data:/data']\n"
        "cap_drop: [ALL]\nsecurity_opt: [no-new-privileges]\nmem_limit: 1g\nipc: private\n"
        "command: [serve, two words]\n"
    )
    assert run(target, "-q", "-o", file).status == 0
    ran = run("diff", file)
    assert (ran.status, ran.stdout.splitlines()[-1]) == (0, "no difference in meaning"), ran.stdout


def test_what_somebody_changed_by_hand_is_seen(folder: Path) -> None:
    (folder / "coder.yaml").write_text(
        "image: coder:latest\nuser: host\nrm: true\nvolumes: ['/home/pat:/home/pat:ro']\n"
        "variables: {PORT: 7860}\nports: ['127.0.0.1:${PORT}:${PORT}']\n"
    )
    ran = run("diff", "run.sh", "--format", "json")
    assert ran.status == 1, ran.stderr
    (mode,) = json.loads(ran.stdout)["modes"]
    changes = {(c["key"], c["name"]): c["security"] for c in mode["changes"]}
    assert changes == {
        ("cap_add", "SYS_ADMIN"): "wider",
        ("security_opt", "seccomp=unconfined"): "wider",
        ("volumes", "/home/pat"): "wider",
        ("ports", "7860 to 7860"): "wider",
    }
    assert "mount-escape" in {risk["rule"] for risk in mode["new_risks"]}


@pytest.mark.parametrize("more", ["", "docker run --no-such-option app:1\n"])
def test_warnings_are_for_the_launchers_author(folder: Path, more: str) -> None:
    """Also where an error stops the reading."""
    (folder / "all.sh").write_text(
        '[ -n "$DEBUG" ] && A+=(--pid host)\n'
        f'sudo docker run -d -e NAME=$NAME -v /home/pat:/h $OPTIONS "${{A[@]}}" app:1 "$@"\n{more}'
    )
    audit, made = run("audit", "--script", "all.sh"), run("import", "all.sh")
    assert audit.status == made.status == (2 if more else 0)

    def codes(text: str) -> list[str]:
        return sorted(re.findall(r"warning\[(W\d+)\]", text))

    assert codes(audit.stderr) == ["W525", "W527"] and "the spec" not in audit.stderr
    hints = [] if more else ["W531"]
    assert codes(made.stderr) == sorted(["W523", "W525", "W526", "W527", "W536", "W537", *hints])
    assert "it counts as always there" not in made.stderr
