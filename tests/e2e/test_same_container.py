"""One spec, two launchers, one container: the script's and Compose's, on a real engine.

Each spec in `specs/` says beside itself, in NAME.inspect.yaml, what the engine has to report.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.e2e import host
from tests.e2e.compose import Compose
from tests.e2e.display import Display
from tests.e2e.engines import Docker
from tests.e2e.inspection import Facts, facts
from tests.e2e.launching import Launcher, generate, is_running, write_script

SPECS = Path(__file__).parent / "specs"
NAMES = ("coder", "limits", "service", "storage", "network", "closed")
UID, GID = str(os.getuid()), str(os.getgid())


class Difference(NamedTuple):
    """A field in which the two containers may differ, and how; anything else is a fault."""

    field: str
    reason: str
    fold: Callable[[Any], Any]
    """Makes one of the two spellings, which mean the same."""


def _without_stand_ins(mounts: Facts) -> Facts:
    return {k: v for k, v in mounts.items() if not k.startswith("/run/coder-gen-absent/")}


def _without_made_files(mounts: Facts) -> Facts:
    return {k: v for k, v in mounts.items() if not MADE_FILE.search(str(v.get("Source")))}


MADE_FILE = re.compile(r"/[a-z]+\.\d+\.\d+/file-\w+$")
NO_POLICY = {"Name": "no", "MaximumRetryCount": 0}
ABSENT = "Compose cannot skip an optional mount: .env puts /dev/null where nobody looks"
MADE = "Compose copies a value into the container; the script mounts a file of its private folder"
DECLARED = (
    Difference(
        "HostConfig.NetworkMode",
        "the same network: Compose has to name it, or it would make one of the project's own",
        lambda mode: "default" if mode == "bridge" else mode,
    ),
    Difference(
        "HostConfig.RestartPolicy",
        "no policy: docker run says `no`, Compose v2 says nothing",
        lambda policy: policy if policy["Name"] else NO_POLICY,
    ),
    Difference("mounts", ABSENT, _without_stand_ins),
    Difference("mounted", ABSENT, _without_stand_ins),
    Difference("mounts", MADE, _without_made_files),
    Difference("mounted", MADE, _without_made_files),
)


@pytest.fixture
def networks(docker: Docker) -> Iterator[None]:
    """The networks and the named volumes that the specs expect or leave."""
    docker.output("network", "create", "--subnet", "10.215.7.0/24", "cg-test-net")
    yield
    docker.remove_containers()
    docker.output("network", "rm", "cg-test-net")
    docker.run("volume", "rm", "cg-test-named", "cg-test-nocopy")


class Site:
    """A folder with a spec and all that it names, and the environment of who starts it."""

    def __init__(self, name: str, folder: Path, docker: Docker, display: Display) -> None:
        self.name, self.folder, self.docker = name, folder, docker
        self.container = f"{name}-{UID}"
        self.values = {
            "UID": UID,
            "GID": GID,
            "USER": "somebody",
            "HOME": str(Path.home()),
            "FOLDER": str(folder),
            "PORT": str(host.free_port()),
            "SECOND": str(host.free_port()),
            "DISPLAY": display.name,
        }
        self.env = docker.environment(
            USER="somebody",
            PORT=self.values["PORT"],
            CODE_SERVER_PORT=self.values["SECOND"],
            http_proxy="http://proxy.test:3128",
            no_proxy="localhost,.test",
            CG_TEST_TOKEN='s3cret "$x',
            **display.env,
        )
        if name != "coder":
            (folder / "coder.yaml").write_text((SPECS / f"{name}.yaml").read_text())
        (folder / "read-only").mkdir()
        (folder / 'a, b"c').mkdir()
        (folder / "token").write_text("a token\n")
        (folder / "motd").write_text("be kind\n")

    def expected(self) -> Facts:
        """What the engine has to say, with this machine's values."""
        text = (SPECS / f"{self.name}.inspect.yaml").read_text()
        for key, value in self.values.items():
            text = text.replace("{" + key + "}", value)
        found: Facts = yaml.safe_load(text)
        return found

    def seen(self) -> Facts:
        """What the engine says, and what only the running container can tell."""
        found = facts(self.docker, self.container)
        expected = self.expected()
        found["files"] = {
            path: self.docker.run("exec", self.container, "cat", path).stdout
            for path in expected.get("files", {})
        }
        if "health_says" in expected:
            test = found["Config.Healthcheck"].pop("Test")
            argv = ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]
            found["health_says"] = self.docker.run("exec", self.container, *argv).stdout
            found |= {f"Config.Healthcheck.{k}": v for k, v in found["Config.Healthcheck"].items()}
        return found

    def by_script(self) -> Facts:
        """The container that run.sh starts."""
        script = write_script(self.folder)
        with Launcher([script], self.env, self.folder) as launcher:
            launcher.until_running(self.docker, self.container)
            found = self.seen()
        self.docker.run("rm", "--force", self.container)
        return found

    def by_compose(self, compose: Compose) -> Facts:
        """The container that Compose starts."""
        file = self.folder / "docker-compose.yml"
        file.write_text(generate(self.folder, "compose", "--quiet"))
        dotenv = generate(self.folder, "env", env=self.env)
        (self.folder / ".env").write_text(dotenv)
        started = compose.run(file, "up", "--detach", env=self.env)
        assert started.returncode == 0, started.stderr
        host.wait_until(lambda: is_running(self.docker, self.container), "the service is up")
        found = self.seen()
        ended = compose.run(file, "down", "--timeout", "1", env=self.env)
        assert ended.returncode == 0, ended.stderr
        return found


def folded(found: Facts) -> Facts:
    """The facts with one spelling for each declared difference."""
    result = dict(found)
    for difference in DECLARED:
        if result.get(difference.field) is not None:
            result[difference.field] = difference.fold(result[difference.field]) or None
    return result


def differences(expected: Facts, seen: Facts) -> list[str]:
    """The fields of the first that the second does not have so, each with both values."""
    wanted, found = folded(expected), folded(seen)
    return [
        f"{key}: {value!r} is {found.get(key)!r}"
        for key, value in sorted(wanted.items())
        if found.get(key) != value
    ]


@pytest.mark.usefixtures("networks")
@pytest.mark.parametrize("name", NAMES)
def test_the_containers_are_the_same(
    name: str, docker: Docker, compose_v2: Compose, xvfb: Display, tmp_path: Path
) -> None:
    """Each is what the spec says, and they differ in nothing but what is declared."""
    site = Site(name, tmp_path, docker, xvfb)
    script, compose = site.by_script(), site.by_compose(compose_v2)
    faults = {
        "script and spec": differences(site.expected(), script),
        "Compose and spec": differences(site.expected(), compose),
        "script and Compose": differences(script, compose),
        "Compose and script": differences(compose, script),
    }
    lines = [f"{pair}: {line}" for pair, found in faults.items() for line in found]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


@pytest.mark.usefixtures("networks")
def test_each_declared_difference_is_there(
    docker: Docker, compose_v2: Compose, xvfb: Display, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The list says no more than it has to: what is the same after all leaves it."""
    needed = set()
    for name in ("coder", "service"):
        site = Site(name, tmp_path_factory.mktemp(name), docker, xvfb)
        for found in (site.by_script(), site.by_compose(compose_v2)):
            needed |= {
                (d.field, d.reason)
                for d in DECLARED
                if found[d.field] is not None and d.fold(found[d.field]) != found[d.field]
            }
    assert needed == {(d.field, d.reason) for d in DECLARED}
