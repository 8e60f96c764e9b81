"""Checks against hosts that cannot be had here: SELinux, AppArmor, NFS, cgroups v2, systemd, old bash.

What can be had is in tests/e2e/test_doctor*.py, for real.
"""

from __future__ import annotations

import errno

import pytest

from coder_gen.doctor.checks.engines import rootless
from coder_gen.doctor.checks.limits import V2, size
from coder_gen.host.probe import Answer, Look, User
from tests.doctor.fakes import ABSENT, FOLDER, SMALL, FakeProbe, docker, find, one

BIND = SMALL + "volumes: ['/nfs/home/me:/home/me']\n"
ROOT = User(0, 0, "root", (0,), "/root")


def mountinfo(point: str, kind: str, options: str = "rw") -> dict[str, str]:
    return {
        "/proc/self/mountinfo": (
            f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / {point} {options} - {kind} server:/x {options}\n"
        )
    }


# Mounts.


def test_stale_nfs() -> None:
    """A handle that the server has forgotten."""
    probe = FakeProbe(
        looks={"/nfs/home/me": Look(errno=errno.ESTALE)}, files=mountinfo("/nfs", "nfs4")
    )
    finding = one("mounts", probe, BIND)
    assert finding.status == "problem"
    assert "is stale" in finding.message
    assert "(nfs4 from server:/x at /nfs)" in finding.message
    assert finding.commands == ("sudo umount -l /nfs && sudo mount /nfs",)


CLOSED = FOLDER._replace(mode=0o40700)


def test_root_squash() -> None:
    """Docker's daemon is root, and NFS makes root nobody: a closed folder on the way is in its way."""
    looks = {"/nfs": FOLDER, "/nfs/home": FOLDER, "/nfs/home/me": CLOSED}
    probe = FakeProbe(looks=looks, files=mountinfo("/nfs", "nfs"), answers=docker())
    finding = one("mounts", probe, BIND)
    assert finding.status == "warning"
    assert finding.message.startswith("/nfs/home/me is on NFS and closed to others")
    assert finding.commands == ("chmod o+x /nfs/home/me",)


@pytest.mark.parametrize(
    ("engine", "kind", "mode"),
    [("podman", "nfs", 0o40700), ("apptainer", "nfs", 0o40700), ("docker", "ext4", 0o40700),
     ("docker", "nfs", 0o40711)],
)  # fmt: skip
def test_no_root_squash(engine: str, kind: str, mode: int) -> None:
    """Engines that work as the user, local disks, and open folders have no such trouble."""
    looks = {"/nfs": FOLDER, "/nfs/home": FOLDER, "/nfs/home/me": FOLDER._replace(mode=mode)}
    probe = FakeProbe(looks=looks, files=mountinfo("/nfs", kind), answers=docker())
    assert one("mounts", probe, BIND, engine).status == "ok"


def test_rootless_docker_has_no_root_squash() -> None:
    """What `docker info` says of itself counts."""
    looks = {"/nfs": FOLDER, "/nfs/home": FOLDER, "/nfs/home/me": CLOSED}
    answers = docker('{"SecurityOptions": ["name=seccomp", "name=rootless"]}')
    probe = FakeProbe(looks=looks, files=mountinfo("/nfs", "nfs"), answers=answers)
    assert one("mounts", probe, BIND).status == "ok"


def test_remote_daemon() -> None:
    """Its files and ports are not this host's."""
    probe = FakeProbe(environment={"DOCKER_HOST": "ssh://far"}, answers=docker())
    spec = BIND + "ports: ['80:80']\ndevices: [/dev/kvm]\n"
    for check in ("mounts", "ports", "devices"):
        assert one(check, probe, spec).status == "skipped"


def test_a_daemon_elsewhere_that_does_not_answer() -> None:
    """The way back to this host's own is shown."""
    down = Answer(1, stderr="Cannot connect to the Docker daemon. Is the docker daemon running?")
    answers: dict[str, Answer | str] = dict.fromkeys(docker(), down)
    probe = FakeProbe(environment={"DOCKER_HOST": "unix:///srv/gone.sock"}, answers=answers)
    finding = one("daemon", probe, SMALL)
    assert finding.message == "the Docker daemon does not answer at unix:///srv/gone.sock"
    assert finding.commands == ("unset DOCKER_HOST",)


def test_mount_point_with_a_blank() -> None:
    """The kernel writes blanks in octal."""
    files = mountinfo("/nfs/my\\040home", "nfs")
    probe = FakeProbe(looks={"/nfs/my home": Look(timed_out=True)}, files=files)
    finding = one("mounts", probe, SMALL + "volumes: ['/nfs/my home:/h']\n")
    assert "at /nfs/my home)" in finding.message
    assert finding.commands == ("sudo umount -l '/nfs/my home'",)


