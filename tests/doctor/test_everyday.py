"""The everyday troubles, on a fake host: tests/e2e/test_doctor*.py has them for real."""

from __future__ import annotations

import errno
import json
from typing import Any

import pytest

from coder_gen.doctor.registry import BY_ID
from coder_gen.host.probe import Answer, Look
from tests.doctor.fakes import ABSENT, FOLDER, SMALL, FakeProbe, context, docker, find, one

PORTS = SMALL + "variables: {PORT: 7860}\nports: ['${PORT}:7860', '9888:9888/udp']\n"
FILE = Look(kind="file", mode=0o100600, readable=True, writable=True)
LISTENS = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1EB4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 {} 1
   1: 00000000:1EB5 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4243 1
"""


def container(status: str, owner: str = "1000", **state: Any) -> dict[str, Answer | str]:
    """A daemon with the container in a state."""
    record = {
        "State": {"Status": status, **state},
        "Config": {"Labels": {"coder-gen.owner": owner}},
    }
    return docker(docker_container_inspect=json.dumps(record))


# The container.


def test_the_name_is_free() -> None:
    """Nothing is there."""
    assert one("container", FakeProbe(answers=docker())).message == "the name x-1000 is free"


@pytest.mark.parametrize("status", ["running", "restarting", "paused"])
def test_running(status: str) -> None:
    """The launcher's words, with the place of the page; the ports are its own."""
    probe = FakeProbe(answers=container(status))
    finding = one("container", probe, PORTS)
    assert finding.message == f"x-1000 is {status} already at http://localhost:7860/"
    assert finding.commands == ("docker stop x-1000",)
    assert one("ports", probe, PORTS).status == "skipped"


@pytest.mark.parametrize(
    ("port", "url"),
    [
        ("'127.0.0.1:80:1'", "http://localhost:80/"),
        ("'10.0.0.1:80:1'", "http://10.0.0.1:80/"),
        ("'[fe80::1]:80:1'", "http://[fe80::1]:80/"),
        ("{target: 1, published: 443, app_protocol: https}", "https://localhost:443/"),
        ("'80:1/udp'", ""),
    ],
)
def test_where_the_page_is(port: str, url: str) -> None:
    """By the first web port, as the launcher says it; it is asked for."""
    probe = FakeProbe(answers=container("running"), refused={url: "connection reset by peer"})
    found = find("container", probe, SMALL + f"ports: [{port}]\n")
    assert found[0].message == "x-1000 is running already" + (f" at {url}" if url else "")
    assert len(found) == (2 if url else 1)
    if url:
        assert found[1].message == f"x-1000 runs, but {url} gives no page: connection reset by peer"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"ExitCode": 0}, "ended well"),
        ({"ExitCode": 1}, "ended with status 1: its program failed"),
        ({"ExitCode": 127}, "its program is not in the image"),
        ({"ExitCode": 137}, "it was killed"),
        ({"ExitCode": 137, "OOMKilled": True}, "it ran out of memory"),
        ({"ExitCode": 128, "Error": "no such device"}, "no such device"),
    ],
)
def test_ended(state: dict[str, Any], said: str) -> None:
    """Why the last one ended; it stops nothing."""
    finding = one("container", FakeProbe(answers=container("exited", **state)))
    assert said in finding.message
    assert finding.status == ("ok" if state["ExitCode"] == 0 else "warning")


@pytest.mark.parametrize("status", ["running", "exited", "created"])
def test_somebody_elses(status: str) -> None:
    """Never removed."""
    finding = one("container", FakeProbe(answers=container(status, owner="1")))
    assert finding.status == "problem"
    assert finding.commands == ("docker rm -f x-1000",)


# Ports.


