"""The launcher on real Podman, as an ordinary user and as root; and the script that chooses."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import engine_hosts, host, seeing
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.launching import Launcher, lines_of, write_script
from tests.e2e.users import User

SPEC = f"""
name: web
image: {seeing.IMAGE}
pull_policy: never
user: host
volumes: [./shared:/data]
"""
Site = Callable[..., Path]


@pytest.fixture
def podman(hosts: dict[str, EngineHost]) -> Iterator[EngineHost]:
    """Podman of an ordinary user, with no container left after the test."""
    yield hosts["rootless podman"]
    hosts["rootless podman"].run("podman", "rm", "--all", "--force", "--time", "1")


@pytest.fixture
def site(ordinary_user: User) -> Iterator[Site]:
    """Write a spec's launcher into a folder of the user's."""
    with engine_hosts.folder_for_all() as folder:
        (folder / "shared").mkdir()
        for each in (folder, folder / "shared"):
            shutil.chown(each, ordinary_user.uid, ordinary_user.gid)

        def write(spec: str = SPEC, engine: str = "podman") -> Path:
            return write_script(folder, spec, "--quiet", "--engine", engine)

        yield write


def test_files_on_mounts_stay_the_user_s(
    podman: EngineHost, site: Site, ordinary_user: User
) -> None:
    """Rootless, this needs the user's own ids kept inside."""
    script = site()
    done = podman.run(script, "--shell", "--", "-c", "id -u; touch /data/made", cwd=script.parent)
    assert (done.returncode, done.stdout) == (0, f"{ordinary_user.uid}\n"), done.stderr
    made = (script.parent / "shared" / "made").stat()
    assert (made.st_uid, made.st_gid) == (ordinary_user.uid, ordinary_user.gid)


def test_status_and_signals_pass_through(podman: EngineHost, site: Site, tmp_path: Path) -> None:
    """The exit status is the program's; SIGTERM reaches it."""
    script = site()
    assert podman.run(script, "--shell", "--", "-c", "exit 42").returncode == 42
    argv: list[str | Path] = [*podman.before, script, "--shell", "--", "-c"]
    argv.append("trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done")
    with Launcher(argv, podman.env, tmp_path) as launcher:
        launcher.until_printed("ready")
        launcher.signal(signal.SIGTERM)
        assert launcher.wait() == 7


def test_missing_image_names_podman_s_commands(podman: EngineHost, site: Site) -> None:
    """One line; what it says to type is for this engine."""
    done = podman.run(site(SPEC.replace(seeing.IMAGE, "no-such:1")))
    assert (done.returncode, lines_of(done.stderr)) == (
        3,
        [
            (
                "the image no-such:1 is not on this host: "
                "build it with 'podman build -t no-such:1 .', or get it with 'podman pull no-such:1'"
            )
        ],
    )


def test_low_port_needs_the_kernel_s_leave(podman: EngineHost, site: Site) -> None:
    """Without root; found before Podman is asked."""
    done = podman.run(site(SPEC + "ports: ['81:7860']\n"))
    assert done.returncode == 3
    (line,) = lines_of(done.stderr)
    assert line.startswith("port 81 is below 1024, which only root may open here: ")


def test_second_start_says_that_the_first_runs(
    podman: EngineHost, site: Site, tmp_path: Path, ordinary_user: User
) -> None:
    """The name is the user's own, and an ended container of it makes room."""
    script = site(SPEC + "environment: {WAIT: 'yes'}\n")
    with Launcher([*podman.before, script], podman.env, tmp_path) as launcher:
        launcher.until_printed("@@ fuse")
        again = podman.run(script)
        assert again.returncode == 3
        (line,) = lines_of(again.stderr)
        assert line == (
            f"web-{ordinary_user.uid} is running already: "
            f"stop it with 'podman stop web-{ordinary_user.uid}'"
        )
        podman.output("podman", "kill", f"web-{ordinary_user.uid}")
        assert launcher.wait() == 137
    with Launcher([*podman.before, script], podman.env, tmp_path) as launcher:
        launcher.until_printed("@@ fuse")
        podman.output("podman", "kill", f"web-{ordinary_user.uid}")


AUTO = SPEC + "engines: [docker, podman]\n"
WHERE = "echo ${container-docker}"


def test_script_for_several_takes_the_first_that_is_usable(
    podman: EngineHost, hosts: dict[str, EngineHost], site: Site
) -> None:
    """Docker where it answers this user; else Podman."""
    script = site(AUTO, "auto")
    done = hosts["docker"].run(script, "--shell", "--", "-c", WHERE)
    assert (done.returncode, done.stdout) == (0, "docker\n"), done.stderr
    # The client is there, and no daemon listens.
    stopped = {"DOCKER_HOST": "unix:///run/coder-gen-no-such.sock"}
    done = podman.run(script, "--shell", "--", "-c", WHERE, env=stopped)
    assert (done.returncode, done.stdout) == (0, "podman\n"), done.stderr
    asked = podman.run(script, "--engine", "docker", env=stopped)
    assert asked.returncode == 3
    assert lines_of(asked.stderr)[0].startswith("the Docker daemon does not answer at unix:///run")


@pytest.fixture
def disguised(podman: EngineHost) -> Iterator[EngineHost]:
    """A host on which Podman goes by Docker's name too, as the package podman-docker makes it."""
    with engine_hosts.folder_for_all() as folder:
        (folder / "docker").write_text('#!/bin/sh\nexec podman "$@"\n')
        (folder / "docker").chmod(0o755)
        path = f"{folder}:{podman.env['PATH']}"
        yield podman._replace(env={**podman.env, "PATH": path})


def test_podman_by_docker_s_name_is_podman(disguised: EngineHost, site: Site) -> None:
    """Rootless, only Podman's own options leave files on mounts the user's."""
    done = disguised.run(
        site(AUTO, "auto"), "--shell", "--", "-c", "cat /proc/self/uid_map | wc -l"
    )
    assert (done.returncode, done.stdout.strip()) == (0, "3"), done.stderr
    done = disguised.run(site(AUTO, "docker"), "--shell", "--", "-c", "exit 5")
    assert done.returncode == 5
    assert lines_of(done.stderr)[0].startswith("docker is Podman on this host: without root, files")


def test_script_for_several_names_them_where_none_is_there(site: Site, ordinary_user: User) -> None:
    """A PATH with everything but the engines."""
    script = site(AUTO, "auto")
    with engine_hosts.folder_for_all() as folder:
        for program in ("bash", "id", "readlink"):
            (folder / program).symlink_to(host.require(program, "coreutils"))
        env = ordinary_user.environment() | {"PATH": str(folder)}
        done = EngineHost("", (), env, ordinary_user, ()).run(script)
    assert (done.returncode, lines_of(done.stderr)) == (
        3,
        ["none of docker, podman is on PATH: install one of them, or add its folder to PATH"],
    )


def test_root_s_podman_gives_root_s_ids(hosts: dict[str, EngineHost], site: Site) -> None:
    """`user: host` with root: no namespace is needed."""
    where = hosts["podman"]
    done = where.run(site(), "--shell", "--", "-c", "id -u; cat /proc/self/uid_map")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0", "0", "0", "4294967295"]