# SELinux and AppArmor: no kernel here has them.


@pytest.mark.parametrize(
    ("spec", "status"),
    [
        (BIND, "warning"),
        (BIND + "security_opt: [label=disable]\n", "ok"),
        (SMALL + "volumes: ['/nfs/home/me:/home/me:Z']\n", "ok"),
    ],
)
def test_selinux(spec: str, status: str) -> None:
    """Enforced: a mount needs a label, or the container no confinement."""
    probe = FakeProbe(files={"/sys/fs/selinux/enforce": "1"})
    assert one("selinux", probe, spec).status == status
    assert one("selinux", FakeProbe(files={"/sys/fs/selinux/enforce": "0"}), BIND).status == "ok"


APPARMOR = '{"SecurityOptions": ["name=apparmor", "name=seccomp,profile=default"]}'


def test_apparmor_refuses_fuse() -> None:
    """docker-default allows no mount: mount(2) needs a profile that does."""
    spec = SMALL + "devices: [/dev/fuse]\ncap_add: [SYS_ADMIN]\n"
    probe = FakeProbe(looks={"/dev/fuse": Look(kind="device")}, answers=docker(APPARMOR))
    assert "AppArmor profile refuses every mount" in one("fuse", probe, spec).message
    assert one("fuse", probe, spec + "security_opt: [apparmor=unconfined]\n").status == "ok"


def test_apparmor_profile_that_is_not_loaded() -> None:
    """Only root can read which are."""
    spec = SMALL + "security_opt: [apparmor=mine]\n"
    profiles = {"/sys/kernel/security/apparmor/profiles": "docker-default (enforce)\n"}
    probe = FakeProbe(files=profiles, answers=docker(APPARMOR))
    finding = one("apparmor", probe, spec)
    assert (finding.status, finding.message) == (
        "problem", "the AppArmor profile mine is not loaded",
    )  # fmt: skip
    assert one("apparmor", FakeProbe(answers=docker(APPARMOR)), spec).status == "ok"


# Limits without root, under cgroups v2.

LIMITED = SMALL + "mem_limit: 1g\ncpus: 2\n"
_CONTROLLERS = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers"


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        ({}, "warning", "cannot set limits under cgroups v1"),
        ({V2: "cpu memory pids", _CONTROLLERS: "memory pids"}, "problem", "cpus: systemd does not"),
        ({V2: "cpu memory pids", _CONTROLLERS: "cpu memory pids"}, "ok", "mem_limit 1g"),
    ],
)
def test_limits_without_root(files: dict[str, str], status: str, said: str) -> None:
    """Controllers have to be handed down to the user."""
    finding = one("limits", FakeProbe(files=files), LIMITED, "podman")
    assert finding.status == status
    assert said in finding.message


def test_limits_that_the_kernel_has_off() -> None:
    """As on Debian before cgroups v2: no swap limit."""
    answers = docker('{"SwapLimit": false, "MemoryLimit": true}')
    finding = one(
        "limits", FakeProbe(answers=answers), SMALL + "mem_limit: 1g\nmemswap_limit: 2g\n"
    )
    assert finding.status == "warning"
    assert "swapaccount=1" in finding.fix


def test_apptainer_limits() -> None:
    """The launcher goes on without, where there is no systemd to make a cgroup."""
    finding = one("limits", FakeProbe(), LIMITED, "apptainer")
    assert finding.message.startswith("going on without these limits")
    probe = FakeProbe(
        environment={"XDG_RUNTIME_DIR": "/run/user/1000"},
        files={V2: "cpu"},
        folders={"/run/systemd": ("system",)},
        looks={"/run/user/1000/bus": Look(kind="socket")},
    )
    assert one("limits", probe, LIMITED, "apptainer").status == "ok"


@pytest.mark.parametrize(
    ("limit", "status", "said"),
    [
        ("mem_limit: 5m", "problem", "less than 6m"),
        ("mem_limit: 6m", "ok", ""),
        ("mem_limit: 16g", "ok", ""),
        ("mem_limit: 17g", "warning", "this host has 16.0 GiB: it limits nothing"),
        ("cpus: 8", "ok", ""),
        ("cpus: 8.5", "problem", "this host has 8: Docker refuses that"),
    ],
)
def test_amounts_at_the_edges_of_what_engine_and_host_take(
    limit: str, status: str, said: str
) -> None:
    """The least that engines take, and the most that this host has."""
    finding = one("limits", FakeProbe(answers=docker()), f"{SMALL}{limit}\n")
    assert finding.status == status and said in finding.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("512m", 512 << 20),
        ("1.5g", 3 << 29),
        ("2GiB", 2 << 30),
        ("7", 7),
        ("-1", None),
        ("", None),
    ],
)
def test_size(text: str, value: int | None) -> None:
    """The engines' own units."""
    assert size(text) == value