@pytest.mark.parametrize(
    ("inode", "holder"), [("4242", "server (pid 42)"), ("4243", "another program")]
)
def test_taken_port(inode: str, holder: str) -> None:
    """By whom, and the next that is free: 7861 is taken, too."""
    probe = FakeProbe(files={"/proc/net/tcp": LISTENS.format(inode)}, answers=docker())
    finding = one("ports", probe, PORTS)
    assert finding.message == f"port 7860 is taken by {holder}"
    assert finding.commands == ("export PORT=7862",)


@pytest.mark.parametrize(
    ("shown", "address", "taken"),
    [
        ("0.0.0.0:7860->80/tcp, :::7860->80/tcp", "127.0.0.1", True),
        ("127.0.0.1:7860->80/tcp", "127.0.0.1", True),
        ("127.0.0.1:7860->80/tcp", "", True),
        ("127.0.0.1:7860->80/tcp", "127.0.0.9", False),
        ("0.0.0.0:7850-7870->7850-7870/tcp", "", True),
        ("0.0.0.0:7860->80/udp", "", False),
        ("7860/tcp", "", False),
    ],
)
def test_port_of_a_container(shown: str, address: str, taken: bool) -> None:
    """As `docker ps` shows them."""
    probe = FakeProbe(answers=docker(docker_ps=f"web\t{shown}\n"))
    finding = one("ports", probe, SMALL + f"ports: ['{address and address + ':'}7860:80']\n")
    assert (finding.status == "problem") == taken
    if taken:
        assert finding.message == "port 7860 is taken by the container web"
        assert finding.fix == "change it in the spec's ports"


def test_address_of_another_host() -> None:
    """It cannot be listened on."""
    finding = one("ports", FakeProbe(), SMALL + "ports: ['10.9.9.9:80:80']\n")
    assert "which is no address of this host" in finding.message


def test_low_port_without_root() -> None:
    """The kernel's own limit."""
    probe = FakeProbe(files={"/proc/sys/net/ipv4/ip_unprivileged_port_start": "500\n"})
    finding = one("ports", probe, SMALL + "ports: ['81:80']\n", "podman")
    assert finding.message == "port 81 is below 500: Podman cannot have it without root"
    assert one("ports", probe, SMALL + "ports: ['500:80']\n", "podman").status == "ok"


# The display.

USER = SMALL + "x11: {access: user}\n"
COOKIE = SMALL + "x11: {access: cookie}\n"
SOCKETS = {"/tmp/.X11-unix": ("X0", "X12", "x")}
ACCESS = "access control enabled, only authorized clients can connect\n"
NLIST = "0100 0004 686f7374 0001 30 0012 4d49542d4d414749432d434f4f4b49452d31 0010 00112233\n"


def at(display: str, **more: Any) -> FakeProbe:
    return FakeProbe(environment={"DISPLAY": display}, folders=SOCKETS, **more)


@pytest.mark.parametrize(
    ("display", "said"),
    [
        (":0", ":0, by its socket /tmp/.X11-unix/X0"),
        ("unix:12.0", "unix:12.0, by its socket /tmp/.X11-unix/X12"),
        (":7", "there is no /tmp/.X11-unix for DISPLAY=:7"),
        ("word", "DISPLAY=word is not the name of a display"),
        ("", "DISPLAY is not set"),
        ("desk:0", "DISPLAY=desk:0 is on another host, where access: user lets nobody in"),
    ],
)
def test_display(display: str, said: str) -> None:
    """By its socket or by TCP."""
    assert one("display", at(display), USER).message.startswith(said)


def test_display_that_does_not_answer() -> None:
    """The socket is there, or the host is."""
    refused = {"/tmp/.X11-unix/X0:0": "connection refused", "desk:6001": "no answer in time"}
    finding = one("display", at(":0", refused=refused), USER)
    assert "nothing listens on /tmp/.X11-unix/X0 any more" in finding.message
    assert one("display-access", at(":0", refused=refused), USER).status == "skipped"
    finding = one("display", at("desk:1", refused=refused), USER)
    assert (
        finding.message == "the display desk:1 does not answer (desk port 6001: no answer in time)"
    )
    assert finding.fix == "ask whether it is up"


