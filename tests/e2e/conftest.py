"""Fixtures for tests on real engines. A missing engine is a failure here, never a skip."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import compose, host, images
from .compose import Compose
from .display import Display, StartXvfb, running_xvfb
from .engines import Docker, running_docker
from .users import User, added_user

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is an e2e test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Take back what a background job or nohup ignores: bash cannot trap what it inherits so."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


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