# Engines.


def test_root_in_the_container() -> None:
    """It is root outside, too, but where the engine has no root."""
    spec = "name: x\nimage: coder:latest\nvolumes: ['/src:/src']\n"
    image = {"docker image inspect": '{"Config": {"User": ""}, "Architecture": "amd64"}'}
    finding = one("image", FakeProbe(answers={**docker(), **image}), spec)
    assert "will belong to root" in finding.message
    rootless_docker = docker('{"SecurityOptions": ["name=rootless"]}')
    finding = one("image", FakeProbe(answers={**rootless_docker, **image}), spec)
    assert finding.message == "coder:latest, of unknown age, runs as root"
    emulated = {"docker image inspect": '{"Config": {"User": "me"}, "Architecture": "arm64"}'}
    folders = {"/proc/sys/fs/binfmt_misc": ("qemu-aarch64",)}
    probe = FakeProbe(answers={**docker(), **emulated}, folders=folders)
    assert one("image", probe, spec).message.endswith("runs on this amd64 host emulated: slowly")


def test_systemd_starts_the_daemon() -> None:
    """Where systemd is, its own command."""
    refused = Answer(1, '{"Client": {"Version": "27.1"}}', "Cannot connect to the Docker daemon")
    probe = FakeProbe(answers={"docker version": refused}, folders={"/run/systemd": ("system",)})
    assert one("daemon", probe).commands == ("sudo systemctl start docker",)


@pytest.mark.parametrize(
    ("context", "commands"),
    [
        ("unix:///run/user/1000/docker.sock", ("systemctl --user start docker",)),
        ("unix:///var/run/docker.sock", ("sudo service docker start",)),
        ("ssh://far", ()),
    ],
)
def test_daemon_of_a_context(context: str, commands: tuple[str, ...]) -> None:
    """`docker context use` says where, too: without root it is the user's own service."""
    refused = Answer(1, '{"Client": {"Version": "27.1"}}', "Cannot connect to the Docker daemon")
    answers: dict[str, Answer | str] = {"docker version": refused, "docker context": context + "\n"}
    assert one("daemon", FakeProbe(answers=answers)).commands == commands


def test_unknown_trouble_of_the_engine() -> None:
    """Its own last line, and how to see more."""
    odd = Answer(1, "", "error during connect: tls: handshake failure")
    finding = one("daemon", FakeProbe(answers={"docker version": odd}))
    assert finding.message == "Docker is not usable: error during connect: tls: handshake failure"
    assert finding.commands == ("docker version",)


def test_old_engine() -> None:
    """Older than what the launchers are tried with: a warning."""
    probe = FakeProbe(answers={"podman --version": "podman version 3.4.4"})
    finding = one("version", probe, engine="podman")
    assert finding.status == "warning"
    assert "Podman 3.4.4 is older than 4.3" in finding.message


def test_singularity_is_apptainer() -> None:
    """Under its old name."""
    probe = FakeProbe(
        programs=("singularity",),
        answers={"singularity --version": "singularity-ce version 3.8.0"},
    )
    assert one("engine", probe, engine="apptainer").message == "Apptainer 3.8.0"
    finding = one("options", probe, engine="apptainer")
    assert finding.message.startswith("this singularity has no option --no-eval")


def test_old_bash() -> None:
    """The one that macOS has."""
    probe = FakeProbe(answers={"bash": "3.2.57(1)-release"})
    assert one("launcher", probe).message.startswith("bash 3.2.57(1)-release is older than 4.2")
    no_ss = FakeProbe(programs=("bash",), answers={"bash": "5.2"})
    finding = one("launcher", no_ss, SMALL + "ports: ['80:80']\n")
    assert finding.commands == ("sudo apt install iproute2",)


