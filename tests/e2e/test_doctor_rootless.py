"""`coder-gen doctor` and engines without a daemon: Podman and Apptainer."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import host, images
from tests.e2e.doctoring import PRIVATE, SMALL, Found, Tool, as_user, in_namespaces, own_device
from tests.e2e.users import User


@pytest.fixture
def podman(tool: Tool, ordinary_user: User, public_folder: Path) -> Any:
    """Ask the doctor about Podman, as an ordinary user with a session of their own."""
    runtime = public_folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.chown(runtime, ordinary_user.uid, ordinary_user.gid)
    plain = host.plain_environment(XDG_RUNTIME_DIR=str(runtime))

    def ask(
        spec: str = SMALL,
        env: Mapping[str, str] | None = None,
        before: str = "",
        flags: tuple[str, ...] = PRIVATE,
    ) -> Found:
        (public_folder / "coder.yaml").write_text(spec)
        return tool.ask(
            ordinary_user.environment({**plain, **(env or {})}),
            public_folder,
            "--engine",
            "podman",
            before=[*in_namespaces(before or ":", *flags), *as_user(ordinary_user)],
        )

    return ask


def test_ready_but_for_the_image(podman: Any, tmp_path: Path) -> None:
    """What this machine has is right; the user's store has no image."""
    found = podman(before=own_device(tmp_path / "tun", "/dev/net/tun", "0666"))
    assert found.one("engine")["message"].startswith("Podman ")
    for check in (
        "version",
        "user-namespaces",
        "subordinate-ids",
        "session",
        "rootless-network",
        "store",
    ):
        assert found.one(check)["status"] == "ok", found.one(check)
    assert found.status == 3
    finding = found.one("image")
    assert finding["message"] == "the image coder:latest is not on this host"
    assert finding["commands"][0] == "podman build -t coder:latest ."
    assert "daemon" not in found.ids()


def test_no_subordinate_ids(podman: Any, ordinary_user: User) -> None:
    """No line in /etc/subuid; the fix names a range that nobody has."""
    taken = "echo other:100000:65536 > {0}/subuid; mount --bind {0}/subuid /etc/subuid"
    found = podman(before=f"mount -t tmpfs none /mnt; {taken.format('/mnt')}")
    assert found.status == 3
    finding = found.one("subordinate-ids")
    assert finding["message"].startswith(f"{ordinary_user.name} has no 65536 ids in /etc/subuid:")
    add, migrate = finding["commands"]
    assert add.startswith("sudo usermod --add-subuids ")
    assert int(add.split()[3].split("-")[0]) >= 165536
    assert migrate == "podman system migrate"


def test_no_newuidmap(podman: Any, public_folder: Path) -> None:
    """The programs that hand the ids out."""
    for name in ("podman", "unshare", "bash", "true"):
        (public_folder / name).symlink_to(host.require(name, name))
    found = podman(env={"PATH": str(public_folder)})
    assert [f["message"].split(" ")[0] for f in found.findings("subordinate-ids")] == [
        "newuidmap", "newgidmap",
    ]  # fmt: skip
    assert found.status == 3


def test_somebody_elses_session(podman: Any, public_folder: Path) -> None:
    """After su the variable is still the other user's."""
    theirs = public_folder / "theirs"
    theirs.mkdir(mode=0o700)
    found = podman(env={"XDG_RUNTIME_DIR": str(theirs)})
    assert found.status == 3
    assert f"XDG_RUNTIME_DIR={theirs} is not" in found.one("session")["message"]
    assert (
        "XDG_RUNTIME_DIR is not set"
        in podman(env={"XDG_RUNTIME_DIR": ""}).one("session")["message"]
    )


def test_no_user_namespaces(tool: Tool, ordinary_user: User, public_folder: Path) -> None:
    """The kernel's limit at 0, in a user namespace of our own, whose limit it is."""
    (public_folder / "coder.yaml").write_text(SMALL)
    # unshare maps ids with newuidmap, which asks /etc/subuid even for root.
    allowed = "mount -t tmpfs none /mnt; echo root:0:65536 > /mnt/ids"
    for file in ("/etc/subuid", "/etc/subgid"):
        allowed += f"; mount --bind /mnt/ids {file}"
    maps = ("--user", "--map-users=0,0,65536", "--map-groups=0,0,65536", "--setgroups=allow")
    off = in_namespaces("echo 0 > /proc/sys/user/max_user_namespaces", *maps)
    found = tool.ask(
        ordinary_user.environment(),
        public_folder,
        "--engine",
        "podman",
        before=[*in_namespaces(allowed, *PRIVATE), *off, *as_user(ordinary_user)],
    )
    assert found.status == 3
    finding = found.one("user-namespaces")
    assert finding["message"].startswith("user namespaces are off (user.max_user_namespaces is 0)")
    assert finding["commands"] == ["sudo sysctl user.max_user_namespaces=15000"]