def test_forwarded_display() -> None:
    """What works: the host's network and a cookie."""
    assert len(find("display", at("localhost:10.0"), USER)) == 2
    assert len(find("display", at("localhost:10.0"), COOKIE)) == 1
    works = COOKIE + "network_mode: host\n"
    assert one("display", at("localhost:10.0"), works).status == "ok"
    assert one("display", at("localhost:10.0"), COOKIE, "apptainer").status == "ok"


def test_display_of_another_host() -> None:
    """It knows no users of this host; the launcher adds nobody."""
    assert one("display", at("desk:0"), COOKIE).message == "desk:0, by desk port 6000"
    probe = at("far:0", answers={"xhost": ACCESS})
    assert one("display-access", probe, USER).message.endswith(
        "nothing is added to its access list"
    )
    host = USER.replace("access: user", "access: host")
    assert "adds this host and takes it back" in one("display-access", probe, host).message


@pytest.mark.parametrize(
    ("spec", "answers", "refused", "said"),
    [
        (USER, {"xhost": ACCESS}, "", "adds SI:localuser:me and takes it back"),
        (USER, {"xhost": ACCESS + "LOCAL:\n"}, "", "is open to every user of this host"),
        (USER, {"xhost": "access control disabled, clients can"}, "", "is open to everyone who"),
        (USER, {}, "No protocol specified", "refuses me (No protocol specified)"),
        (COOKIE, {"xauth": NLIST}, "", "takes the cookie"),
        (COOKIE, {"xauth": NLIST}, "Invalid key", "refuses the cookie in /home/me/.Xauthority"),
        (COOKIE, {"xauth": ""}, "", "there is no cookie for DISPLAY=:0 in /home/me/.Xauthority"),
    ],
)
def test_access(spec: str, answers: dict[str, Answer | str], refused: str, said: str) -> None:
    """By the list or by the cookie."""
    probe = at(":0", answers=answers, refused={"display": refused})
    assert said in one("display-access", probe, spec).message


@pytest.mark.parametrize(("spec", "package"), [(USER, "x11-xserver-utils"), (COOKIE, "xauth")])
def test_programs_for_the_display(spec: str, package: str) -> None:
    """Each with the package it comes from."""
    finding = one("display-access", at(":0", programs=()), spec)
    assert finding.commands == (f"sudo apt install {package}",)


# Files, variables, room.

FILES = SMALL + (
    "env_file: [a.env, {path: b.env, required: false}]\nlabel_file: c\n"
    "secrets: {token: {file: ./token}}\nsecurity_opt: ['seccomp=./filter.json']\n"
)


def test_files() -> None:
    """Each is looked for beside the spec."""
    messages = [finding.message for finding in find("files", FakeProbe(), FILES)]
    assert messages == [
        "/here/token, to be mounted at /run/secrets/token, does not exist",
        "/here/a.env, the file of variables, does not exist",
        "/here/c, the file of labels, does not exist",
        "/here/filter.json, the system-call filter, does not exist",
    ]
    names = ("token", "a.env", "b.env", "c", "filter.json")
    looks = {f"/here/{name}": FILE for name in names}
    assert one("files", FakeProbe(looks=looks), FILES).message == "5 there"
    looks["/here/c"] = FILE._replace(readable=False)
    assert "is not readable for me" in one("files", FakeProbe(looks=looks), FILES).message
    looks["/here/c"] = FILE
    looks["/here/token"] = FILE._replace(mode=0o100644)
    finding = one("files", FakeProbe(looks=looks), FILES)
    assert (finding.status, finding.commands) == ("warning", ("chmod 600 /here/token",))
    looks["/here/token"] = Look(errno=errno.ESTALE)
    assert "/here/token is stale" in one("files", FakeProbe(looks=looks), FILES).message


