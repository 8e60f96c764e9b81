"""`coder-gen doctor` and the engine: each check seen failing on a host with the trouble, and passing."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.e2e import host, images
from tests.e2e.doctoring import PRIVATE, SMALL, Ask, in_namespaces
from tests.e2e.engines import SOCKET_GROUP, Docker
from tests.e2e.launching import Launcher, run, write_script
from tests.e2e.users import User

UID = os.getuid()


def test_a_ready_host(ask: Ask, docker: Docker) -> None:
    """Every check passes, the exit status is 0, and what it says is what the launcher finds."""
    port = host.free_port()
    found = ask(
        SMALL + f"ports: ['{port}:7860']\nvolumes: ['/tmp:/data']\ndevices: [/dev/fuse]\n"
        "cap_add: [SYS_ADMIN]\n"
    )
    assert found.status == 0, found.record
    assert found.record["ready"] is True
    for check in (
        "launcher",
        "engine",
        "daemon",
        "version",
        "image",
        "container",
        "ports",
        "mounts",
        "devices",
        "fuse",
        "proxy",
    ):
        assert found.one(check)["status"] == "ok", check
    assert found.one("image")["message"] == "coder:latest, built today, runs as you"
    assert found.one("ports")["message"] == f"free: {port}"


# The engine and its daemon.


def test_stopped_daemon(ask: Ask, docker: Docker, stopped_docker_host: str) -> None:
    """It is named, and what depends on it is not looked at."""
    found = ask(SMALL, env=docker.environment(DOCKER_HOST=stopped_docker_host))
    assert found.status == 3
    assert found.one("daemon")["message"] == (
        f"the Docker daemon does not answer at {stopped_docker_host}"
    )
    assert found.one("daemon")["commands"][-1] == "unset DOCKER_HOST"
    assert found.one("image")["status"] == "skipped"


def test_stopped_daemon_at_its_usual_place(ask: Ask, docker: Docker) -> None:
    """With the command that starts it."""
    env = {name: value for name, value in docker.env.items() if name != "DOCKER_HOST"}
    before = in_namespaces("mount -t tmpfs none /var/run", *PRIVATE)
    finding = ask(SMALL, env=env, before=before).one("daemon")
    assert finding["message"] == "the Docker daemon does not answer"
    assert finding["commands"] == ["sudo service docker start"]


def test_daemon_that_hangs(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """A socket that takes the question and never answers."""
    path = tmp_path / "hung.sock"
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(path))
        hung.listen()
        found = ask(SMALL, "--timeout", "1", env=docker.environment(DOCKER_HOST=f"unix://{path}"))
    assert found.status == 3
    assert "takes the question and gives no answer" in found.one("daemon")["message"]


def test_socket_that_the_user_may_not_use(ask: Ask, docker: Docker, ordinary_user: User) -> None:
    """Closed without the socket's group, open with it."""
    found = ask(SMALL, user=ordinary_user)
    assert found.status == 3
    finding = found.one("daemon")
    assert finding["message"] == "this user may not talk to Docker"
    assert finding["commands"] == [f"sudo usermod -aG docker {ordinary_user.name}"]
    assert ask(SMALL, user=ordinary_user, groups=(docker.group,)).status == 0


def test_login_older_than_the_group(ask: Ask, ordinary_user: User) -> None:
    """Who was added to the group just now has to begin a new login, not to be added again."""
    group = f"cg-{os.getpid()}-docker"
    subprocess.run([host.require("groupadd", "passwd"), "-g", str(SOCKET_GROUP), group], check=True)
    try:
        subprocess.run(
            [host.require("usermod", "passwd"), "-aG", group, ordinary_user.name], check=True
        )
        finding = ask(SMALL, user=ordinary_user).one("daemon")
    finally:
        subprocess.run([host.require("groupdel", "passwd"), group], check=True)
    assert "this login is older than the membership" in finding["message"]
    assert finding["commands"] == [f"newgrp {group}"]


def programs(folder: Path, *names: str) -> str:
    """A PATH that has these programs and no others."""
    folder.mkdir(mode=0o755)
    for name in names:
        (folder / name).symlink_to(host.require(name, name))
    return str(folder)


