"""The harness itself: each engine really runs, refuses what it must, and leaves nothing behind."""

from __future__ import annotations

import json
import pwd
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests import pages
from tests.e2e import host, images, users
from tests.e2e.compose import Compose
from tests.e2e.display import Display, StartXvfb
from tests.e2e.engines import Docker
from tests.e2e.terminal import Terminal
from tests.e2e.users import User

COMPOSE_FILE = """\
services:
  coder:
    image: "coder:latest"
    ports:
      - "127.0.0.1:${PORT:-7860}:7860"
    environment:
      MONEY: "a$$b"
"""


def test_missing_engine_is_a_failure_that_names_its_package() -> None:
    with pytest.raises(pytest.fail.Exception, match="install Debian's package no-such-package"):
        host.require("no-such-program", "no-such-package")


def test_daemon_is_the_one_of_debian_12(docker_daemon: Docker) -> None:
    version = json.loads(docker_daemon.output("version", "--format", "{{json .}}"))
    assert version["Client"]["Version"] == version["Server"]["Version"]
    assert version["Server"]["Version"].startswith("20.10.")


def test_docker_on_path_is_the_right_client(docker_daemon: Docker) -> None:
    found = host.capture(
        ["/bin/bash", "-c", 'readlink -f "$(command -v docker)"; docker info -f "{{.Driver}}"'],
        docker_daemon.environment(),
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines()[0] == docker_daemon.client


def test_stopped_daemon_is_a_failure_of_the_client(
    docker_daemon: Docker, stopped_docker_host: str
) -> None:
    env = docker_daemon.environment(DOCKER_HOST=stopped_docker_host)
    done = host.capture(["docker", "ps"], env)
    assert done.returncode == 1
    assert "Cannot connect to the Docker daemon at" in done.stderr


def test_service_answers_on_its_published_port_and_ends_at_once(docker: Docker) -> None:
    port = host.free_port()
    published = f"127.0.0.1:{port}:{port}"
    name = docker.output("run", "-d", "-e", f"PORT={port}", "-p", published, images.CODER, "x y")
    assert host.fetch(f"http://127.0.0.1:{port}/") == images.PAGE
    assert "alive" in host.fetch(f"http://127.0.0.1:{port}/healthz")
    docker.output("stop", "--time", "9", name)
    assert docker.inspect(name)["State"]["ExitCode"] == 128 + signal.SIGTERM
    assert f"serving on port {port} as 1001:1001" in docker.output("logs", name)
    assert "argument: x y" in docker.output("logs", name)


def test_options_of_the_original_work(docker: Docker) -> None:
    script = "id -u; id -g; grep CapBnd /proc/self/status; grep Seccomp: /proc/self/status; "
    script += "stat -c %F /dev/fuse; readlink /proc/self/ns/ipc"
    said = docker.output(
        *("run", "--rm", "--user", "1234:2345", "--security-opt", "seccomp=unconfined"),
        *("--cap-add=SYS_ADMIN", "--device", "/dev/fuse", "--ipc=host"),
        *("--entrypoint", "/bin/bash", images.CODER, "-c", script),
    ).splitlines()
    assert said[:2] == ["1234", "2345"]
    assert int(said[2].split()[1], 16) >> 21 & 1  # CAP_SYS_ADMIN
    assert said[3].split()[1] == "0"
    assert said[4] == "character special file"
    assert said[5] == str(Path("/proc/self/ns/ipc").readlink())


@pytest.mark.parametrize("reader", ["compose_v2", "compose_v1", "podman_compose"])
def test_compose_prints_its_reading(
    reader: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    compose: Compose = request.getfixturevalue(reader)
    file = tmp_path / "docker-compose.yml"
    file.write_text(COMPOSE_FILE)
    done = compose.run(file, "config", env=host.plain_environment(PORT="8123"))
    assert done.returncode == 0, done.stderr
    assert "image: coder:latest" in done.stdout
    assert "8123" in done.stdout
    assert "127.0.0.1" in done.stdout
    file.write_text("services: [")
    assert compose.run(file, "config").returncode != 0


@pytest.mark.parametrize("reader", ["compose_v2", "compose_v1"])
def test_compose_starts_and_removes_a_service(
    reader: str, request: pytest.FixtureRequest, tmp_path: Path, docker: Docker
) -> None:
    compose: Compose = request.getfixturevalue(reader)
    file = tmp_path / "docker-compose.yml"
    file.write_text(COMPOSE_FILE)
    env = docker.environment(PORT=str(host.free_port()))
    started = compose.run(file, "up", "--detach", env=env)
    assert started.returncode == 0, started.stderr
    assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == images.PAGE
    stopped = compose.run(file, "down", env=env)
    assert stopped.returncode == 0, stopped.stderr
    assert docker.containers() == []


def test_compose_v2_is_a_plugin_of_the_client(compose_v2: Compose, docker_daemon: Docker) -> None:
    version = host.capture([*compose_v2.argv, "version", "--short"]).stdout.strip()
    assert version.startswith("2.")
    assert docker_daemon.output("compose", "version", "--short") == version


def test_container_reaches_this_machine(docker: Docker) -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        script = f"exec 3<>/dev/tcp/{docker.gateway}/{listener.getsockname()[1]} && echo there"
        argv = ["run", "--rm", "--entrypoint", "/bin/bash", images.CODER, "-c", script]
        assert docker.output(*argv) == "there"


def test_socket_is_for_its_group_only(docker: Docker, ordinary_user: User) -> None:
    argv = [docker.client, "ps"]
    refused = ordinary_user.run(argv, env=docker.environment())
    assert refused.returncode == 1
    assert "permission denied" in refused.stderr
    admitted = ordinary_user.run(argv, env=docker.environment(), groups=[docker.group])
    assert admitted.returncode == 0, admitted.stderr


def test_users_differ_and_have_names(ordinary_user: User, another_user: User) -> None:
    assert 0 not in {ordinary_user.uid, another_user.uid}
    assert ordinary_user.uid != another_user.uid
    said = ordinary_user.run(["/bin/bash", "-c", "id -un; cd && pwd && touch mine"]).stdout
    assert said.split() == [ordinary_user.name, str(ordinary_user.home)]
    assert another_user.run(["ls", str(ordinary_user.home)]).returncode != 0


def test_display_refuses_everyone_without_a_cookie(
    xvfb: Display, xdpyinfo: str, ordinary_user: User
) -> None:
    assert xvfb.access_list() == []
    refused = host.capture([xdpyinfo], host.plain_environment(**xvfb.stranger))
    assert refused.returncode == 1
    assert "unable to open display" in refused.stderr
    env = host.plain_environment(**xvfb.stranger)
    assert ordinary_user.run([xdpyinfo], env=env).returncode == 1


def test_display_admits_cookie_and_grant(
    xvfb: Display, xdpyinfo: str, ordinary_user: User, another_user: User
) -> None:
    assert host.capture([xdpyinfo], host.plain_environment(**xvfb.env)).returncode == 0
    grant = f"SI:localuser:{ordinary_user.name}"
    xvfb.grant(f"+{grant}")
    assert xvfb.access_list() == [grant]
    env = host.plain_environment(**xvfb.stranger)
    assert ordinary_user.run([xdpyinfo], env=env).returncode == 0
    assert another_user.run([xdpyinfo], env=env).returncode == 1
    xvfb.grant(f"-{grant}")
    assert xvfb.access_list() == []
    assert ordinary_user.run([xdpyinfo], env=env).returncode == 1


def test_display_of_an_ordinary_user(
    start_xvfb: StartXvfb, xdpyinfo: str, ordinary_user: User, another_user: User
) -> None:
    display = start_xvfb(owner=ordinary_user)
    env = host.plain_environment(**display.env)
    assert ordinary_user.run([xdpyinfo], env=env).returncode == 0
    assert another_user.run([xdpyinfo], env=env).returncode == 1


def test_tcp_is_off_unless_asked_for(start_xvfb: StartXvfb, xdpyinfo: str) -> None:
    quiet, loud = start_xvfb(), start_xvfb(tcp=True)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", 6000 + quiet.number), 5)
    remote = f"127.0.0.1:{loud.number}"
    env = host.plain_environment(**loud.env) | {"DISPLAY": remote}
    assert host.capture([xdpyinfo], env).returncode == 0
    env["XAUTHORITY"] = loud.stranger["XAUTHORITY"]
    assert host.capture([xdpyinfo], env).returncode == 1


def test_x_client_in_a_container(
    docker: Docker, x_client_image: str, xvfb: Display, public_folder: Path
) -> None:
    # The owner's file names this machine; in the container, which has another name, it must
    # match any: that is what the family ffff says.
    xauth = host.require("xauth", "xauth")
    cookies = public_folder / "cookies"
    entry = host.capture([xauth, "nlist", xvfb.name], host.plain_environment(**xvfb.env)).stdout
    (public_folder / "entry").write_text(f"ffff{entry[4:]}")
    merge = [xauth, "-q", "-f", str(cookies), "nmerge", str(public_folder / "entry")]
    assert host.capture(merge).returncode == 0
    common = ["run", "--rm", "--user", "0:0", "-e", f"DISPLAY={xvfb.name}"]
    common += ["--mount", f"type=bind,source={xvfb.socket.parent},target={xvfb.socket.parent}"]
    last = ["--entrypoint", "/usr/bin/xdpyinfo", x_client_image]
    without = docker.run(*common, *last)
    assert without.returncode == 1
    assert "unable to open display" in without.stderr
    mount = ["--mount", f"type=bind,source={cookies},target=/cookies,readonly"]
    with_cookie = docker.run(*common, *mount, "-e", "XAUTHORITY=/cookies", *last)
    assert with_cookie.returncode == 0, with_cookie.stderr
    assert "640x480" in with_cookie.stdout


def test_terminal_is_one(ordinary_user: User) -> None:
    script = 'test -t 0 && test -t 1 && test -t 2 && tty && read -r x && echo "got <$x>"; exit 7'
    with Terminal(["/bin/bash", "-c", script], user=ordinary_user) as terminal:
        terminal.expect("/dev/pts/")
        terminal.send("a b\n")
        terminal.expect("got <a b>")
        assert terminal.wait() == 7


def test_terminal_has_signals_and_limits() -> None:
    with Terminal(["/bin/sleep", "60"]) as terminal:
        with pytest.raises(AssertionError, match="time is up"):
            terminal.expect("never", timeout=0.3)
        with pytest.raises(AssertionError, match="still running"):
            terminal.wait(timeout=0.3)
        terminal.interrupt()
        assert terminal.wait() == -signal.SIGINT
    with Terminal([sys.executable, "-c", "import time; print('up'); time.sleep(60)"]) as terminal:
        terminal.expect("up")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == -signal.SIGTERM


def test_terminal_kills_what_stays() -> None:
    stubborn = "trap '' HUP TERM INT; echo up; while :; do sleep 1; done"
    with Terminal(["/bin/bash", "-c", stubborn]) as terminal:
        terminal.expect("up")
    assert terminal.wait() == -signal.SIGKILL


def test_interactive_container(docker: Docker) -> None:
    argv = ["docker", "run", "-it", "--rm", "--entrypoint", "/bin/bash", images.CODER]
    with Terminal(argv, env=docker.environment()) as terminal:
        terminal.expect(r"\$ ")
        # The client passes the window's size on a moment after the container has started.
        terminal.send("tty; until stty size 2>/dev/null | grep ' '; do sleep 0.1; done\n")
        terminal.expect("/dev/pts/0")
        terminal.expect("40 200")
        terminal.send("exit 42\n")
        assert terminal.wait() == 42


def test_a_user_goes_with_all_their_processes(public_folder: Path) -> None:
    """Also with one that ignores signals and is nobody's child here."""
    with users.added_user("gone", public_folder) as user:
        script = "trap '' HUP INT TERM; sleep 1000 >/dev/null 2>&1 & echo $!"
        done = user.run(["/bin/bash", "-c", script])
        left = int(done.stdout)
        assert Path(f"/proc/{left}").exists()
    assert not Path(f"/proc/{left}").exists() or _is_ended(left)
    with pytest.raises(KeyError):
        pwd.getpwnam(user.name)


def _is_ended(process: int) -> bool:
    """Whether it only waits for whoever adopted it."""
    return "State:\tZ" in Path(f"/proc/{process}/status").read_text("utf-8")


def test_what_is_started_again_is_printed(tmp_path: Path) -> None:
    """With workers and without."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "conftest.py").write_text(
        "from tests.e2e.conftest import *\n"
        "from tests.e2e.conftest import pytest_sessionfinish, pytest_terminal_summary\n"
        "from tests.e2e.conftest import pytest_testnodedown\n"
    )
    case = "from tests.e2e import host\n\ndef test_{0}(): host.count_restart('Xvfb')\n"
    for name in "ab":
        (folder / f"test_{name}.py").write_text(case.format(name))
    for workers, said in (([], "Xvfb 2 times"), (["-n", "2"], "Xvfb 2 times")):
        argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *workers, str(folder)]
        env = host.plain_environment(PYTHONPATH=str(pages.ROOT))
        done = host.capture([*argv, "-c", "/dev/null", "--rootdir", str(tmp_path)], env)
        assert f"started again by the harness: {said}" in done.stdout, done.stdout