VARIABLES = SMALL + (
    "variables:\n  PORT: {type: port, default: 1}\n  N: {type: int, default: 1}\n"
    "  ON: {type: bool, default: true}\n  AT: {type: path, default: /a}\n"
    "  ONE: {type: choice, choices: [a, b], default: a}\n"
    "environment: {A: '${A:?say a}', B: '${B?say b}'}\n"
    "secrets: {token: {environment: TOKEN}}\n"
)


@pytest.mark.parametrize(
    ("name", "value", "said", "command"),
    [
        ("PORT", "0", "PORT=0 is not a port: a number from 1 to 65535", "export PORT=8080"),
        ("N", "x", "N=x is not an integer below 2^63", "export N=4"),
        ("ON", "yes", "ON=yes is not true or false", "export ON=true"),
        ("AT", "a", "AT=a is not an absolute path: it has to begin with /", "export AT=/data"),
        ("ONE", "c", "ONE=c is not one of a, b", "export ONE=a"),
        ("A", "", "A is not set: say a", "export A=VALUE"),
        ("B", None, "B is not set: say b", "export B=VALUE"),
        ("TOKEN", None, "TOKEN is not set: it holds the content of token", "export TOKEN=VALUE"),
        ("B", "", "", ""),
    ],
)
def test_variables(name: str, value: str | None, said: str, command: str) -> None:
    """What the launcher would say."""
    environment = {"A": "a", "B": "b", "TOKEN": "t"}
    environment = {n: v for n, v in (environment | {name: value}).items() if v is not None}
    (finding,) = find("variables", FakeProbe(environment=environment), VARIABLES)
    if said:
        assert (finding.message, finding.commands) == (said, (command,))
    else:
        assert finding.status == "ok"


GIB = 1 << 30


@pytest.mark.parametrize(
    ("path", "free", "status"),
    [
        ("/var/lib/docker", 1 << 20, "problem"),
        ("/var/lib/docker", GIB, "warning"),
        ("/var/lib/docker", 3 * GIB, "ok"),
        ("/home/me", 1 << 20, "warning"),
        ("/tmp", 1, "problem"),
        ("/tmp", 8 << 20, "warning"),
    ],
)
def test_room(path: str, free: int, status: str) -> None:
    """How much each place needs."""
    looks = dict.fromkeys(("/var/lib/docker", "/home/me", "/tmp"), FOLDER)
    looks[path] = FOLDER._replace(free=free)
    answers = docker('{"DockerRootDir": "/var/lib/docker"}')
    finding = one("disk", FakeProbe(looks=looks, answers=answers))
    assert finding.status == status
    assert f"({path})" in finding.message


def test_room_where_a_folder_is_yet_to_be_made() -> None:
    """Its parent counts; a file system without inodes is full."""
    looks = {"/": FOLDER._replace(free_inodes=0)}
    found = find("disk", FakeProbe(looks=looks))
    assert [f.status for f in found] == ["warning", "problem"]
    assert "no room for another file in /tmp, for the launcher's own files" in found[1].message


# Apptainer's files, networks, the rest.


def test_image_file() -> None:
    """Beside the spec, named like the image; or where the spec says."""
    probe = FakeProbe()
    finding = one("image-file", probe, engine="apptainer")
    assert finding.message == "the image file /here/coder.sif is not there"
    assert finding.commands == ("apptainer build /here/coder.sif docker-daemon://coder:latest",)
    spec = SMALL + "apptainer: {sif: /site/ide.sif, home: /scratch/me}\n"
    looks = {"/site/ide.sif": FILE, "/scratch/me": FOLDER}
    ready = FakeProbe(looks=looks)
    assert one("image-file", ready, spec, "apptainer").message == "/site/ide.sif"
    assert one("home", ready, spec, "apptainer").message == "/scratch/me"
    assert one("home", probe, spec, "apptainer").commands == ("mkdir -p /scratch/me",)
    closed = {"/site/ide.sif": FILE._replace(readable=False),
              "/scratch/me": FOLDER._replace(writable=False)}  # fmt: skip
    for check in ("image-file", "home"):
        assert one(check, FakeProbe(looks=closed), spec, "apptainer").status == "problem"
    hung = {path: Look(timed_out=True) for path in looks}
    for check in ("image-file", "home"):
        assert "does not answer" in one(check, FakeProbe(looks=hung), spec, "apptainer").message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("networks: [lan]\n", "there is no network lan"),
        ("network_mode: lan\n", "there is no network lan"),
        ("network_mode: container:db\n", "the container db, whose network is to be joined, is not"),
    ],
)
def test_networks(more: str, said: str) -> None:
    """They have to be there."""
    finding = one("networks", FakeProbe(answers=docker()), SMALL + more)
    assert (finding.status, finding.message.startswith(said)) == ("problem", True)
    there = docker(
        docker_network='{"Name": "lan"}', docker_container='{"State": {"Status": "running"}}'
    )
    assert one("networks", FakeProbe(answers=there), SMALL + more).status == "ok"