SNAP = '{"DockerRootDir": "/var/snap/docker/common/var-lib-docker"}'
REMAP = '{"SecurityOptions": ["name=seccomp,profile=default", "name=userns"]}'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "volumes: ['/nfs:/nfs', '/home/me/src:/src']\n",
            "does not see /nfs: the container gets",
        ),
        ("volumes: ['/home/me/.ssh:/ssh']\n", "does not see /home/me/.ssh"),
        ("x11: {access: user}\n", "does not see /tmp/.X11-unix"),
        ("volumes: ['/home/me/src:/src']\n", "version 20.10.24 answers"),
    ],
)
def test_docker_of_a_snap(more: str, said: str) -> None:
    """It sees homes, without hidden folders, and mounts empty folders for the rest."""
    assert said in one("daemon", FakeProbe(answers=docker(SNAP)), SMALL + more).message


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("network_mode: host\n", "problem"),
        ("pid: host\n", "problem"),
        ("ipc: host\n", "problem"),
        ("privileged: true\n", "problem"),
        ("network_mode: host\nuserns_mode: host\n", "ok"),
        ("volumes: ['/nfs:/nfs']\n", "warning"),
        ("volumes: ['/nfs:/nfs:ro']\n", "ok"),
    ],
)
def test_docker_that_maps_ids(more: str, status: str) -> None:
    """userns-remap: what the daemon then refuses, and whose files become whose."""
    assert one("daemon", FakeProbe(answers=docker(REMAP)), SMALL + more).status == status


# Without root.


