"""`coder-gen doctor`: each check seen failing on a host that really has the trouble, and passing."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from . import fuse, host, images
from .doctoring import Found, Tool, in_namespaces, readable_tool
from .engines import SOCKET_GROUP, Docker
from .launching import Launcher, run, write_script
from .users import User

UID = os.getuid()
SMALL = "name: coder\nimage: coder:latest\npull_policy: never\nuser: host\n"
Ask = Callable[..., Found]


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tool]:
    """The tool where ordinary users can read it."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="cg-", dir="/tmp") as name:
        yield readable_tool(Path(name))


@pytest.fixture
def ask(tool: Tool, docker: Docker, public_folder: Path) -> Ask:
    """Ask the doctor about a spec's text, on this host with its Docker."""

    def ask(
        spec: str = SMALL, *args: str, env: Mapping[str, str] | None = None, **how: object
    ) -> Found:
        (public_folder / "coder.yaml").write_text(spec, encoding="utf-8")
        return tool.ask(docker.env if env is None else env, public_folder, *args, **how)  # type: ignore[arg-type]

    return ask


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
    found = ask(env=docker.environment(DOCKER_HOST=stopped_docker_host))
    assert found.status == 3
    assert found.one("daemon")["message"] == (
        f"the Docker daemon does not answer at {stopped_docker_host}"
    )
    assert found.one("image")["status"] == "skipped"


def test_stopped_daemon_at_its_usual_place(ask: Ask, docker: Docker) -> None:
    """With the command that starts it."""
    env = {name: value for name, value in docker.env.items() if name != "DOCKER_HOST"}
    before = in_namespaces("mount -t tmpfs none /var/run", "--mount", "--propagation", "private")
    finding = ask(env=env, before=before).one("daemon")
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
    found = ask(user=ordinary_user)
    assert found.status == 3
    finding = found.one("daemon")
    assert finding["message"] == "this user may not talk to Docker"
    assert finding["commands"] == [f"sudo usermod -aG docker {ordinary_user.name}"]
    assert ask(user=ordinary_user, groups=(docker.group,)).status == 0


def test_login_older_than_the_group(ask: Ask, ordinary_user: User) -> None:
    """Who was added to the group just now has to begin a new login, not to be added again."""
    group = f"cg-{os.getpid()}-docker"
    subprocess.run([host.require("groupadd", "passwd"), "-g", str(SOCKET_GROUP), group], check=True)
    try:
        subprocess.run(
            [host.require("usermod", "passwd"), "-aG", group, ordinary_user.name], check=True
        )
        finding = ask(user=ordinary_user).one("daemon")
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
    found = ask(env=docker.environment(PATH=programs(public_folder / "programs", "id", "podman")))
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
    finding = ask("name: x\nimage: coder:latest\nuser: root\nvolumes: ['.:/work']\n").one("image")
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
    spec = SMALL + f"ports: ['{port}:7860']\nentrypoint: [sleep, '100']\n"
    script = write_script(tmp_path, spec)
    with Launcher([script], docker.env, tmp_path) as launcher:
        launcher.until_running(docker, f"coder-{UID}")
        found = ask(spec)
    assert "gives no page" in found.findings("container")[1]["message"]