@pytest.mark.parametrize(
    ("engine", "more", "reached"),
    [
        ("docker", "", False),
        ("docker", "network_mode: bridge\n", False),
        ("docker", "network_mode: host\n", True),
        ("podman", "", False),
        ("apptainer", "", True),
    ],
)
def test_this_hosts_loopback_is_reached_from_its_own_network(
    engine: str, more: str, reached: bool
) -> None:
    """Apptainer has the host's network, unless the spec wants none."""
    environment = {"http_proxy": "http://127.0.0.1:3128", "no_proxy": "localhost,127.0.0.1"}
    said = [
        f.message for f in find("proxy", FakeProbe(environment=environment), SMALL + more, engine)
    ]
    assert any("on this host's loopback" in message for message in said) != reached


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer"])
@pytest.mark.parametrize("check", ["proxy", "dns"])
def test_a_container_without_a_network_needs_nothing_of_it(check: str, engine: str) -> None:
    for more, needed in (("", True), ("network_mode: none\n", False)):
        subject = context(SMALL + more, engine)
        assert BY_ID[check].needs.met(subject) == needed


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (0, "ok", "opens, and mounting is allowed"),
        (errno.EACCES, "warning", "/dev/fuse is closed to me (permission denied"),
        (errno.ENODEV, "warning", "/dev/fuse has no driver behind it"),
        (errno.ENOENT, "skipped", "see devices"),
    ],
)
def test_fuse(code: int, status: str, said: str) -> None:
    """What opening the device says."""
    spec = SMALL + "devices: [/dev/fuse]\ncap_add: [CAP_SYS_ADMIN]\n"
    finding = one("fuse", FakeProbe(opened=code, answers=docker()), spec)
    assert (finding.status, said in finding.message) == (status, True)


def test_fuse_for_apptainer() -> None:
    """Without it images are unpacked; fusermount is what mounts them."""
    missing = FakeProbe(opened=errno.ENOENT, programs=("fusermount3",))
    assert "unpacks the image at each start" in one("fuse", missing, engine="apptainer").message
    alone = FakeProbe(programs=())
    assert "fusermount is not on PATH" in one("fuse", alone, engine="apptainer").message


def test_devices() -> None:
    """There, a device, and open."""
    spec = SMALL + "devices: [/dev/fuse, /dev/kvm:/dev/kvm:r]\n"
    node = Look(kind="device", mode=0o20400, readable=True)
    looks = {"/dev/fuse": node, "/dev/kvm": node}
    assert one("devices", FakeProbe(looks=looks), spec).message == "/dev/fuse, /dev/kvm"
    looks["/dev/kvm"] = ABSENT
    finding = one("devices", FakeProbe(looks=looks), spec)
    assert finding.message == "the device /dev/kvm does not exist on this host"
    looks["/dev/kvm"] = FILE
    assert (
        one("devices", FakeProbe(looks=looks), spec).message == "/dev/kvm is no device, but a file"
    )
    looks["/dev/kvm"] = node._replace(readable=False)
    assert (
        "may not read /dev/kvm (mode 0400)" in one("devices", FakeProbe(looks=looks), spec).message
    )