def test_closed_tun_device(podman: Any, tmp_path: Path, public_folder: Path) -> None:
    """Without it, or without a helper, there is no network of its own; the host's needs neither."""
    closed = own_device(tmp_path / "tun", "/dev/net/tun", "0600")
    finding = podman(before=closed).one("rootless-network")
    assert (finding["status"], finding["commands"]) == ("problem", ["sudo chmod 0666 /dev/net/tun"])
    for name in ("podman", "bash"):
        (public_folder / name).symlink_to(host.require(name, name))
    finding = podman(env={"PATH": str(public_folder)}).one("rootless-network")
    assert finding["message"].startswith("neither pasta nor slirp4netns is on PATH")
    assert "rootless-network" not in podman(SMALL + "network_mode: host\n").ids()


def test_low_port(podman: Any) -> None:
    """Below the kernel's limit for ordinary users."""
    found = podman(SMALL + "ports: ['81:80']\n")
    finding = found.one("ports")
    assert finding["message"] == "port 81 is below 1024: Podman cannot have it without root"
    assert finding["commands"] == ["sudo sysctl net.ipv4.ip_unprivileged_port_start=81"]


def test_store_that_has_the_image(tool: Tool, public_folder: Path, tmp_path: Path) -> None:
    """Podman's own store is read as Podman writes it, without asking Podman."""
    conf = tmp_path / "storage.conf"
    conf.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/root"\nrunroot = "{tmp_path}/run"\n'
    )
    env = host.plain_environment(CONTAINERS_STORAGE_CONF=str(conf))
    podman = host.require("podman", "podman")
    archive = images.base_root().archive()
    change = ["--change", "USER 1001", "--change", 'LABEL a="b"']
    subprocess.run(
        [podman, "import", *change, "-", "coder:latest"],
        env=env,
        input=archive,
        check=True,
        capture_output=True,
    )
    (public_folder / "coder.yaml").write_text(SMALL.replace("user: host\n", ""))
    found = tool.ask(env, public_folder, "--engine", "podman")
    assert found.one("store")["message"] == f"{tmp_path}/root"
    assert found.one("image")["message"] == "coder:latest, built today, runs as 1001"
    assert found.status == 0


@pytest.fixture
def apptainer_path(tmp_path: Path) -> str:
    """A PATH whose `apptainer` is the real one, in the root that it needs."""
    root = Path(os.environ.get("CODER_GEN_ENGINES", Path.home() / ".cache/coder-gen-engines"))
    root /= "apptainer-root"
    if not (root / "usr/bin/apptainer").exists():
        host.give_up("Apptainer is missing")
    program = tmp_path / "apptainer"
    program.write_text(f'#!/bin/sh\nexec chroot {root} apptainer "$@"\n')
    program.chmod(0o755)
    return f"{tmp_path}:{host.SYSTEM_PATH}"


def test_apptainer(tool: Tool, public_folder: Path, apptainer_path: str) -> None:
    """The program, its options, and the image file: missing, and there."""
    (public_folder / "coder.yaml").write_text(SMALL)
    env = host.plain_environment(PATH=apptainer_path)
    found = tool.ask(env, public_folder, "--engine", "apptainer")
    assert found.status == 3
    assert found.one("engine")["message"].startswith("Apptainer 1.")
    assert found.one("options")["status"] == "ok"
    file = public_folder / "coder.sif"
    finding = found.one("image-file")
    assert finding["message"] == f"the image file {file} is not there"
    assert finding["commands"] == [f"apptainer build {file} docker-daemon://coder:latest"]
    file.touch()
    assert tool.ask(env, public_folder, "--engine", "apptainer").status == 0


def test_apptainer_that_is_not_there(tool: Tool, public_folder: Path) -> None:
    """Sites have it as a module."""
    found = tool.ask(host.plain_environment(), public_folder, "--engine", "apptainer")
    assert found.status == 3
    assert found.one("engine")["message"] == "neither apptainer nor singularity is on PATH"
    assert "module load apptainer" in found.one("engine")["fix"]
