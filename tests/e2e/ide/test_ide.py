"""From nothing to an IDE in a browser: built, converted, started, and a file edited through it.

Takes some 10 minutes, most of them npm's compiling, so that `make e2e` leaves it out.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import building, engine_hosts, host, launching
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker
from tests.e2e.ide import page
from tests.e2e.launching import Launcher
from tests.e2e.users import User

IMAGES = Path(__file__).parents[3] / "docs" / "images"

SPEC = """
name: ide
description: A web IDE from npm.
image: ide:latest
pull_policy: never
user: host
variables:
  PORT: {{type: port, default: 8080, help: Port of the web IDE.}}
  WORK: {{type: path, default: /tmp, help: The folder to work in.}}
modes:
  service:
    environment: {{PORT: "${{PORT}}"}}
    ports: ["${{PORT}}:${{PORT}}"]
volumes: ["${{WORK}}:/work"]
working_dir: /work
build:
  base: debian:bookworm-slim
  ca_certificates: {certificates}
  apt: [git, procps]
  node:
    version: 24.9.0
    sha256: {{amd64: 7b65c4b3335cf3c2a9b87656d8aa6f2204b1fa8793a1d0e8e02ad812453dde70}}
    npm: {{version: 11.6.0, sha256: ddf7e6e42ae5b9e28d84945d1c37188f9a741af492507b513b3e80af5aeba4f1}}
  code_server:
    version: 4.139.1
    from: npm
    sha256: 75b76d3870dbcb7a4c08627f586a03344ca017be182171020c7405bdb6f2fb33
  user: {{name: "${{USER}}", uid: "${{UID}}", gid: "${{GID}}"}}
  auth: none
outputs:
  Dockerfile: dockerfile
  build.sh: build-script
  convert.sh: convert-script
  run.sh: script
  run-apptainer.sh: {{target: script, engine: apptainer}}
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The spec's folder, which its user reaches."""
    with engine_hosts.folder_for_all() as found:
        yield found


@pytest.fixture(scope="module")
def image(docker_daemon: Docker, ordinary_user: User, folder: Path) -> str:
    """The image, built by an ordinary user with the generated script."""
    building.import_base(docker_daemon)
    spec = SPEC.format(certificates=building.own_certificates(folder))
    building.write(folder, spec, ordinary_user)
    done = building.build(
        folder, docker_daemon.env, user=ordinary_user, groups=(docker_daemon.group,), timeout=1500
    )
    print(
        *re.findall(r"^(?:Step .{0,90}|.*: OK|build\.sh: .*)", done.stdout + done.stderr, re.M),
        sep="\n",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return "ide:latest"


@pytest.fixture
def work(folder: Path, ordinary_user: User) -> Iterator[Path]:
    """The user's folder with a file in it."""
    with engine_hosts.folder_for_all() as found:
        (found / "hello.txt").write_text("made on the host\n")
        for path in (found, found / "hello.txt"):
            os.chown(path, ordinary_user.uid, ordinary_user.gid)
        yield found


def _is_up(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _edited(url: str, work: Path, user: User, engine: str) -> None:
    text = f"edited in the browser, on {engine}"
    IMAGES.mkdir(exist_ok=True)
    page.edit(url, "/work", "hello.txt", text, work / "hello.txt", IMAGES / f"ide-{engine}.png")
    found = (work / "hello.txt").stat()
    assert (found.st_uid, found.st_gid) == (user.uid, user.gid)
    assert (work / "hello.txt").read_text() == f"made on the host\n{text}\n"


def test_docker(
    docker_daemon: Docker, image: str, folder: Path, work: Path, ordinary_user: User, tmp_path: Path
) -> None:
    port = host.free_port()
    env = docker_daemon.environment(PORT=str(port), WORK=str(work))
    url = f"http://localhost:{port}/"
    with Launcher(
        [folder / "run.sh"], env, tmp_path, user=ordinary_user, groups=(docker_daemon.group,)
    ) as launcher:
        launcher.until(lambda: _is_up(url), "the IDE answers", timeout=60)
        assert f"open {url}" in launcher.errors
        _edited(url, work, ordinary_user, "docker")
    docker_daemon.remove_containers()


def test_hardened(docker_daemon: Docker, image: str, ordinary_user: User, tmp_path: Path) -> None:
    """The built-in spec with its profile: nothing above medium, no rights, and the IDE's page."""
    options = ("--profile", "hardened", "--set", f"image={image}")
    launching.generate(tmp_path, "audit", *options, "--fail-on", "high")
    with engine_hosts.folder_for_all() as folder:
        script = launching.write_script(folder, None, *options)
        secret = folder / "password"
        secret.write_text("correct horse\n")
        secret.chmod(0o600)
        os.chown(secret, ordinary_user.uid, ordinary_user.gid)
        port, second = host.free_port(), host.free_port()
        env = docker_daemon.environment(
            PORT=str(port), CODE_SERVER_PORT=str(second), PASSWORD_FILE=str(secret)
        )
        url = f"http://127.0.0.1:{port}/"
        with Launcher(
            [script], env, tmp_path, user=ordinary_user, groups=(docker_daemon.group,)
        ) as launcher:
            launcher.until(lambda: _is_up(url), "the IDE answers", timeout=60)
            page.sign_in(url, "battery staple", "correct horse")
            assert not _is_up(f"http://{docker_daemon.gateway}:{port}/")
            name = f"coder-{ordinary_user.uid}"
            said = docker_daemon.output("exec", name, "cat", "/proc/1/status")
            assert {"CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000"} < set(
                said.split("\n")
            )
            assert "NoNewPrivs:\t1" in said and "Seccomp:\t2" in said
    docker_daemon.remove_containers()


def test_apptainer(
    hosts: dict[str, EngineHost],
    docker_daemon: Docker,
    image: str,
    folder: Path,
    work: Path,
    ordinary_user: User,
    tmp_path: Path,
) -> None:
    apptainer = hosts["apptainer"]
    archive = folder / "image.tar"
    docker_daemon.output("save", "--output", str(archive), image, timeout=300)
    archive.chmod(0o644)
    done = apptainer.run(folder / "convert.sh", "--archive", archive, timeout=900)
    print(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    archive.unlink()
    port = host.free_port()
    env = {**apptainer.env, "PORT": str(port), "WORK": str(work)}
    url = f"http://localhost:{port}/"
    with Launcher([*apptainer.before, folder / "run-apptainer.sh"], env, tmp_path) as launcher:
        launcher.until(lambda: _is_up(url), "the IDE answers", timeout=300)
        _edited(url, work, ordinary_user, "apptainer")
