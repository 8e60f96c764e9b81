"""Each finding about a launcher stands at the value that causes it: its line and its column.

In the launchers below a value that causes a finding is marked as ``«rule|value»``, with a line of
its own; the marks are taken out before the launcher is read.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from coder_gen.audit.launchers.findings import audit_launcher
from coder_gen.audit.launchers.read import read_foreign
from tests.cli import run

_MARK = re.compile(r"«([a-z0-9,-]+)\|([^»]*)»")
Place = tuple[int, int]

CONTINUED = """\
#!/bin/sh
docker run \\
  --cap-add «cap-sys-admin|SYS_ADMIN» \\
  --cap-add «cap-net-admin|NET_ADMIN» \\
  --cap-add=CHOWN \\
  «cap-sys-ptrace|--cap-add=SYS_PTRACE» \\
  --group-add 2000 \\
  --group-add «strong-group|docker» \\
  --security-opt «seccomp-unconfined|seccomp=unconfined» \\
  --security-opt «apparmor-unconfined|apparmor=unconfined» \\
  --device «device-raw|/dev/mem» \\
  --pid «host-pid|host» \\
  -e A=b \\
  -e «secret-in-environment|DB_PASSWORD=correct-horse» \\
  --env «secret-in-environment|"API_TOKEN=battery-staple"» \\
  --label «secret-in-label|admin.password=correct-horse» \\
  -p 127.0.0.1:81:81 \\
  -p «all-addresses|8080:80» \\
  -v /srv/data:/data \\
  -v «engine-socket|/var/run/docker.sock:/var/run/docker.sock» \\
  --mount «system-readable|type=bind,source=/boot,target=/boot,readonly» \\
  «image-not-pinned|app:1» \\
  serve \\
  «secret-in-command|--token=correct-horse»
"""

ARRAY = """\
#!/bin/bash
caps=(
  --cap-add CHOWN
  --cap-add «cap-sys-admin|SYS_ADMIN»
)
caps+=(--cap-add «cap-net-admin|NET_ADMIN»)
PORT=8080
ports=(
  -p 127.0.0.1:81:81
  -p «all-addresses|"$PORT:80"»
)
docker run \\
  "${caps[@]}" \\
  "${ports[@]}" \\
  --ipc «host-ipc|host» \\
  «image-not-pinned|app:1»
"""

FUNCTION = """\
#!/bin/bash
start() {
  local name=$1
  shift
  docker run \\
    --name "$name" \\
    --cap-add CHOWN \\
    --cap-add «cap-sys-admin|SYS_ADMIN» \\
    "$@" \\
    «image-not-pinned|app:1»
}
start ide \\
  -v /srv:/srv \\
  -v «engine-socket|/var/run/docker.sock:/docker.sock» \\
  --cap-add «cap-net-admin|NET_ADMIN»
"""

TWO_RUNS = """\
#!/bin/sh
case "$1" in
  --shell)
    docker run \\
      --cap-add CHOWN \\
      --cap-add «cap-sys-admin|SYS_ADMIN» \\
      --pid «host-pid|host» \\
      «image-not-pinned|app:1» sh ;;
  *)
    docker run \\
      --cap-add «cap-sys-admin|SYS_ADMIN» \\
      --cap-add CHOWN \\
      --pid «host-pid|host» \\
      «image-not-pinned|app:1» ;;
esac
"""

PODMAN = """\
podman run \\
  --cap-add CHOWN \\
  --cap-add «cap-sys-admin|SYS_ADMIN» \\
  --security-opt «seccomp-unconfined|seccomp=unconfined» \\
  --tmpfs /run \\
  -v «engine-socket|/run/podman/podman.sock:/run/podman/podman.sock» \\
  «image-not-pinned|app:1»
"""

APPTAINER = """\
apptainer exec \\
  --bind /srv:/srv \\
  --bind «engine-socket|/var/run/docker.sock» \\
  --env A=b \\
  --env «secret-in-environment|DB_PASSWORD=correct-horse» \\
  docker://app:1 \\
  serve
"""

COMPOSE = """\
x-shared: &shared
  cap_add:
    - CHOWN
    - «cap-sys-admin|SYS_ADMIN»
  security_opt:
    - no-new-privileges:false
    - «seccomp-unconfined|seccomp=unconfined»
services:
  ide:
    <<: *shared
    image: «image-not-pinned|app:1»
    pid: «host-pid|host»
    ipc: >-
      private
    group_add:
      - "2000"
      - «strong-group|docker»
    devices:
      - /dev/fuse
      - «device-raw|/dev/mem»
    ports:
      - "127.0.0.1:81:81"
      - «all-addresses|"8080:80"»
      - target: 90
        published: "90"
        host_ip: 127.0.0.1
    volumes:
      - /srv/data:/data
      - «engine-socket|/var/run/docker.sock:/var/run/docker.sock»
      - «system-readable|type»: bind
        source: /boot
        target: /boot
        read_only: true
    environment:
      A: b
      DB_PASSWORD: «secret-in-environment|correct-horse»
    labels:
      - a=b
      - «secret-in-label|admin.password=correct-horse»
    command:
      - serve
      - «secret-in-command|--token=correct-horse»
  helper:
    image: app@sha256:0123456789012345678901234567890123456789012345678901234567890123
    privileged: false
    cap_add:
      - CHOWN
      - «cap-net-admin|NET_ADMIN»
    environment:
      - A=b
      - «secret-in-environment|API_TOKEN=battery-staple»