def test_namespaces_that_apparmor_restricts() -> None:
    """Ubuntu 24.04."""
    restricted = {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"}
    probe = FakeProbe(programs=("unshare",), files=restricted)
    finding = one("user-namespaces", probe, engine="podman")
    assert finding.status == "warning"
    assert "AppArmor keeps programs without a profile" in finding.message


def test_namespaces_that_debian_can_switch_off() -> None:
    """Its own sysctl."""
    probe = FakeProbe(files={"/proc/sys/kernel/unprivileged_userns_clone": "0\n"})
    finding = one("user-namespaces", probe, engine="apptainer")
    assert finding.commands == ("sudo sysctl kernel.unprivileged_userns_clone=1",)


def test_setuid_apptainer_needs_no_namespaces() -> None:
    """Its starter is root's."""
    path = rootless._STARTERS[0]
    probe = FakeProbe(looks={path: Look(kind="file", mode=0o104755)})
    assert one("user-namespaces", probe, engine="apptainer").status == "ok"


def test_containers_that_end_with_the_login() -> None:
    """systemd stops what a user leaves behind, but for those who linger."""
    folders = {"/run/systemd": ("system",)}
    looks = {"/run/user/1000": FOLDER}
    environment = {"XDG_RUNTIME_DIR": "/run/user/1000"}
    probe = FakeProbe(environment=environment, looks=looks, folders=folders)
    assert one("session", probe, engine="podman").commands == ("loginctl enable-linger",)
    folders["/var/lib/systemd/linger"] = ("me",)
    assert one("session", probe, engine="podman").status == "ok"


def test_store_on_nfs() -> None:
    """Homes on NFS cannot hold other users' ids."""
    store = "/home/me/.local/share/containers/storage"
    files = mountinfo("/home", "nfs4")
    probe = FakeProbe(looks={store: FOLDER}, files=files)
    finding = one("store", probe, engine="podman")
    assert finding.status == "warning"
    assert f"Podman's store {store} is on nfs4" in finding.message
    conf = "/home/me/.config/containers/storage.conf"
    moved = '[storage]\nrootless_storage_path = "/scratch/$USER/store" # local\n'
    probe = FakeProbe(
        looks={conf: FOLDER, "/scratch/me/store": FOLDER}, files={**files, conf: moved}
    )
    assert one("store", probe, engine="podman").message == "/scratch/me/store"


def test_image_in_a_store_that_the_site_shares() -> None:
    """additionalimagestores, and short names."""
    conf = "/etc/containers/storage.conf"
    files = {
        conf: '[storage.options]\n# additionalimagestores = ["/old"]\nadditionalimagestores = [\n  "/site",\n]\n',
        "/site/overlay-images/images.json": '[{"id": "abc", "names": ["docker.io/library/coder:latest"], "created": "2026-12-30T00:00:00Z"}]',
    }
    looks = {conf: FOLDER, "/site": FOLDER}
    folders = {"/site": ("overlay", "overlay-images")}
    probe = FakeProbe(files=files, looks=looks, folders=folders)
    assert one("image", probe, engine="podman").message.startswith("coder:latest, built ")
    assert (
        one("image", probe, SMALL.replace("coder:latest", "other:1"), "podman").status == "warning"
    )


# Ports and watchers.


def test_ports_that_come_to_the_same() -> None:
    """Two variables, one number; on two addresses they do not meet."""
    spec = SMALL + "variables: {A: 7860, B: 7860}\nports: ['${A}:1', '${B}:2']\n"
    (finding,) = find("ports", FakeProbe(), spec)
    assert (finding.status, finding.message, finding.fix) == (
        "problem", "port 7860 is asked for twice", "set A or B to another",
    )  # fmt: skip
    apart = SMALL + "ports: ['127.0.0.1:80:1', '127.0.0.2:80:2']\n"
    assert one("ports", FakeProbe(), apart).status == "ok"


@pytest.mark.parametrize(("limit", "status"), [("8192", "warning"), ("524288", "ok")])
def test_file_watchers(limit: str, status: str) -> None:
    """The old default of kernels is too low for an IDE."""
    probe = FakeProbe(files={"/proc/sys/fs/inotify/max_user_watches": limit + "\n"})
    assert one("watchers", probe, SMALL + "ports: ['80:80']\n").status == status


# The display, the network, devices.

DISPLAY = SMALL + "x11: {access: cookie}\n"


def test_wayland_keeps_the_authority_elsewhere() -> None:
    """The file that the desktop made is named."""
    probe = FakeProbe(
        environment={"DISPLAY": ":0"},
        folders={"/run/user/1000": (".mutter-Xwaylandauth.AB12", "bus")},
        answers={"xauth": ""},
    )
    finding = one("display-access", probe, DISPLAY)
    assert finding.commands == ("export XAUTHORITY=/run/user/1000/.mutter-Xwaylandauth.AB12",)


@pytest.mark.parametrize(
    ("servers", "status"),
    [(("127.0.0.53",), "ok"), (("127.0.0.1",), "warning"), (("10.0.0.1",), "ok")],
)
def test_name_server_on_loopback(servers: tuple[str, ...], status: str) -> None:
    """systemd's stub is known to the engines; another on loopback is replaced by a public one."""
    text = "".join(f"nameserver {server}\n" for server in servers)
    probe = FakeProbe(files={"/etc/resolv.conf": text}, name_servers=servers, answers=docker())
    assert one("dns", probe).status == status


def test_no_name_server() -> None:
    """An empty resolv.conf."""
    assert one("dns", FakeProbe()).message.startswith("/etc/resolv.conf names no server")


def test_one_spelling_of_a_proxy() -> None:
    """HTTP_PROXY alone is not read by curl."""
    spec = SMALL + "forward_environment: [HTTP_PROXY]\n"
    environment = {"HTTP_PROXY": "proxy:3128", "NO_PROXY": "*"}
    said = [f.message for f in find("proxy", FakeProbe(environment=environment), spec)]
    assert said[0].startswith("HTTP_PROXY is set and http_proxy is not")
    environment = {"http_proxy": "http://[::1:1", "no_proxy": "*"}
    said = [f.message for f in find("proxy", FakeProbe(environment=environment), SMALL)]
    assert "http_proxy is not a proxy's address" in said


def test_device_of_a_group() -> None:
    """The group that may, by number: names differ in the image."""
    look = Look(kind="device", mode=0o20660, uid=0, gid=44)
    probe = FakeProbe(looks={"/dev/dri/card0": look}, groups={44: ("video", ())})
    finding = one("devices", probe, SMALL + "devices: [/dev/dri/card0]\n")
    assert finding.status == "warning"
    assert "group_add: ['44']" in finding.fix


def test_gpus() -> None:
    """The driver, and the toolkit."""
    spec = SMALL + "gpus: all\n"
    card = {"nvidia-smi": "GPU 0: A100\nGPU 1: A100\n"}
    without = FakeProbe(answers={**docker('{"Runtimes": {"runc": {}}}'), **card})
    assert "Toolkit is not installed" in one("gpus", without, spec).message
    ready = FakeProbe(answers={**docker('{"Runtimes": {"nvidia": {}}}'), **card})
    assert one("gpus", ready, spec).message == "2 found"


def test_root_sees_no_root_squash() -> None:
    """Root is the one who would be squashed, and finds out by looking."""
    probe = FakeProbe(
        user=ROOT, looks={"/nfs/home/me": FOLDER}, files=mountinfo("/nfs", "nfs"), answers=docker()
    )
    assert one("mounts", probe, BIND).status == "ok"


def test_missing_optional_and_missing_required() -> None:
    """One is left out, the other stops."""
    spec = SMALL + "volumes: [/a:/a, {type: bind, source: /b, target: /b, optional: true}]\n"
    probe = FakeProbe(looks={"/a": ABSENT, "/b": ABSENT})
    assert [f.message for f in find("mounts", probe, spec)] == [
        "/a, to be mounted at /a, does not exist"
    ]
