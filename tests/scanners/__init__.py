"""What other scanners find in the same launchers.

``python -m tests.scanners`` runs compose-lint, compose-harden and checkov, which have to be on
PATH, over the Compose files of the specs beside this file, and writes ``found.json``. The table in
docs/rules.md is made from that file and from our own audit: ``make docs`` needs no scanner.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
FOUND = HERE / "found.json"
SPECS = tuple(sorted(HERE.glob("*.yaml")))


class Topic(NamedTuple):
    """One thing to find, by the ids that each scanner has for it; ``why`` they differ."""

    what: str
    ours: tuple[str, ...]
    lint: tuple[str, ...] = ()
    harden: tuple[str, ...] = ()
    checkov: tuple[str, ...] = ()
    why: str = ""


_FLAG = "the others check one setting at a time"
_NOT = "the others do not check it"
TOPICS = (
    Topic("SYS_ADMIN with the filter off", ("mount-escape",), why=_FLAG),
    Topic("an open port, a home folder, no password", ("open-home",), why=_FLAG),
    Topic("no authentication", ("no-authentication",), why="only coder-gen recognises IDEs"),
    Topic("SYS_PTRACE with the host's processes", ("ptrace-host",), why=_FLAG),
    Topic("NET_ADMIN with the host's network", ("host-firewall",), why=_FLAG),
    Topic("capabilities for processes that use sudo", ("setuid-capabilities",), why=_FLAG),
    Topic("root writes on the host", ("root-files",), why=_FLAG),
    Topic("privileged", ("privileged",), ("CL-0002",), ("privileged",)),
    Topic(
        "capabilities equal to root", ("cap-all", "cap-sys-admin"), ("CL-0024",),
    ),
    Topic(
        "other strong capabilities", ("cap-sys-ptrace", "cap-net-admin"),
        ("CL-0011", "CL-0027", "CL-0028", "CL-0029", "CL-0030"),
    ),
    Topic(
        "capabilities not dropped", ("capabilities-not-dropped",), ("CL-0006",), ("cap_drop",),
        why="a privileged container has them all: coder-gen has one message for it",
    ),
    Topic("NET_RAW kept", ("net-raw",), why="the others have one message for all capabilities"),
    Topic("setuid programs", ("new-privileges",), ("CL-0003",), ("no_new_privileges",)),
    Topic("root in the container", ("root-user",), ("CL-0018",), ("root_user",)),
    Topic(
        "seccomp, AppArmor or SELinux off",
        ("seccomp-unconfined", "apparmor-unconfined", "selinux-disabled"), ("CL-0009",),
        ("seccomp_disabled",),
        why="compose-harden checks only seccomp",
    ),
    Topic(
        "the host's processes, IPC, name, user ids",
        ("host-pid", "host-ipc", "host-uts", "host-userns"), ("CL-0010",),
    ),
    Topic("the host's network", ("host-network",), ("CL-0008",), ("host_network",)),
    Topic("published on every address", ("all-addresses",), ("CL-0005",)),
    Topic("a port below 1024", ("system-port",), why=_NOT),
    Topic("the default bridge", ("default-bridge",), why=_NOT),
    Topic("the engine's socket", ("engine-socket",), ("CL-0001",), ("docker_socket",)),
    Topic(
        "folders of the system, of users, of keys",
        ("system-writable", "writable-home", "network-home", "credentials-mounted", "login-files"),
        ("CL-0013", "CL-0025"),
        why="a home on a network file system has no fixed path: coder-gen checks common ones",
    ),
    Topic("the host's message bus", ("bus-socket",), why=_NOT),
    Topic("mounts that leak to the host", ("shared-propagation",), ("CL-0017",)),
    Topic("disks", ("device-raw",), ("CL-0016",)),
    Topic("FUSE", ("device-fuse",), why="compose-lint checks only disks and memory"),
    Topic("the X server's socket", ("x11-socket",), why="only coder-gen checks X"),
    Topic("the X server through the host's network", ("x11-abstract-socket",), why="the same"),
    Topic("a password in the environment", ("secret-in-environment",), ("CL-0020",), (),
          ("CKV_SECRET_6",)),
    Topic("a password in a URL", ("secret-in-environment",), ("CL-0021",), (), ("CKV_SECRET_4",)),
    Topic("no memory or CPU limit", ("no-memory-limit", "no-cpu-limit"), ("CL-0026",),
          ("resource_limits", "mem_limit")),
    Topic("no process limit", ("no-pids-limit",), (), ("pids_limit",), why=_NOT),
    Topic("writable root file system", ("writable-root",), ("CL-0007",), ("read_only", "tmpfs")),
    Topic("restarts without a limit", ("restart-unbounded",), (), ("restart",), why=_NOT),
    Topic("no health check", ("no-healthcheck",), (), ("healthcheck",), why=_NOT),
    Topic("no log", ("no-log",), ("CL-0014",), ("logging",)),
    Topic("programs in a tmpfs", ("tmpfs-options",), ("CL-0022",)),
    Topic("image not pinned", ("image-not-pinned",), ("CL-0004", "CL-0019"), ("unpinned_image",)),
)  # fmt: skip