def test_ended_at_once(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """Why the last one ended, and where its output is; the next start is not stopped by it."""
    script = write_script(tmp_path, SMALL + "entrypoint: [/bin/sh, -c]\n")
    assert run([script, "--", "exit 127"], docker.env).returncode == 127
    found = ask()
    assert found.status == 0
    finding = found.one("container")
    assert finding["message"] == (
        f"the last coder-{UID} ended with status 127: its program is not in the image"
    )
    assert finding["commands"] == [f"docker logs --tail 20 coder-{UID}"]


def test_somebody_elses_container(ask: Ask, docker: Docker) -> None:
    """A name that is taken."""
    docker.output("create", "--name", f"coder-{UID}", images.CODER)
    found = ask()
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


# Mounts and files.


def mount_spec(source: Path, more: str = "") -> str:
    return SMALL + f"volumes: [{{type: bind, source: '{source}', target: /data{more}}}]\n"


def test_missing_mount(ask: Ask, tmp_path: Path) -> None:
    """A required one stops the launch, and is not made; an optional one is left out."""
    source = tmp_path / "not there"
    found = ask(mount_spec(source))
    assert found.status == 3
    finding = found.one("mounts")
    assert finding["message"] == f"{source}, to be mounted at /data, does not exist"
    assert finding["commands"] == [f"mkdir -p '{source}'"]
    assert not source.exists()
    optional = ask(mount_spec(source, ", optional: true"))
    assert optional.status == 0
    assert optional.one("mounts")["message"] == "1 optional left out: not on this host"


def test_mount_that_the_user_may_not_read(
    ask: Ask, docker: Docker, ordinary_user: User, public_folder: Path
) -> None:
    """Root may; the user may not, and the container runs as the user."""
    source = public_folder / "private"
    source.mkdir(mode=0o700)
    assert ask(mount_spec(source)).status == 0
    found = ask(mount_spec(source), user=ordinary_user, groups=(docker.group,))
    assert found.status == 3
    assert found.one("mounts")["message"].startswith(
        f"{source}, to be mounted at /data, is not readable for {ordinary_user.name}"
    )
    inside = ask(mount_spec(source / "x"), user=ordinary_user, groups=(docker.group,))
    assert "one of the folders above it is closed" in inside.one("mounts")["fix"]


def test_own_mount_that_cannot_be_written(
    ask: Ask, docker: Docker, ordinary_user: User, public_folder: Path
) -> None:
    """The user's own folder without write permission is a warning; read_only says it is meant."""
    source = public_folder / "mine"
    source.mkdir()
    os.chown(source, ordinary_user.uid, ordinary_user.gid)
    source.chmod(0o555)
    how = {"user": ordinary_user, "groups": (docker.group,)}
    finding = ask(mount_spec(source), **how).one("mounts")
    assert (finding["status"], "is not writable for" in finding["message"]) == ("warning", True)
    assert ask(mount_spec(source, ", read_only: true"), **how).one("mounts")["status"] == "ok"


def test_mount_that_hangs(ask: Ask, tmp_path: Path) -> None:
    """A server that never answers holds whoever asks, but not the doctor."""
    with fuse.hanging_mount(tmp_path):
        found = ask(mount_spec(tmp_path), "--timeout", "1")
    assert found.status == 3
    finding = found.one("mounts")
    assert finding["message"] == f"{tmp_path} does not answer (fuse.cg from cg at {tmp_path})"
    assert finding["commands"] == [f"sudo umount -l {tmp_path}"]
    assert found.one("image")["status"] == "ok"


def test_mount_whose_program_is_gone(ask: Ask, tmp_path: Path) -> None:
    """What a killed sshfs leaves behind; an optional mount is no way round it."""
    with fuse.dead_mount(tmp_path):
        found = ask(mount_spec(tmp_path, ", optional: true"))
    assert found.status == 3
    assert f"{tmp_path} has lost the program behind it" in found.one("mounts")["message"]


def test_fuse_mount_that_root_may_not_enter(
    ask: Ask, docker: Docker, ordinary_user: User, public_folder: Path
) -> None:
    """The user sees it, the daemon cannot: Docker itself is asked whether that is so."""
    source = public_folder / "sshfs"
    source.mkdir()
    os.chown(source, ordinary_user.uid, ordinary_user.gid)
    with fuse.private_mount(source, ordinary_user.uid, ordinary_user.gid):
        found = ask(mount_spec(source), user=ordinary_user, groups=(docker.group,))
        mount = f"type=bind,source={source},target=/data"
        refused = docker.run("run", "--rm", "--mount", mount, images.CODER, "true")
    assert found.status == 3
    assert "lets in its owner alone" in found.one("mounts")["message"]
    assert refused.returncode == 125


def test_files(ask: Ask, docker: Docker, ordinary_user: User, public_folder: Path) -> None:
    """Missing, closed, and a secret that is open to others."""
    spec = SMALL + "env_file: [vars.env]\nsecrets: {token: {file: ./token}}\n"
    how = {"user": ordinary_user, "groups": (docker.group,)}
    found = ask(spec, **how)
    assert found.status == 3
    assert [f["message"] for f in found.findings("files")] == [
        f"{public_folder}/token, to be mounted at /run/secrets/token, does not exist",
        f"{public_folder}/vars.env, the file of variables, does not exist",
    ]
    for name in ("vars.env", "token"):
        (public_folder / name).write_text("A=1\n")
        os.chown(public_folder / name, ordinary_user.uid, ordinary_user.gid)
    assert "others on this host can read" in ask(spec, **how).one("files")["message"]
    (public_folder / "token").chmod(0o600)
    assert ask(spec, **how).one("files") == {
        "status": "ok", "message": "2 there", "fix": None, "commands": [],
        "file": None, "line": None, "column": None,
    }  # fmt: skip
    os.chown(public_folder / "vars.env", 0, 0)
    (public_folder / "vars.env").chmod(0o600)
    assert f"is not readable for {ordinary_user.name}" in ask(spec, **how).one("files")["message"]


def test_variables(ask: Ask, docker: Docker) -> None:
    """Not set, and set to what it cannot be."""
    spec = (
        SMALL
        + "variables: {PORT: {type: port, default: 7860}, WORK: {type: path, help: Your work}}\n"
    )
    found = ask(spec, env=docker.environment(PORT="abc"))
    assert found.status == 3
    assert [f["message"] for f in found.findings("variables")] == [
        "PORT=abc is not a port: a number from 1 to 65535",
        "WORK is not set: Your work",
    ]
    assert ask(spec, env=docker.environment(WORK="/tmp")).one("variables")["status"] == "ok"


# Devices.


def test_devices(ask: Ask, tmp_path: Path) -> None:
    """Missing, and no device at all."""
    found = ask(SMALL + "devices: [/dev/no-such-device]\n")
    assert found.status == 3
    assert found.one("devices")["message"] == (
        "the device /dev/no-such-device does not exist on this host"
    )
    file = tmp_path / "file"
    file.touch()
    assert ask(SMALL + f"devices: ['{file}']\n").one("devices")["message"].endswith("but a file")


def own_fuse(folder: Path, mode: str) -> list[str]:
    """A command under which /dev/fuse is a node of our own, with a mode."""
    node = folder / "fuse"
    script = f"[ -e {node} ] || mknod {node} c 10 229; chmod {mode} {node}; mount --bind {node} /dev/fuse"
    return in_namespaces(script, "--mount", "--propagation", "private")


def as_user(user: User, *groups: int) -> list[str]:
    """A command that runs another as a user."""
    setpriv = host.require("setpriv", "util-linux")
    ids = [f"--reuid={user.uid}", f"--regid={user.gid}"]
    more = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    return [setpriv, *ids, more, "--"]


@pytest.mark.parametrize(("mode", "status"), [("0600", "warning"), ("0666", "ok")])
def test_fuse_device_closed_and_open(
    mode: str, status: str, ask: Ask, docker: Docker, ordinary_user: User, tmp_path: Path
) -> None:
    """For an ordinary user the mode of the device decides."""
    spec = SMALL + "devices: [/dev/fuse]\ncap_add: [SYS_ADMIN]\n"
    before = [*own_fuse(tmp_path, mode), *as_user(ordinary_user, docker.group)]
    env = ordinary_user.environment(docker.env)
    found = ask(spec, env=env, before=before)
    assert found.status == 0
    finding = found.one("fuse")
    assert finding["status"] == status, finding
    if status == "warning":
        assert finding["commands"] == ["sudo chmod 0666 /dev/fuse"]


def test_fuse_without_the_rights(ask: Ask) -> None:
    """The device alone is not enough."""
    found = ask(SMALL + "devices: [/dev/fuse]\nsecurity_opt: [no-new-privileges]\n")
    said = " ".join(finding["message"] for finding in found.findings("fuse"))
    assert "without SYS_ADMIN" in said
    assert "no-new-privileges" in said


def test_gpus_without_a_driver(ask: Ask) -> None:
    """This host has none."""
    found = ask(SMALL + "gpus: all\n")
    assert found.status == 3
    assert "there is no NVIDIA driver" in found.one("gpus")["message"]


# The network.


def test_proxies(ask: Ask, docker: Docker) -> None:
    """Not answering, spelt differently, on loopback, and no exception for loopback."""
    spec = SMALL + "forward_environment: [http_proxy, HTTP_PROXY]\n"
    closed = f"http://user:secret@{docker.gateway}:{host.free_port()}"
    env = docker.environment(http_proxy=closed, HTTP_PROXY="http://other.invalid:1")
    found = ask(spec, env=env)
    assert found.status == 0
    said = [finding["message"] for finding in found.findings("proxy")]
    assert said[0].startswith("http_proxy and HTTP_PROXY differ")
    assert said[1].endswith("(http_proxy) does not answer: connection refused")
    assert "other.invalid:1 (HTTP_PROXY) does not answer: its name is not known" in said[2]
    assert said[3].startswith("no_proxy does not name localhost and 127.0.0.1")
    assert "secret" not in json.dumps(found.record)
    with socket.create_server(("", 0)) as proxy:
        port = proxy.getsockname()[1]
        plain = {"no_proxy": "localhost,127.0.0.1", "NO_PROXY": "localhost,127.0.0.1"}
        loopback = docker.environment(http_proxy=f"http://localhost:{port}", **plain)
        (finding,) = ask(spec, env=loopback).findings("proxy")
        assert "on this host's loopback, which the container's network" in finding["message"]
        assert ask(spec + "network_mode: host\n", env=loopback).one("proxy")["status"] == "ok"
        there = docker.environment(http_proxy=f"http://{docker.gateway}:{port}", **plain)
        assert ask(spec, env=there).one("proxy")["status"] == "ok"
        assert "the spec does not pass it on" in ask(env=there).one("proxy")["message"]


def test_empty_proxy(ask: Ask, docker: Docker) -> None:
    """The original's fault: set and empty."""
    finding = ask(env=docker.environment(https_proxy="")).one("proxy")
    assert finding["message"].startswith("https_proxy is set and empty")


@contextlib.contextmanager
def name_server(address: str, *, answers: bool) -> Iterator[None]:
    """A name server on port 53 of an address of its own, that answers or keeps silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    question, client = server.recvfrom(512)
                    if not question:
                        return
                    if answers:
                        server.sendto(question[:2] + b"\x81\x80" + question[4:], client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (address, 53))
            thread.join(10)


def test_name_servers(ask: Ask) -> None:
    """One that answers, one that is silent, and both together."""
    good, silent = f"127.{UID % 200 + 20}.53.1", f"127.{UID % 200 + 20}.53.2"
    spec = SMALL + "network_mode: host\ndns: [{}]\n"
    with name_server(good, answers=True), name_server(silent, answers=False):
        assert ask(spec.format(good)).one("dns")["message"] == f"{good} answers"
        both = ask(spec.format(f"{silent}, {good}"), "--timeout", "1").one("dns")
        assert both["message"].startswith(f"{silent} does not answer, {good} does")
        none = ask(spec.format(silent), "--timeout", "1").one("dns")
        assert none["message"].startswith(f"the name server {silent} does not answer")
        bridged = ask(SMALL + f"dns: [{good}]\n").one("dns")
        assert "on this host's loopback" in bridged["message"]


def test_dns_of_a_host_without_a_network(ask: Ask) -> None:
    """In a network namespace of its own nothing is reached."""
    found = ask(SMALL, "--timeout", "1", before=in_namespaces(":", "--net"))
    assert found.one("dns")["status"] == "warning"
    assert "cannot resolve names" in found.one("dns")["message"]


def test_networks(ask: Ask, docker: Docker) -> None:
    """A network, and a container whose network is joined, have to be there."""
    name = f"cg-{os.getpid()}"
    spec = SMALL + f"networks: [{name}]\n"
    finding = ask(spec).one("networks")
    assert (finding["message"], finding["commands"]) == (
        f"there is no network {name}", [f"docker network create {name}"],
    )  # fmt: skip
    docker.output("network", "create", name)
    try:
        assert ask(spec).one("networks")["status"] == "ok"
    finally:
        docker.output("network", "rm", name)
    joined = ask(SMALL + "network_mode: container:gone\n")
    assert joined.status == 3
    assert "is not running" in joined.one("networks")["message"]


# Room and limits.


def test_full_disk(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """A small file system for the launcher's own files: with room, and full."""
    small = tmp_path / "small"
    small.mkdir()
    env = docker.environment(TMPDIR=str(small), HOME=str(small))
    mounted = f"mount -t tmpfs -o size=64m none {small}; "
    flags = ("--mount", "--propagation", "private")
    full = in_namespaces(mounted + f"head -c 64m /dev/zero > {small}/x || true", *flags)
    found = ask(env=env, before=full)
    assert found.status == 3
    said = [f["message"] for f in found.findings("disk") if f["status"] == "problem"]
    assert said == [f"only 0 B free for the launcher's own files ({small})"]
    roomy = ask(env=env, before=in_namespaces(mounted, *flags))
    assert roomy.status == 0
    assert not [f for f in roomy.findings("disk") if "launcher's own" in f["message"]]


def test_no_more_files(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """Bytes are there, and no file can be made."""
    small = tmp_path / "small"
    small.mkdir()
    script = f"mount -t tmpfs -o size=64m,nr_inodes=2 none {small}; touch {small}/x"
    found = ask(
        env=docker.environment(TMPDIR=str(small)),
        before=in_namespaces(script, "--mount", "--propagation", "private"),
    )
    assert found.status == 3
    assert "no room for another file" in json.dumps(found.findings("disk"))


def test_limits(ask: Ask, docker: Docker) -> None:
    """More processors than there are is what Docker refuses; more memory limits nothing."""
    found = ask(SMALL + "cpus: 1000\nmem_limit: 900t\n")
    assert found.status == 3
    assert "Docker refuses that" in found.findings("limits")[0]["message"]
    assert "it limits nothing" in found.findings("limits")[1]["message"]
    refused = docker.run("run", "--rm", "--cpus", "1000", images.CODER, "true")
    assert refused.returncode == 125
    assert ask(SMALL + "cpus: 1\nmem_limit: 512m\n").one("limits")["status"] == "ok"


def test_limit_that_the_kernel_has_not(ask: Ask, docker: Docker) -> None:
    """What `docker info` says of the kernel is what counts."""
    info = json.loads(docker.output("info", "--format", "{{json .}}"))
    finding = ask(SMALL + "memswap_limit: 1g\nmem_limit: 512m\n").one("limits")
    assert finding["status"] == ("ok" if info["SwapLimit"] else "warning")


# The whole.


def tree(folder: Path) -> list[tuple[str, int, int]]:
    """Every file below a folder, with its size and when it was written."""
    found = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found.append((str(path), status.st_size, status.st_mtime_ns))
    return found


def test_nothing_is_changed(
    ask: Ask, docker: Docker, ordinary_user: User, public_folder: Path, start_xvfb: object
) -> None:
    """Files, the display's access list and the engine's state are the same before and after."""
    from .display import Display

    display = start_xvfb(owner=ordinary_user)  # type: ignore[operator]
    assert isinstance(display, Display)
    docker.output("create", "--name", f"coder-{ordinary_user.uid}", images.CODER)
    spec = "extends: coder\nvolumes: ['./absent:/absent']\n"
    for name in ("docker", "podman", "apptainer"):
        args = ("--engine", name)
        env = {**docker.env, **display.env}
        ask(spec, *args, env=env, user=ordinary_user, groups=(docker.group,))  # bytecode, caches

        def state() -> list[object]:
            return [
                tree(public_folder),
                tree(ordinary_user.home),
                sorted(os.listdir("/tmp")),
                display.access_list(),
                docker.output("ps", "--all", "--no-trunc"),
                docker.output("images", "--no-trunc"),
                docker.output("network", "ls", "--no-trunc"),
                sorted(os.listdir(f"/run/user/{ordinary_user.uid}"))
                if os.path.isdir(f"/run/user/{ordinary_user.uid}")
                else [],
                processes_of(ordinary_user),
            ]

        before = state()
        ask(spec, *args, env=env, user=ordinary_user, groups=(docker.group,))
        assert state() == before


def processes_of(user: User) -> list[str]:
    """The processes that a user has."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == user.uid:
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
    return found


def test_text_is_narrow_and_plain_where_it_has_to_be(
    tool: Tool, docker: Docker, public_folder: Path
) -> None:
    """80 columns but for commands, which are never folded; ASCII where the locale is."""
    (public_folder / "coder.yaml").write_text(
        "extends: coder\nvolumes: [/no/such/folder/with/a/long/name:/data]\n"
    )
    for locale, mark in (
        ("C.UTF-8", "✗ mounts"),
        ("C", "X  mounts"),
        ("de_DE.ISO-8859-1", "X  mounts"),
    ):
        done = tool.text({**docker.env, "LC_ALL": locale}, public_folder)
        assert done.returncode == 3
        assert mark in done.stdout
        assert done.stdout.isascii() == (mark[0] == "X")
        long = [line for line in done.stdout.splitlines() if len(line) > 80]
        assert all(line.startswith(" " * 20) for line in long), long


def test_only_and_list(tool: Tool, docker: Docker, public_folder: Path) -> None:
    """One check alone; a name that is none; the list."""
    one = tool.ask(docker.env, public_folder, "--only", "engine")
    assert one.ids() == ["engine"]
    wrong = tool.text(docker.env, public_folder, "--only", "mount")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Did you mean mounts?" in wrong.stderr
    listed = tool.text(docker.env, public_folder, "--list")
    assert listed.returncode == 0
    assert {line.split()[0] for line in listed.stdout.splitlines() if line[0] != " "} >= {"ports"}