def test_engine_not_on_path(ask: Ask, docker: Docker, public_folder: Path) -> None:
    """Neither is bash, and both are said at once."""
    found = ask(
        SMALL, env=docker.environment(PATH=programs(public_folder / "programs", "id", "podman"))
    )
    assert found.status == 3
    assert found.record["engine"] == "podman"
    found = ask(
        SMALL, "--engine", "docker", env=docker.environment(PATH=str(public_folder / "programs"))
    )
    finding = found.one("engine")
    assert finding["message"] == "docker is not on PATH"
    assert "podman is there: look with --engine podman" in finding["fix"]
    assert found.one("launcher")["message"] == "bash is not on PATH"


def test_engine_that_is_too_old_for_the_spec(ask: Ask, docker: Docker) -> None:
    """This daemon is the one that has to know it, whatever the client is."""
    if docker.output("version", "--format", "{{.Server.Version}}").startswith(
        ("26", "27", "28", "29")
    ):
        pytest.fail("this test is for the daemon of Debian 12")
    spec = SMALL + "volumes: [{type: volume, source: data, target: /d, volume: {subpath: a}}]\n"
    finding = ask(spec).one("version")
    assert finding["status"] == "problem"
    assert "`subpath` of a volume needs Docker 26.0" in finding["message"]
    assert (finding["line"], finding["file"]) == (5, "coder.yaml")


# The image.


def test_missing_image(ask: Ask) -> None:
    """One that is never pulled stops the launch; another is pulled."""
    found = ask(SMALL.replace("coder:latest", "nowhere:1"))
    assert found.status == 3
    finding = found.one("image")
    assert finding["message"] == "the image nowhere:1 is not on this host"
    assert finding["commands"] == ["docker build -t nowhere:1 .", "docker pull nowhere:1"]
    found = ask("{name: x, image: nowhere:1}")
    assert found.status == 0
    assert found.one("image")["message"].endswith("the launcher will pull it")


def changed_image(docker: Docker, name: str, **changes: object) -> None:
    """An image as `coder:latest`, with another configuration."""
    saved = subprocess.run(
        [docker.client, "save", images.CODER], env=dict(docker.env), capture_output=True, check=True
    ).stdout
    made = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(saved)) as old,
        tarfile.open(fileobj=made, mode="w") as new,
    ):
        manifest_file = old.extractfile("manifest.json")
        assert manifest_file is not None
        (manifest,) = json.load(manifest_file)
        for entry in old:
            content = old.extractfile(entry)
            data = content.read() if content is not None else b""
            if entry.name == manifest["Config"]:
                data = json.dumps({**json.loads(data), **changes}).encode()
            elif entry.name == "manifest.json":
                data = json.dumps([{**manifest, "RepoTags": [name]}]).encode()
            elif entry.name == "repositories":
                continue
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data) if content is not None else None)
    docker.output("load", stdin=made.getvalue())


def test_image_for_another_processor(ask: Ask, docker: Docker) -> None:
    """Its programs would not start."""
    changed_image(docker, "other:1", architecture="s390x")
    found = ask(SMALL.replace("coder:latest", "other:1"))
    assert found.status == 3
    assert "other:1 is for s390x, and this host is " in found.one("image")["message"]


def test_old_image(ask: Ask, docker: Docker) -> None:
    """Half a year is a warning."""
    changed_image(docker, "old:1", created="2023-01-02T03:04:05.678901234Z")
    found = ask(SMALL.replace("coder:latest", "old:1"))
    assert found.status == 0
    assert found.one("image")["message"].startswith("old:1 was built ")


def test_image_that_runs_as_root(ask: Ask, public_folder: Path) -> None:
    """What it writes to the user's files would be root's."""
    finding = ask("name: x\nimage: coder:latest\nuser: root\nvolumes: ['.:/src']\n").one("image")
    assert finding["message"] == (
        f"coder:latest runs as root: what it writes to {public_folder} will belong to root"
    )


# The container and its ports.


