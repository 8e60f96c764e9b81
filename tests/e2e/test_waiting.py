"""What does not answer, for real: a file system, a daemon; and two starts of one launcher at once."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from tests.e2e import fuse, host
from tests.e2e.engines import Docker
from tests.e2e.launching import is_running, lines_of, run, write_script

UID = os.getuid()
NAME = f"coder-{UID}"
SMALL = "name: coder\nimage: coder:latest\npull_policy: never\n"


def shortened(script: Path, seconds: int) -> Path:
    """The launcher with that limit for each question to an engine."""
    text, count = re.subn(r'\bask "\$1" 30 ', f'ask "$1" {seconds} ', script.read_text())
    assert count == 1
    script.write_text(text)
    return script


@pytest.mark.parametrize("optional", [False, True])
def test_a_file_system_that_does_not_answer(optional: bool, docker: Docker, tmp_path: Path) -> None:
    """Not even SIGKILL ends who asks it; the launcher goes on, and names its server."""
    point = tmp_path / "data"
    point.mkdir()
    source = f"type: bind, source: '{point}/set', target: /data, optional: {optional}"
    script = write_script(
        tmp_path, SMALL + f"volumes: [{{{source.lower()}}}]\nentrypoint: [/bin/sh, -c]\n"
    )
    with fuse.hanging_mount(point):
        done = run([script, "--", "exit 7"], docker.environment())
    (line,) = lines_of(done.stderr)
    said = f"did not answer in 5 s: look at the file server of {point} (cg, fuse.cg)"
    if optional:
        assert (done.returncode, line) == (7, f"{point}/set {said}; going on without it")
    else:
        assert (done.returncode, line) == (3, f"{point}/set, to be mounted at /data, {said}")
        assert docker.containers() == []


def test_a_daemon_that_does_not_answer(docker: Docker, tmp_path: Path) -> None:
    """A real client that waits for it is ended, and the daemon named."""
    path = tmp_path / "silent.sock"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen(100)
        env = docker.environment(DOCKER_HOST=f"unix://{path}")
        done = run([shortened(write_script(tmp_path, SMALL), 3)], env)
        assert done.returncode == 3
        (line,) = lines_of(done.stderr)
        assert line.startswith(
            f"docker did not answer 'docker version' in 30 s: see whether its daemon at unix://{path}"
        )
        host.wait_until(lambda: not _clients_of(path), "the client has ended", timeout=10)


def _clients_of(path: Path) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(f"DOCKER_HOST=unix://{path}") in environment:
                found.append(entry.name)
    return found


def test_two_starts_at_once(docker: Docker, tmp_path: Path) -> None:
    """One of them starts it; the others say why they do not, and leave it alone."""
    script = write_script(tmp_path, SMALL + "entrypoint: [/bin/sleep, '1000']\n")
    for _ in range(5):
        starts = [
            subprocess.Popen(
                [script],
                env=docker.environment(),
                stdin=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
            for _ in range(4)
        ]
        host.wait_until(
            lambda: sum(start.poll() is not None for start in starts) >= len(starts) - 1,  # noqa: B023
            "all but one have ended",
            timeout=60,
        )
        losers = [start for start in starts if start.poll() is not None]
        assert len(losers) == len(starts) - 1
        for start in losers:
            assert start.stderr is not None
            (line,) = lines_of(start.stderr.read())
            assert start.returncode == 3
            assert line.startswith(
                (f"{NAME} is being started already, by ", f"{NAME} is running already: ")
            )
        (winner,) = (start for start in starts if start not in losers)
        host.wait_until(lambda: is_running(docker, NAME), "it runs", 30)
        docker.output("kill", NAME)
        winner.communicate(timeout=60)
        # What it left is the next round's to remove.
        assert len(docker.containers()) == 1
