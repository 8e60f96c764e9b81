"""A host that is not ready: one line of what, why and fix for each problem, and exit status 3."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e import host, images
from tests.e2e.engines import Docker
from tests.e2e.launching import TOOL, Launcher, lines_of, run, write_script
from tests.e2e.users import User

UID = os.getuid()
NAME = f"coder-{UID}"
# A notice about the built-in spec's optional mounts is no problem.
NOTICE = re.compile(r"does not exist on this host: going on without it|^DISPLAY is not set: ")
SMALL = "name: coder\nimage: coder:latest\npull_policy: never\nuser: host\n"


@pytest.fixture
def env(docker: Docker) -> dict[str, str]:
    """A user's environment, with ports that are free."""
    ports = {"PORT": str(host.free_port()), "CODE_SERVER_PORT": str(host.free_port())}
    return docker.environment(**ports)


def problems(
    script: Path,
    env: Mapping[str, str],
    *args: str,
    user: User | None = None,
    groups: tuple[int, ...] = (),
    status: int = 3,
) -> list[str]:
    """The lines of a launcher that refuses; it has to end with the status and print nothing."""
    done = run([script, *args], env, user=user, groups=groups)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    return [line for line in lines_of(done.stderr) if not NOTICE.search(line)]


def test_exec_refuses_in_the_same_words(
    docker: Docker, stopped_docker_host: str, tmp_path: Path
) -> None:
    """`coder-gen --exec` is the script: its lines, under its own name, and its status."""
    env = docker.environment(DOCKER_HOST=stopped_docker_host)
    done = run([*TOOL, "--exec", "--shell"], env, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    lines = [li for li in lines_of(done.stderr, "coder-gen --exec") if not NOTICE.search(li)]
    assert len(lines) == 1
    assert "does not answer" in lines[0]


def test_running_already(docker: Docker, env: Mapping[str, str], tmp_path: Path) -> None:
    """Where it is, and how to stop it; the running one is left alone."""
    script = write_script(tmp_path)
    with Launcher([script], env, tmp_path) as launcher:
        launcher.until_running(docker, NAME)
        url = f"http://localhost:{env['PORT']}/"
        fix = f"stop it with 'docker stop {NAME}'"
        assert problems(script, env) == [f"{NAME} is running already at {url}: {fix}"]
        # Another port is no way to a second one, and the running one is not there.
        elsewhere = {**env, "PORT": str(host.free_port())}
        (line,) = problems(script, elsewhere)
        said = re.fullmatch(rf"{NAME} is running already with the ports (\d+), (\d+): {fix}", line)
        assert said, line
        assert set(said.groups()) == {env["PORT"], env["CODE_SERVER_PORT"]}
        assert host.fetch(url) == images.PAGE


def test_running_already_on_a_port_of_its_own_choice(docker: Docker, tmp_path: Path) -> None:
    """A port that the launcher picks is taken by the running container: it is told that one."""
    spec = (
        SMALL
        + "variables: {PORT: {type: port, default: auto}}\n"
        + "environment: {PORT: '${PORT}'}\nports: ['${PORT}:${PORT}']\n"
    )
    script = write_script(tmp_path, spec)
    with Launcher([script], docker.environment(), tmp_path) as launcher:
        launcher.until_running(docker, NAME)
        url = re.search(r"open (\S+) ", launcher.errors)
        assert url, launcher.errors
        (line,) = problems(script, docker.environment())
        assert line == f"{NAME} is running already at {url[1]}: stop it with 'docker stop {NAME}'"


def test_ended_container_makes_room(docker: Docker, tmp_path: Path) -> None:
    """Our own last container is removed, and the launcher starts anew."""
    script = write_script(tmp_path, SMALL + "entrypoint: [/bin/sh, -c]\n")
    env = docker.environment()
    seen = set()
    for status in (5, 6):
        assert run([script, "--", f"exit {status}"], env).returncode == status
        seen.add(docker.inspect(NAME)["Id"])
    assert len(seen) == 2
    assert len(docker.containers()) == 1


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("label", [[], ["--label", "coder-gen.owner=54321"]], ids=len)
def test_somebody_elses_name(
    label: list[str], running: bool, docker: Docker, env: Mapping[str, str], tmp_path: Path
) -> None:
    """A container that this user's launcher did not start is never removed."""
    make = ["run", "--detach"] if running else ["create"]
    theirs = docker.output(*make, "--name", NAME, *label, images.CODER)
    lines = problems(write_script(tmp_path), env)
    assert len(lines) == 1
    assert f"the name {NAME} belongs to a container" in lines[0]
    assert f"'docker rm -f {NAME}' if it is yours" in lines[0]
    assert docker.containers() == [theirs]


def test_taken_port(docker: Docker, env: Mapping[str, str], tmp_path: Path) -> None:
    """Who holds it, and the words that get round it, which do."""
    script = write_script(tmp_path)
    with host.listen(int(env["PORT"])):
        (line,) = problems(script, env)
        said = re.fullmatch(
            r"port (\d+) is taken by (\S+) \(pid (\d+)\): try (PORT=(\d+) (/\S+/run\.sh))", line
        )
        assert said, line
        assert (said[1], said[3]) == (env["PORT"], str(os.getpid()))
        assert docker.containers() == []
        with Launcher(["/bin/bash", "-c", f"exec env {said[4]}"], env, tmp_path) as launcher:
            launcher.until_running(docker, NAME)
            assert host.fetch(f"http://127.0.0.1:{said[5]}/") == images.PAGE


def test_port_taken_by_somebody_else(
    docker: Docker, ordinary_user: User, public_folder: Path, env: Mapping[str, str]
) -> None:
    """An ordinary user may not see whose it is; the line says as much as can be told."""
    script = write_script(public_folder)
    with host.listen(int(env["PORT"])):
        (line,) = problems(script, env, user=ordinary_user, groups=(docker.group,))
    assert line.startswith(f"port {env['PORT']} is taken by another program: try PORT=")


def test_port_taken_by_a_container(docker: Docker, env: Mapping[str, str], tmp_path: Path) -> None:
    """The colleague's container, not the engine's own process that listens for it."""
    docker.output("run", "--detach", "--name", "theirs", "-p", f"{env['PORT']}:1", images.CODER)
    (line,) = problems(write_script(tmp_path), env)
    assert line.startswith(f"port {env['PORT']} is taken by the container theirs: try PORT=")


def test_port_asked_for_twice(docker: Docker, env: Mapping[str, str], tmp_path: Path) -> None:
    """The second IDE on the first one's port; what is proposed is neither of them."""
    script = write_script(tmp_path)
    port = int(env["PORT"])
    (line,) = problems(script, {**env, "CODE_SERVER_PORT": str(port)})
    assert line.startswith(f"port {port} is asked for twice: try CODE_SERVER_PORT=")
    with host.listen(port):
        (line,) = problems(script, {**env, "CODE_SERVER_PORT": str(port + 1)})
    said = re.search(r"try PORT=(\d+) ", line)
    assert said, line
    assert int(said[1]) > port + 1
    assert docker.containers() == []


def test_port_taken_on_another_address(docker: Docker, tmp_path: Path) -> None:
    """A listener on loopback alone is in the way of loopback, and not of another address."""
    port = host.free_port()
    spec = SMALL + f"ports: ['ADDRESS:{port}:7860']\n"
    with socket.create_server(("127.0.0.1", port)):
        taken = write_script(tmp_path, spec.replace("ADDRESS", "127.0.0.1"))
        (line,) = problems(taken, docker.environment())
        assert line.startswith(f"port {port} is taken by ")
        assert line.endswith(": change it in the spec's ports")
        free = write_script(tmp_path, spec.replace("ADDRESS", docker.gateway))
        with Launcher([free], docker.environment(), tmp_path) as launcher:
            launcher.until_running(docker, NAME)


def test_missing_image(docker: Docker, tmp_path: Path) -> None:
    """An image that is never pulled has to be built or got."""
    script = write_script(tmp_path, SMALL.replace("coder:latest", "nowhere:1"))
    lines = problems(script, docker.environment())
    fix = "build it with 'docker build -t nowhere:1 .', or get it with 'docker pull nowhere:1'"
    assert lines == [f"the image nowhere:1 is not on this host: {fix}"]


def test_image_that_no_registry_has(docker: Docker, tmp_path: Path) -> None:
    """One that may be pulled is looked for first, and said so."""
    image = "127.0.0.1:1/nowhere:1"
    script = write_script(tmp_path, f"{{name: x, image: '{image}'}}")
    pulling, line = problems(script, docker.environment())
    assert pulling == f"the image {image} is not on this host: pulling it"
    assert line.startswith(f"the image {image} is neither on this host nor to be had from a reg")


def test_stopped_daemon(docker: Docker, stopped_docker_host: str, tmp_path: Path) -> None:
    """The engine that does not answer is named, with how to start it."""
    env = docker.environment(DOCKER_HOST=stopped_docker_host)
    (line,) = problems(write_script(tmp_path), env)
    said = f"the Docker daemon does not answer at {stopped_docker_host}: "
    assert line == said + "start it with 'sudo systemctl start docker'"


def test_socket_that_the_user_may_not_use(
    ordinary_user: User, public_folder: Path, env: Mapping[str, str]
) -> None:
    """Not an engine's riddle: which group, and that it takes a new login."""
    (line,) = problems(write_script(public_folder), env, user=ordinary_user)
    fix = f"run 'sudo usermod -aG docker {ordinary_user.name}', then log in again"
    assert line == f"this user may not talk to Docker: {fix}"


def test_docker_not_on_path(env: Mapping[str, str], tmp_path: Path) -> None:
    """Neither is it bash that complains."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env", "id"):
        (programs / name).symlink_to(host.require(name, name))
    (line,) = problems(write_script(tmp_path), {**env, "PATH": str(programs)})
    assert line.startswith("docker is not on PATH: install Docker")


def test_missing_mount(docker: Docker, tmp_path: Path) -> None:
    """A required source is never made by the engine."""
    source = tmp_path / "not there"
    spec = SMALL + f"volumes: [{{type: bind, source: '{source}', target: /data}}]\n"
    (line,) = problems(write_script(tmp_path, spec), docker.environment())
    assert line.startswith(f"{source}, to be mounted at /data, does not exist: create it, or ")
    assert not source.exists()


def test_mount_that_the_user_may_not_read(
    docker: Docker, ordinary_user: User, public_folder: Path
) -> None:
    """The container runs as the user: what the user cannot read, it cannot either."""
    source = public_folder / "private"
    source.mkdir(mode=0o700)
    spec = SMALL + "volumes: ['./private:/data']\n"
    script = write_script(public_folder, spec)
    (line,) = problems(script, docker.environment(), user=ordinary_user, groups=(docker.group,))
    assert line.startswith(f"{source}, to be mounted at /data, is not readable for ")


def test_missing_secret_file(docker: Docker, tmp_path: Path) -> None:
    """A secret's file is a required mount."""
    spec = SMALL + "secrets: {token: {file: ./token}}\n"
    (line,) = problems(write_script(tmp_path, spec), docker.environment())
    assert line.startswith(f"{tmp_path}/token, to be mounted at /run/secrets/token, does not exist")


def test_missing_device(docker: Docker, tmp_path: Path) -> None:
    """A device that the host lacks."""
    script = write_script(tmp_path, SMALL + "devices: [/dev/no-such-device]\n")
    (line,) = problems(script, docker.environment())
    assert line.startswith("the device /dev/no-such-device does not exist on this host: ")


def test_every_problem_is_shown_at_once(docker: Docker, tmp_path: Path) -> None:
    """Nobody has to start it again and again to learn what else is wrong."""
    port = host.free_port()
    spec = (
        SMALL.replace("coder:latest", "nowhere:1")
        + f"""
devices: [/dev/no-such-device]
ports: ["{port}:7860"]
volumes: [/no/such/folder:/data]
"""
    )
    script = write_script(tmp_path, spec)
    with host.listen(port):
        lines = problems(script, docker.environment())
    starts = ("/no/such/folder", "the image nowhere:1", f"port {port}", "the device /dev/no-such")
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts):
        assert line.startswith(start)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "7 8", "$(id)", "08", ""])