def test_running_already(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """The same words as the launcher's; its ports are its own."""
    env = docker.environment(PORT=str(host.free_port()), CODE_SERVER_PORT=str(host.free_port()))
    script = write_script(tmp_path)
    with Launcher([script], env, tmp_path) as launcher:
        launcher.until_running(docker, f"coder-{UID}")
        host.fetch(f"http://localhost:{env['PORT']}/")
        found = ask("extends: coder\nname: coder\n", env=env)
    assert found.status == 3
    finding = found.one("container")
    assert (
        finding["message"] == f"coder-{UID} is running already at http://localhost:{env['PORT']}/"
    )
    assert finding["commands"] == [f"docker stop coder-{UID}"]
    assert found.one("ports")["status"] == "skipped"


def test_running_without_a_page(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """The container is up, and the port leads nowhere."""
    port = host.free_port()
    spec = SMALL + f"ports: ['{port}:7860']\nentrypoint: [sleep, '100']\ninit: true\n"
    script = write_script(tmp_path, spec)
    with Launcher([script], docker.env, tmp_path) as launcher:
        launcher.until_running(docker, f"coder-{UID}")
        found = ask(spec)
    assert "gives no page" in found.findings("container")[1]["message"]


def test_ended_at_once(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """Why the last one ended, and where its output is; the next start is not stopped by it."""
    script = write_script(tmp_path, SMALL + "entrypoint: [/bin/sh, -c]\n")
    assert run([script, "--", "exit 127"], docker.env).returncode == 127
    found = ask(SMALL)
    assert found.status == 0
    finding = found.one("container")
    assert finding["message"] == (
        f"the last coder-{UID} ended with status 127: its program is not in the image"
    )
    assert finding["commands"] == [f"docker logs --tail 20 coder-{UID}"]


def test_ended_for_want_of_memory(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """The kernel killed it, and the engine knows or does not."""
    script = write_script(tmp_path, SMALL + "entrypoint: [tail, /dev/zero]\nmem_limit: 16m\n")
    assert run([script], docker.env).returncode == 137
    finding = ask(SMALL).one("container")
    # Not every time: Docker 20.10 may hear of the end before it hears of the cause.
    if docker.inspect(f"coder-{UID}")["State"]["OOMKilled"]:
        assert finding["message"].endswith("ended with status 137: it ran out of memory")
        assert finding["fix"].startswith("raise mem_limit in the spec")
    else:
        assert finding["message"].endswith("it was killed, by hand or because memory ran out")


def test_somebody_elses_container(ask: Ask, docker: Docker) -> None:
    """A name that is taken."""
    docker.output("create", "--name", f"coder-{UID}", images.CODER)
    found = ask(SMALL)
    assert found.status == 3
    assert found.one("container")["message"].startswith(f"the name coder-{UID} belongs to a cont")


def test_taken_port(ask: Ask, docker: Docker, ordinary_user: User) -> None:
    """By whom, where that can be seen; and what to set, which gets round it."""
    spec = SMALL + "variables: {PORT: {type: port, default: 7860}}\nports: ['${PORT}:7860']\n"
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        env = docker.environment(PORT=str(port))
        found = ask(spec, env=env)
        assert found.status == 3
        finding = found.one("ports")
        assert finding["message"].startswith(f"port {port} is taken by ")
        assert finding["message"].endswith(f"(pid {os.getpid()})")
        (command,) = finding["commands"]
        name, _, other = command.removeprefix("export ").partition("=")
        assert name == "PORT"
        assert ask(spec, env={**env, "PORT": other}).status == 0
        theirs = ask(spec, env=env, user=ordinary_user, groups=(docker.group,))
        assert theirs.one("ports")["message"] == f"port {port} is taken by another program"


def test_port_that_a_container_has(ask: Ask, docker: Docker) -> None:
    """The engine knows which."""
    port = host.free_port()
    docker.output("run", "--detach", "--name", "other", "--publish", f"{port}:80", images.CODER)
    finding = ask(SMALL + f"ports: ['127.0.0.1:{port}:7860']\n").one("ports")
    assert finding["message"] == f"port {port} is taken by the container other"
    assert finding["fix"] == "change it in the spec's ports"


def test_port_on_another_address(ask: Ask, docker: Docker) -> None:
    """A listener on loopback is in the way of loopback alone; an address has to be this host's."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert ask(SMALL + f"ports: ['127.0.0.1:{port}:80']\n").status == 3
        assert ask(SMALL + f"ports: ['{docker.gateway}:{port}:80']\n").status == 0
    finding = ask(SMALL + "ports: ['192.0.2.1:7860:80']\n").one("ports")
    assert "192.0.2.1, which is no address of this host" in finding["message"]
