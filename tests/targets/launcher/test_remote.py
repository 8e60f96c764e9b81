"""An engine on another host has that host's files: the launcher does not look for them here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SPEC = """
image: debian:12
volumes: [{type: bind, source: /of/that/host, target: /data, optional: true}]
"""
DOCKER = """\
#!/bin/bash
case $1 in context) echo "${CONTEXT}" ;; version) ;; *) exit 1 ;; esac
"""


@pytest.mark.parametrize("engine", ["docker", "auto"])
@pytest.mark.parametrize(
    ("env", "remote"),
    [
        ({"CONTEXT": "unix:///var/run/docker.sock"}, False),
        ({"CONTEXT": "ssh://far"}, True),
        ({"DOCKER_HOST": "unix:///run/docker.sock", "CONTEXT": "ssh://far"}, False),
        ({"DOCKER_HOST": "tcp://far:2376", "CONTEXT": "unix:///var/run/docker.sock"}, True),
    ],
)
def test_where_the_engine_is(
    env: dict[str, str], remote: bool, engine: str, tmp_path: Path
) -> None:
    """As Docker itself decides: the variable, then the context."""
    (tmp_path / "coder.yaml").write_text(SPEC, encoding="utf-8")
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    make = [sys.executable, "-m", "coder_gen", "script", "--engine", engine, "--quiet"]
    subprocess.run([*make, "-o", "run.sh"], cwd=tmp_path, check=True)
    done = subprocess.run(
        [tmp_path / "run.sh", "--dry-run"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", **env},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert ("/of/that/host" in done.stdout) == remote
    assert ("going on without it" in done.stderr) != remote