"""

DEVCONTAINER = """\
{
  "image": «image-not-pinned|"app:1"»,
  "capAdd": [
    "CHOWN",
    «cap-sys-admin|"SYS_ADMIN"»
  ],
  "securityOpt": [
    "no-new-privileges:false",
    «seccomp-unconfined|"seccomp=unconfined"»
  ],
  "containerEnv": {
    "A": "b",
    "DB_PASSWORD": «secret-in-environment|"correct-horse"»
  },
  "appPort": [
    "127.0.0.1:81:81",
    «all-addresses|"8080:80"»
  ],
  "mounts": [
    "type=bind,source=/srv,target=/srv",
    «engine-socket|"type=bind,source=/var/run/docker.sock,target=/var/run/docker.sock"»
  ],
  "runArgs": [
    "--cap-add",
    «cap-net-admin|"NET_ADMIN"»,
    "--device",
    «device-raw|"/dev/mem"»,
    "--pid",
    «host-pid|"host"»
  ]
}
"""

INSPECT = """\
[{
  "Id": "0123",
  "Name": "/ide",
  "Config": {
    "Image": «image-not-pinned|"app:1"»,
    "Env": [
      "A=b",
      «secret-in-environment|"DB_PASSWORD=correct-horse"»
    ],
    "Cmd": [
      "serve",
      «secret-in-command|"--token=correct-horse"»
    ]
  },
  "HostConfig": {
    "CapAdd": [
      "CHOWN",
      «cap-sys-admin|"SYS_ADMIN"»,
      «cap-net-admin|"NET_ADMIN"»
    ],
    "SecurityOpt": [
      «seccomp-unconfined|"seccomp=unconfined"»
    ],
    "PidMode": «host-pid|"host"»
  },
  "Mounts": [
    {"Type": "bind", "Source": "/srv", "Destination": "/srv", "RW": true},
    «engine-socket|{"Type"»: "bind",
      "Source": "/var/run/docker.sock",
      "Destination": "/var/run/docker.sock",
      "RW": true}
  ]
}]
"""

SCRIPTS = {
    "continued.sh": CONTINUED,
    "array.sh": ARRAY,
    "function.sh": FUNCTION,
    "two.sh": TWO_RUNS,
    "podman.sh": PODMAN,
    "apptainer.sh": APPTAINER,
}
LAUNCHERS = {
    **SCRIPTS,
    "compose.yaml": COMPOSE,
    "devcontainer.json": DEVCONTAINER,
    "inspect.json": INSPECT,
}


def unmarked(text: str) -> tuple[str, dict[str, set[Place]]]:
    """A launcher without its marks, and by rule the places (counted from 1) of its values."""
    places: dict[str, set[Place]] = {}
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        while match := _MARK.search(line):
            places.setdefault(match[1], set()).add((number, match.start() + 1))
            line = line[: match.start()] + match[2] + line[match.end() :]
        lines.append(line)
    return "\n".join(lines), places


def written(folder: Path, name: str) -> dict[str, set[Place]]:
    """Write a launcher without its marks; what is to be found in it, and where."""
    text, places = unmarked(LAUNCHERS[name])
    (folder / name).write_text(text, encoding="utf-8")
    return places


@pytest.mark.parametrize("name", LAUNCHERS)
def test_a_finding_is_at_the_value_that_causes_it(name: str) -> None:
    text, expected = unmarked(LAUNCHERS[name])
    found: dict[str, set[Place]] = {rule: set() for rule in expected}
    for finding in audit_launcher(read_foreign(text, name, None), "2026-01-01").open:
        span = finding.span
        assert span.source.name == name and span.source.text == text
        if finding.rule.id in found:
            found[finding.rule.id].add((span.line + 1, span.column + 1))
    assert found == expected


@pytest.mark.parametrize("name", [*SCRIPTS, "compose.yaml"])
def test_every_format_has_the_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = {
        (rule, *place) for rule, places in written(tmp_path, name).items() for place in places
    }
    flag = "--compose" if name == "compose.yaml" else "--script"

    def audited(style: str) -> str:
        ran = run("audit", flag, name, "--format", style)
        assert ran.status == 0, ran.stderr
        return ran.stdout

    table = re.findall(
        rf"^\w+ +([a-z0-9-]+): .*\n +at +{re.escape(name)}:(\d+):(\d+)$", audited("table"), re.M
    )
    assert expected <= {(rule, int(line), int(column)) for rule, line, column in table}
    records = json.loads(audited("json"))["findings"]
    assert expected <= {(each["rule"], each["line"], each["column"]) for each in records}
    (log,) = json.loads(audited("sarif"))["runs"]
    regions = [
        (result["ruleId"], result["locations"][0]["physicalLocation"]) for result in log["results"]
    ]
    assert {place["artifactLocation"]["uri"] for _, place in regions} == {name}
    assert expected <= {
        (rule, place["region"]["startLine"], place["region"]["startColumn"])
        for rule, place in regions
    }


@pytest.mark.parametrize("name", [name for name in LAUNCHERS if name != "apptainer.sh"])
def test_a_difference_is_at_the_value_that_makes_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    places = written(tmp_path, name)
    (tmp_path / "coder.yaml").write_text("image: app:1\ncap_add: [CHOWN]\n")
    ran = run("diff", "coder.yaml", name)
    assert ran.status == 1, ran.stderr
    where = dict(
        re.findall(rf"\+ cap_add (\w+).* at {re.escape(name)}:(\d+:\d+)$", ran.stdout, re.M)
    )
    shown = {
        (rule, *map(int, place.split(":")))
        for capability, place in where.items()
        if (rule := "cap-" + capability.lower().replace("_", "-")) in places
    }
    assert shown
    assert shown <= {(rule, *place) for rule, found in places.items() for place in found}
