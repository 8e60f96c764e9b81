"""`coder-gen doctor` and the host's files and devices: failing for real, and passing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e import fuse, images
from tests.e2e.doctoring import PRIVATE, SMALL, Ask, as_user, in_namespaces, own_device
from tests.e2e.engines import Docker
from tests.e2e.users import User

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
        spec = SMALL + "volumes:\n" + "".join(f"  - {tmp_path}/{n}:/data/{n}\n" for n in range(5))
        found = ask(spec.replace("/0:/data", ":/data"), "--timeout", "1")
    assert found.status == 3
    finding, *others = found.findings("mounts")
    assert len(others) == 4
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
    assert refused.returncode != 0
    assert "permission denied" in refused.stderr


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


@pytest.mark.parametrize(("mode", "status"), [("0600", "warning"), ("0666", "ok")])
def test_fuse_device_closed_and_open(
    mode: str, status: str, ask: Ask, docker: Docker, ordinary_user: User, tmp_path: Path
) -> None:
    """For an ordinary user the mode of the device decides."""
    spec = SMALL + "devices: [/dev/fuse]\ncap_add: [SYS_ADMIN]\n"
    device = own_device(tmp_path / "fuse", "/dev/fuse", mode)
    before = [*in_namespaces(device, *PRIVATE), *as_user(ordinary_user, docker.group)]
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


# Room and limits.


def test_full_disk(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """A small file system for the launcher's own files: with room, and full."""
    small = tmp_path / "small"
    small.mkdir()
    env = docker.environment(TMPDIR=str(small), HOME=str(small))
    mounted = f"mount -t tmpfs -o size=64m none {small}; "
    full = in_namespaces(mounted + f"head -c 64m /dev/zero > {small}/x || true", *PRIVATE)
    found = ask(SMALL, env=env, before=full)
    assert found.status == 3
    said = [f["message"] for f in found.findings("disk") if f["status"] == "problem"]
    assert said == [f"only 0 B free for the launcher's own files ({small})"]
    roomy = ask(SMALL, env=env, before=in_namespaces(mounted, *PRIVATE))
    assert roomy.status == 0
    assert not [f for f in roomy.findings("disk") if "launcher's own" in f["message"]]


def test_no_more_files(ask: Ask, docker: Docker, tmp_path: Path) -> None:
    """Bytes are there, and no file can be made."""
    small = tmp_path / "small"
    small.mkdir()
    script = f"mount -t tmpfs -o size=64m,nr_inodes=2 none {small}; touch {small}/x"
    found = ask(
        SMALL,
        env=docker.environment(TMPDIR=str(small)),
        before=in_namespaces(script, *PRIVATE),
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


# The home that Apptainer is given.


def test_home_of_apptainer(ask: Ask, ordinary_user: User, public_folder: Path) -> None:
    """Missing: it is in memory. Somebody else's: the launch stops. The user's own: fine."""
    home = public_folder / "a home"
    spec = SMALL + f"apptainer: {{home: '{home}'}}\n"
    how = ("--engine", "apptainer", "--only", "home")
    missing = ask(spec, *how, user=ordinary_user)
    assert missing.status == 0
    assert missing.one("home")["message"].endswith("the home is in memory, and gone at the end")
    assert missing.one("home")["commands"] == [f"mkdir -p '{home}'"]
    home.write_text("")
    assert ask(spec, *how, user=ordinary_user).one("home")["message"] == f"{home} is no folder"
    home.unlink()
    home.mkdir()
    others = ask(spec, *how, user=ordinary_user)
    assert others.status == 3
    assert others.one("home")["message"] == (
        f"{home}, to be the home, is not writable for {ordinary_user.name}"
    )
    os.chown(home, ordinary_user.uid, ordinary_user.gid)
    assert ask(spec, *how, user=ordinary_user).one("home")["status"] == "ok"


# What the kernel says of itself, where another kernel would say otherwise.


def test_few_file_watchers(ask: Ask, tmp_path: Path) -> None:
    """The limit of an old kernel, in a mount namespace: the file is the host's own elsewhere."""
    spec = SMALL + "ports: ['127.0.0.1:7860:7860']\n"
    assert ask(spec, "--only", "watchers").one("watchers")["status"] == "ok"
    (tmp_path / "limit").write_text("8192\n")
    before = in_namespaces(
        f"mount --bind {tmp_path}/limit /proc/sys/fs/inotify/max_user_watches", *PRIVATE
    )
    found = ask(spec, "--only", "watchers", before=before)
    assert found.status == 0
    assert found.one("watchers")["message"].startswith("a user may watch 8192 files and folders")
    assert found.one("watchers")["commands"] == ["sudo sysctl fs.inotify.max_user_watches=524288"]


def test_selinux_that_is_enforced(ask: Ask, tmp_path: Path) -> None:
    """The kernel here has none: its one file is put where it would be, in a mount namespace."""
    assert ask(mount_spec(tmp_path), "--only", "selinux").one("selinux")["status"] == "ok"
    before = in_namespaces(
        "mount -t tmpfs none /sys/fs; mkdir /sys/fs/selinux; echo 1 > /sys/fs/selinux/enforce",
        *PRIVATE,
    )
    finding = ask(mount_spec(tmp_path), "--only", "selinux", before=before).one("selinux")
    assert finding["status"] == "warning"
    assert finding["message"].startswith(f"SELinux is enforced, and {tmp_path} has no label")
    labelled = mount_spec(tmp_path, ", bind: {selinux: z}")
    assert ask(labelled, "--only", "selinux", before=before).one("selinux")["message"] == (
        "enforced, and each mount has a label"
    )
