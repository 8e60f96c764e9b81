"""Rootless engines: user namespaces, subordinate ids, the session, the network, the store."""

from __future__ import annotations

import errno
import os
import re
import shlex

from coder_gen.doctor import podman_store
from coder_gen.doctor.checks.mounts import lost
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.doctor.mountinfo import file_system
from coder_gen.host.probe import Probe

# The number of subordinate ids that the usual images need.
RANGE = 65536
_FIRST = 100000
_SETUID = 0o4000
TUN = "/dev/net/tun"
_STARTERS = (
    "/usr/libexec/apptainer/bin/starter-suid",
    "/usr/lib/x86_64-linux-gnu/apptainer/bin/starter-suid",
    "/usr/local/libexec/apptainer/bin/starter-suid",
)


def _namespaces(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if context.is_apptainer and any(probe.look(path).mode & _SETUID for path in _STARTERS):
        return [ok("not needed: Apptainer is installed setuid")]
    limits = (
        ("user/max_user_namespaces", "user.max_user_namespaces", "0", "15000"),
        ("kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", "0", "1"),
    )
    for path, name, off, on in limits:
        if (probe.read(f"/proc/sys/{path}") or "").strip() == off:
            return [
                problem(
                    f"user namespaces are off ({name} is {off}): {context.engine.title} cannot "
                    "start anything without root",
                    "allow them, for good with a file in /etc/sysctl.d",
                    f"sudo sysctl {name}={on}",
                )
            ]
    if probe.which("unshare") is None:
        return [skipped("unshare is not on PATH, to try it with")]
    tried = probe.run("unshare", "--user", "--map-root-user", "true")
    if tried.succeeded:
        return [ok("allowed")]
    restricted = "kernel/apparmor_restrict_unprivileged_userns"
    if (probe.read(f"/proc/sys/{restricted}") or "").strip() == "1":
        return [
            warning(
                "AppArmor keeps programs without a profile from user namespaces",
                f"{context.engine.title}'s own package brings a profile; for another "
                "installation write one, or allow them",
                "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
            )
        ]
    return [
        problem(
            f"a user namespace cannot be made: {tried.last_line}",
            "inside a container, it has to be allowed from outside; else ask who looks after this "
            "host",
        )
    ]


def _subordinate_ids(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    name, uid = probe.user.name, str(probe.user.uid)
    ranges = {file: _ranges(probe.read(file) or "") for file in ("/etc/subuid", "/etc/subgid")}
    lacking = [
        file
        for file, lines in ranges.items()
        if sum(count for who, _, count in lines if who in (name, uid)) < RANGE
    ]
    if lacking:
        ends = [first + count for lines in ranges.values() for _, first, count in lines]
        start = max([_FIRST, *ends])
        span = f"{start}-{start + RANGE - 1}"
        found.append(
            problem(
                f"{name} has no {RANGE} ids in {' and '.join(lacking)}: images with more than one "
                "user cannot be unpacked",
                "hand out a range, and let Podman see it",
                shlex.join(["sudo", "usermod", "--add-subuids", span, "--add-subgids", span, name]),
                "podman system migrate",
            )
        )
    for program in ("newuidmap", "newgidmap"):
        path = probe.which(program)
        if path is None:
            found.append(
                problem(
                    f"{program} is not on PATH: {context.engine.title} cannot use the ids of "
                    f"/etc/subuid",
                    "install it",
                    "sudo apt install uidmap",
                )
            )
    return found or [ok(f"{name} has a range in /etc/subuid and /etc/subgid")]


def _ranges(text: str) -> list[tuple[str, int, int]]:
    """Each range: its owner, its first id and its length: see subuid(5)."""
    return [
        (match[1], int(match[2]), int(match[3]))
        for match in re.finditer(r"^([^:#\s]+):(\d+):(\d+)\s*$", text, re.MULTILINE)
    ]


def _session(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    uid, name = probe.user.uid, probe.user.name
    folder = probe.environment.get("XDG_RUNTIME_DIR", "")
    own = f"/run/user/{uid}"
    if not folder:
        there = probe.look(own).exists
        found.append(
            warning(
                "XDG_RUNTIME_DIR is not set, as after su or sudo: what Podman knows of running "
                "containers is not shared with other logins",
                "set it" if there else "log in by ssh or at the desktop instead",
                *((f"export XDG_RUNTIME_DIR={own}",) if there else ()),
            )
        )
    else:
        look = probe.look(folder)
        if not look.exists or look.uid != uid or not look.writable:
            why = "is not there" if not look.exists else f"is not {name}'s own"
            found.append(
                problem(
                    f"XDG_RUNTIME_DIR={folder} {why}: Podman cannot keep its state",
                    "log in by ssh or at the desktop instead of su",
                    "unset XDG_RUNTIME_DIR",
                )
            )
    lingers = name in probe.names("/var/lib/systemd/linger")
    if "system" in probe.names("/run/systemd") and not lingers:
        found.append(
            warning(
                "the container ends with your login: systemd stops what a user leaves behind",
                "let your processes stay",
                "loginctl enable-linger",
            )
        )
    return found or [ok(folder)]


def _network(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """A rootless network needs a helper program and a tap device."""
    helper = next((name for name in ("pasta", "slirp4netns") if probe.which(name)), None)
    if helper is None:
        return [
            problem(
                "neither pasta nor slirp4netns is on PATH: Podman without root cannot make a network",
                "install one, or write network_mode: host in the spec",
                "sudo apt install slirp4netns",
            )
        ]
    code = probe.opened(TUN)
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return [problem(f"there is no {TUN} for {helper}", "load the module", "sudo modprobe tun")]
    if code:
        return [
            problem(
                f"{TUN} is closed to {probe.user.name} ({os.strerror(code).lower()}): {helper} "
                "cannot make a network",
                "open it, as most distributions do; or write network_mode: host in the spec",
                f"sudo chmod 0666 {TUN}",
            )
        ]
    return [ok(f"{helper} and {TUN}")]


def _store(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    path = podman_store.root(probe)
    gone = lost(path, probe.look(path), probe)
    if gone is not None:
        return [gone]
    system = file_system(path, probe)
    if system is not None and system.is_network and is_rootless(context, probe):
        return [
            warning(
                f"Podman's store {path} is on {system.type}: other users' ids, which images need, "
                "cannot be kept there",
                "put it on a local disk, in ~/.config/containers/storage.conf",
                'printf \'[storage]\\ndriver = "overlay"\\nrootless_storage_path = '
                '"/var/tmp/$USER/containers"\\n\' > ~/.config/containers/storage.conf',
            )
        ]
    return [ok(path)]


_PODMAN = Precondition("Podman", lambda context: context.engine.name == podman_store.ENGINE)
_WITHOUT_ROOT = Precondition(
    "Podman, for an ordinary user",
    lambda context: context.engine.name == podman_store.ENGINE and context.uid != 0,
)

CHECKS = (
    Check(
        "user-namespaces",
        "user namespaces",
        "The kernel allows this user to make a user namespace.",
        Precondition(
            "Podman and Apptainer, for an ordinary user",
            lambda context: not context.by_daemon and context.uid != 0,
        ),
        _namespaces,
    ),
    Check(
        "subordinate-ids",
        "subordinate ids",
        "The user has ranges in /etc/subuid and /etc/subgid, and the programs that use them.",
        _WITHOUT_ROOT,
        _subordinate_ids,
    ),
    Check(
        "session",
        "session",
        "XDG_RUNTIME_DIR belongs to the user, and containers may outlive the login.",
        _WITHOUT_ROOT,
        _session,
    ),
    Check(
        "rootless-network",
        "rootless network",
        "pasta or slirp4netns is installed, and this user may open /dev/net/tun.",
        Precondition(
            "Podman, for an ordinary user, with a network of its own",
            lambda context: _WITHOUT_ROOT.met(context) and context.network not in ("host", "none"),
        ),
        _network,
    ),
    Check(
        "store",
        "store",
        "Podman's store of images answers, and is on a local disk.",
        _PODMAN,
        _store,
    ),
)
