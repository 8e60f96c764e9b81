"""Fixtures for tests on real engines. A missing engine is a failure here, never a skip."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import compose, engine_hosts, host, images, seeing
from tests.e2e.compose import Compose
from tests.e2e.display import Display, StartXvfb, running_xvfb
from tests.e2e.doctoring import Ask, Found, Tool, readable_tool
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker, running_docker
from tests.e2e.users import User, added_user

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is an e2e test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its counts to the process that prints them."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["restarts"] = dict(host.restarts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add a worker's counts to the others'."""
    host.restarts.update(getattr(node, "workeroutput", {}).get("restarts", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was started again."""
    counts = ", ".join(f"{name} {count} times" for name, count in sorted(host.restarts.items()))
    terminalreporter.write_line(f"started again by the harness: {counts or 'nothing'}")


@pytest.fixture(scope="session")
def docker_daemon() -> Iterator[Docker]:
    """A Docker daemon of our own, without images."""
    with running_docker(compose.v2_binary()) as docker:
        yield docker


@pytest.fixture(scope="session")
def coder_image(docker_daemon: Docker) -> str:
    """The name of an image that stands for the real one: serves a page on PORT, has bash."""
    return images.load(docker_daemon, images.CODER, images.base_root())


@pytest.fixture(scope="session")
def x_client_image(docker_daemon: Docker) -> str:
    """The name of an image with X clients."""
    return images.load(docker_daemon, images.X_CLIENT, images.x_client_root())


@pytest.fixture
def docker(docker_daemon: Docker, coder_image: str) -> Iterator[Docker]:
    """The daemon with the image `coder:latest`, and no container left after the test."""
    assert coder_image == images.CODER
    yield docker_daemon
    docker_daemon.remove_containers()


@pytest.fixture
def stopped_docker_host(docker_daemon: Docker) -> str:
    """A DOCKER_HOST beside the daemon's, where nothing listens."""
    return docker_daemon.host.replace("docker.sock", "stopped.sock")


@pytest.fixture(scope="session")
def compose_v2() -> Compose:
    """Compose v2."""
    return compose.v2()


@pytest.fixture(scope="session")
def compose_v1() -> Compose:
    """Compose 1.29."""
    return compose.v1()


@pytest.fixture(scope="session")
def podman_compose() -> Compose:
    """podman-compose, without podman: for `config`, which reads and calls no engine."""
    return compose.podman_compose()


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A temporary folder that other users can reach: pytest's own are private to root."""
    with _public_folder() as folder:
        yield folder


@contextlib.contextmanager
def _public_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cg-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def ordinary_user() -> Iterator[User]:
    """A user who is not root."""
    with _public_folder() as home, added_user("a", home) as user:
        yield user


@pytest.fixture(scope="session")
def another_user() -> Iterator[User]:
    """A colleague of the ordinary user's on the same machine."""
    with _public_folder() as home, added_user("b", home) as user:
        yield user


@pytest.fixture
def start_xvfb() -> Iterator[StartXvfb]:
    """Start X servers: `start_xvfb(tcp=False, owner=None)`; they stop after the test."""
    with contextlib.ExitStack() as stack:

        def start(*, tcp: bool = False, owner: User | None = None) -> Display:
            folder = stack.enter_context(_public_folder())
            return stack.enter_context(running_xvfb(folder, tcp=tcp, owner=owner))

        yield start


@pytest.fixture(scope="session")
def xdpyinfo() -> str:
    """The path of an X client of this machine."""
    return host.require("xdpyinfo", "x11-utils")


@pytest.fixture
def xvfb(start_xvfb: StartXvfb) -> Display:
    """A display of root's, without TCP, with nobody on its access list."""
    return start_xvfb()


@pytest.fixture(scope="session")
def tool() -> Iterator[Tool]:
    """The tool where ordinary users can read it."""
    with _public_folder() as folder:
        yield readable_tool(folder)


@pytest.fixture
def ask(tool: Tool, docker: Docker, public_folder: Path) -> Ask:
    """Ask the doctor about a spec's text, on this host with its Docker."""

    def ask(spec: str, *args: str, env: Mapping[str, str] | None = None, **how: Any) -> Found:
        (public_folder / "coder.yaml").write_text(spec, encoding="utf-8")
        return tool.ask(docker.env if env is None else env, public_folder, *args, **how)

    return ask


@pytest.fixture(scope="session")
def hosts(docker_daemon: Docker, ordinary_user: User) -> Iterator[dict[str, EngineHost]]:
    """A host for each engine, on which the image with the witness is there."""
    changes = seeing.configuration()
    words = [word for change in changes for word in ("--change", change)]
    archive = seeing.image().archive()
    docker_daemon.output("import", *words, "-", seeing.IMAGE, stdin=archive)
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(engine_hosts.devices_as_on_a_host())
        found = {
            "docker": engine_hosts.on_docker(docker_daemon, ordinary_user),
            "docker of root": engine_hosts.on_docker(docker_daemon, None),
            "podman": enter(engine_hosts.on_podman(None)),
            "rootless podman": enter(engine_hosts.on_podman(ordinary_user)),
            "apptainer": enter(engine_hosts.on_apptainer(ordinary_user)),
        }
        for name in ("podman", "rootless podman"):
            engine_hosts.load(found[name], seeing.IMAGE, archive, changes)
        yield found
        docker_daemon.run("volume", "rm", "--force", "keep")


def _sif(apptainer: EngineHost, docker: Docker, image: str, folder: Path) -> Path:
    archive = folder / "image.tar"
    docker.output("save", "--output", str(archive), image)
    archive.chmod(0o644)
    folder.chmod(0o777)
    made = folder / f"{image.partition(':')[0]}.sif"
    apptainer.output("apptainer", "build", made, f"docker-archive:{archive}")
    return made


@pytest.fixture(scope="session")
def witness_sif(hosts: dict[str, EngineHost], docker_daemon: Docker) -> Iterator[Path]:
    """The image with the witness as Apptainer has it, made from Docker's."""
    with _public_folder() as folder:
        yield _sif(hosts["apptainer"], docker_daemon, seeing.IMAGE, folder)


@pytest.fixture(scope="session")
def x_client_sif(
    hosts: dict[str, EngineHost], docker_daemon: Docker, x_client_image: str
) -> Iterator[Path]:
    """The image that serves a page and has X clients, as Apptainer has it."""
    with _public_folder() as folder:
        yield _sif(hosts["apptainer"], docker_daemon, x_client_image, folder)