def test_a_port_that_is_none(
    port: str, docker: Docker, stopped_docker_host: str, tmp_path: Path
) -> None:
    """What the user typed is looked at before the engine is asked; empty means the default."""
    script = write_script(tmp_path)
    env = docker.environment(PORT=port, DOCKER_HOST=stopped_docker_host)
    if not port:
        (line,) = problems(script, env)
        assert "does not answer" in line
        return
    (line,) = problems(script, env, status=2)
    assert line.startswith(f"PORT={port} is not a port: a number from 1 to 65535; for example: ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--nonsense"], "unknown option --nonsense; see --help"),
        (["--mode"], "the option --mode needs a name"),
        (["--mode", "none"], "there is no mode none; the modes are service, shell"),
        (["word"], "unknown option word; see --help"),
    ],
)
def test_bad_usage(args: list[str], said: str, env: Mapping[str, str], tmp_path: Path) -> None:
    """One line, and exit status 2."""
    (line,) = problems(write_script(tmp_path), env, *args, status=2)
    assert line.startswith(said)


def test_without_preflight_the_engine_speaks(docker: Docker, tmp_path: Path) -> None:
    """`--no-preflight` leaves the judgement to the engine, and still makes no folder."""
    source = tmp_path / "not there"
    spec = SMALL + f"volumes: [{{type: bind, source: '{source}', target: /data}}]\n"
    script = write_script(tmp_path, spec)
    assert script.stat().st_mode & stat.S_IXUSR
    done = run([script, "--no-preflight"], docker.environment())
    assert done.returncode == 125
    assert "bind source path does not exist" in done.stderr
    assert not source.exists()
