"""First every problem is said; only where there is none is anything of the host changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.targets.launcher.hanging import Host

UID = str(os.getuid())
SPEC = """
name: lab
image: registry.test/big:1
ports: ["8080:80"]
devices: [/dev/no-such-device]
volumes: ["/no/such/folder:/data"]
secrets: {token: {environment: TOKEN}}
"""
LEFT = f"exited 0123abc {UID}"
CHANGES = (" pull ", " rm ", " run ", " create ", " start ")


def changes(host: Host) -> list[str]:
    """Calls that change something."""
    return [call for call in host.calls() if any(word in f"{call} " for word in CHANGES)]


@pytest.mark.parametrize(
    ("engines", "words"),
    [
        (["docker"], ["--engine", "docker"]),
        (["podman"], ["--engine", "podman"]),
        (["docker", "podman"], ["--engine", "auto"]),
    ],
    ids=["docker", "podman", "auto"],
)
class TestOrder:
    """For each kind of launcher."""

    @pytest.mark.parametrize(
        ("without", "said"),
        [
            (["devices", "volumes"], "port 8080 is taken by "),
            (["ports", "volumes"], "the device /dev/no-such-device does not exist"),
            (["ports", "devices"], "/no/such/folder, to be mounted at /data, does not exist"),
        ],
        ids=["port", "device", "mount"],
    )
    def test_one_problem_is_enough(
        self, without: list[str], said: str, engines: list[str], words: list[str], tmp_path: Path
    ) -> None:
        """No image is pulled, no container removed, no file left where it would be for nothing."""
        host = Host(tmp_path, *engines, "ss")
        spec = "\n".join(li for li in SPEC.splitlines() if li.partition(":")[0] not in without)
        script = host.launcher(spec, "script", *words)
        env = {"IMAGE_MISSING": "1", "CONTAINER": LEFT, "TOKEN": "x"}
        listening = "LISTEN 0 1 0.0.0.0:8080 0.0.0.0:*"
        status, (line,) = host.run(script, **env, LISTENING=listening)
        assert status == 3
        assert line.startswith(said)
        assert changes(host) == []
        assert [path.name for path in host.runtime.iterdir()] == [f"coder-gen-{UID}"]

    def test_all_problems_at_once(
        self, engines: list[str], words: list[str], tmp_path: Path
    ) -> None:
        """Whatever is wrong is said in one go, and no image is pulled meanwhile."""
        host = Host(tmp_path, *engines, "ss")
        script = host.launcher(SPEC, "script", *words)
        listening = "LISTEN 0 1 0.0.0.0:8080 0.0.0.0:*"
        status, lines = host.run(
            script, IMAGE_MISSING="1", CONTAINER=LEFT, TOKEN="x", LISTENING=listening
        )
        assert status == 3
        assert [line.split()[0] for line in lines] == ["/no/such/folder,", "port", "the"]
        assert changes(host) == []

    def test_all_well(self, engines: list[str], words: list[str], tmp_path: Path) -> None:
        """The image is pulled, then what was left is removed, then it starts."""
        host = Host(tmp_path, *engines)
        script = host.launcher("name: lab\nimage: registry.test/big:1\n", "script", *words)
        status, lines = host.run(script, IMAGE_MISSING="1", CONTAINER=LEFT)
        assert (status, lines) == (
            0,
            ["the image registry.test/big:1 is not on this host: pulling it"],
        )
        first = engines[0]
        pull, remove, start = changes(host)
        assert pull == f"{first} pull --quiet -- registry.test/big:1"
        assert remove == f"{first} container rm -- 0123abc"
        assert start.startswith(f"{first} run ")

    def test_an_image_that_cannot_be_had(
        self, engines: list[str], words: list[str], tmp_path: Path
    ) -> None:
        """What was left is still there when the pull fails."""
        host = Host(tmp_path, *engines)
        script = host.launcher("name: lab\nimage: registry.test/big:1\n", "script", *words)
        status, lines = host.run(script, IMAGE_MISSING="1", CONTAINER=LEFT, PULL_FAILS="1")
        assert status == 3
        assert len(lines) == 2
        assert lines[1].startswith("the image registry.test/big:1 is neither on this host nor ")
        assert len(changes(host)) == 1

    @pytest.mark.parametrize("option", ["--no-preflight", "--dry-run"])
    def test_without_a_look(
        self, option: str, engines: list[str], words: list[str], tmp_path: Path
    ) -> None:
        """The engine itself pulls; what was left is its to complain of. A dry run changes nothing."""
        host = Host(tmp_path, *engines)
        script = host.launcher("name: lab\nimage: registry.test/big:1\n", "script", *words)
        status, lines = host.run(script, option, IMAGE_MISSING="1", CONTAINER=LEFT)
        assert (status, lines) == (0, [])
        starts = [call.split()[1] for call in changes(host)]
        assert starts == (["run"] if option == "--no-preflight" else [])