def test_engine_that_is_not_there() -> None:
    """Another is named."""
    finding = one("engine", FakeProbe(programs=("podman",)))
    assert finding.message == "docker is not on PATH"
    assert finding.fix.endswith("podman is there: look with --engine podman")
    assert one("daemon", FakeProbe(programs=())).status == "skipped"


@pytest.mark.parametrize(
    ("more", "since"),
    [
        ("annotations: {a: b}\n", "24.0"),
        ("healthcheck: {test: [CMD, 'true'], start_interval: 1s}\n", "25.0"),
        ("networks: [a, b]\n", "25.0"),
        ("volumes: [{type: volume, source: a, target: /a, volume: {subpath: b}}]\n", "26.0"),
    ],
)
def test_wishes_that_need_a_newer_docker(more: str, since: str) -> None:
    """The older of client and daemon counts."""
    finding = one("version", FakeProbe(answers=docker()), SMALL + more)
    assert finding.status == "problem"
    assert f"needs Docker {since}, and this one is 20.10.24" in finding.message
    new = {"docker version": '{"Client": {"Version": "28.0.1"}, "Server": {"Version": "28.0.1"}}'}
    assert one("version", FakeProbe(answers=new), SMALL + more).status == "ok"


def test_permission_on_the_socket() -> None:
    """The group of the socket itself, and whether the login is merely older than it."""
    denied = Answer(
        1, '{"Client": {"Version": "27.1"}}', "permission denied while trying to connect"
    )
    looks = {"/var/run/docker.sock": Look(kind="socket", gid=990)}
    probe = FakeProbe(answers={"docker version": denied}, looks=looks, groups={990: ("dock", ())})
    assert one("daemon", probe).commands == ("sudo usermod -aG dock me",)
    probe = FakeProbe(
        answers={"docker version": denied}, looks=looks, groups={990: ("dock", ("me",))}
    )
    assert one("daemon", probe).commands == ("newgrp dock",)


@pytest.mark.parametrize(
    ("subuid", "status"),
    [
        ("me:100000:65536\n", "ok"),
        ("1000:100000:65536\n", "ok"),
        ("me:1:10\n", "problem"),
        ("", "problem"),
    ],
)
def test_subordinate_ids(subuid: str, status: str) -> None:
    """By name or by number, and enough of them; the fix names ids that are nobody's."""
    files = {"/etc/subuid": subuid + "you:200000:65536\n", "/etc/subgid": "me:100000:65536\n"}
    programs = ("newuidmap", "newgidmap")
    finding = one("subordinate-ids", FakeProbe(files=files, programs=programs), engine="podman")
    assert finding.status == status
    if status == "problem":
        assert "--add-subuids 265536-331071 --add-subgids 265536-331071 me" in finding.commands[0]


def test_the_first_subordinate_ids_of_a_host() -> None:
    """useradd begins with 100000, beyond every account's own id."""
    probe = FakeProbe(programs=("newuidmap", "newgidmap"))
    finding = one("subordinate-ids", probe, engine="podman")
    assert "--add-subuids 100000-165535 --add-subgids 100000-165535 me" in finding.commands[0]


@pytest.mark.parametrize(
    ("code", "programs", "said"),
    [
        (0, ("pasta",), "pasta and /dev/net/tun"),
        (errno.EACCES, ("slirp4netns",), "/dev/net/tun is closed to me"),
        (errno.ENODEV, ("slirp4netns",), "there is no /dev/net/tun for slirp4netns"),
        (0, (), "neither pasta nor slirp4netns is on PATH"),
    ],
)
def test_network_without_root(code: int, programs: tuple[str, ...], said: str) -> None:
    """A helper and a tap device."""
    probe = FakeProbe(opened=code, programs=programs)
    assert one("rootless-network", probe, engine="podman").message.startswith(said)
