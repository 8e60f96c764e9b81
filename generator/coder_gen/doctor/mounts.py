"""Mounts: their sources there, answering, and open to whoever has to enter them."""

from __future__ import annotations

import errno
import os
import shlex

from coder_gen.doctor.engines import is_remote, is_rootless
from coder_gen.doctor.model import Check, Finding, Need, ok, problem, skipped, warning
from coder_gen.doctor.mountinfo import FileSystem, file_system
from coder_gen.doctor.probe import Look, Probe
from coder_gen.doctor.situation import Bind, Situation

_OPTIONAL = "create it, or make the mount optional in the spec"


def _mounts(situation: Situation, probe: Probe) -> list[Finding]:
    if is_remote(situation, probe):
        return [skipped("the daemon is on another host, which has its own files")]
    found: list[Finding] = []
    there = absent = 0
    for bind in situation.binds:
        look = probe.look(bind.source)
        said = _bind(bind, look, situation, probe)
        found += said
        there += look.exists
        absent += not look.exists and not said
    left_out = f"{absent} optional left out: not on this host" if absent else ""
    here = f"{there} there" if there else ""
    return found or [ok(", ".join(part for part in (here, left_out) if part))]


def _bind(bind: Bind, look: Look, situation: Situation, probe: Probe) -> list[Finding]:
    system = file_system(bind.source, probe)
    gone = _gone(bind.source, look, system, bind)
    if gone is not None:
        return [gone]
    what = f"{bind.source}, to be mounted at {bind.target},"
    if look.errno in (errno.ENOENT, errno.ENOTDIR):
        if bind.optional:
            return []
        make = f"mkdir -p {shlex.quote(bind.source)}"
        return [problem(f"{what} does not exist", _OPTIONAL, make, span=bind.span)]
    closed = look.errno == errno.EACCES or not look.readable
    if closed and (situation.plan.runs_as_host_user or not look.exists):
        return [
            problem(
                f"{what} is not readable for {probe.user.name}{_whose(look)}",
                "ask its owner, or make the mount optional in the spec"
                if look.exists
                else "one of the folders above it is closed: ask its owner",
                span=bind.span,
            )
        ]
    return [
        finding
        for finding in (
            _for_root(bind, look, system, situation, probe),
            _writable(bind, look, system, situation, probe),
        )
        if finding is not None
    ]


def _whose(look: Look) -> str:
    return f" (mode {look.mode & 0o7777:04o}, owner {look.uid})" if look.exists else ""


def gone(path: str, look: Look, probe: Probe) -> Finding | None:
    """A path whose file system does not answer."""
    return _gone(path, look, file_system(path, probe), None)


def _gone(path: str, look: Look, system: FileSystem | None, bind: Bind | None) -> Finding | None:
    span = bind.span if bind is not None else None
    point = system.point if system is not None else path
    quoted = shlex.quote(point)
    behind = f" ({system.type} from {system.source} at {point})" if system is not None else ""
    if look.timed_out:
        return problem(
            f"{path} does not answer{behind}",
            "its server is down or the way to it is: ask who runs it; root can take it away",
            f"sudo umount -l {quoted}",
            span=span,
        )
    if look.errno == errno.ESTALE:
        return problem(
            f"{path} is stale: its server has it no more under this handle{behind}",
            "mount it again",
            f"sudo umount -l {quoted} && sudo mount {quoted}",
            span=span,
        )
    if look.errno in (errno.ENOTCONN, errno.ECONNABORTED):
        return problem(
            f"{path} has lost the program behind it{behind}",
            "take it away, and mount it again",
            f"fusermount -uz {quoted}",
            span=span,
        )
    return None


def _for_root(
    bind: Bind, look: Look, system: FileSystem | None, situation: Situation, probe: Probe
) -> Finding | None:
    """A daemon is root: some file systems let the user in, and not root."""
    if system is None or situation.engine == "apptainer" or is_rootless(situation, probe):
        return None
    if system.type.startswith("fuse") and system.type != "fuseblk":
        if "allow_other" in system.options or "user_id=0" in system.options:
            return None
        return problem(
            f"{bind.source} is a FUSE mount ({system.type}) that lets in its owner alone, and the "
            f"{situation.engine_name} daemon is root",
            "mount it with -o allow_other (user_allow_other in /etc/fuse.conf), or use an engine "
            "without root: --engine podman",
            span=bind.span,
        )
    if not system.is_nfs or probe.user.uid == 0:
        return None
    closed = _closed_to_others(bind.source, system.point, probe)
    if closed is None:
        return None
    return warning(
        f"{closed} is on NFS and closed to others: where the server makes root nobody "
        f"(root_squash), the {situation.engine_name} daemon cannot mount {bind.source}",
        "open it for passing through, or use an engine that works as you: --engine podman",
        f"chmod o+x {shlex.quote(closed)}",
        span=bind.span,
    )


def _closed_to_others(path: str, point: str, probe: Probe) -> str | None:
    """The first folder, from the mount point down to the path, that others cannot enter."""
    relative = os.path.relpath(path, point)
    folder = point
    for name in ("", *(relative.split("/") if relative != "." else ())):
        folder = os.path.join(folder, name) if name else folder
        look = probe.look(folder)
        if look.exists and look.kind == "folder" and not look.mode & 0o001:
            return folder
    return None


def _writable(
    bind: Bind, look: Look, system: FileSystem | None, situation: Situation, probe: Probe
) -> Finding | None:
    """Own files that cannot be written: not shared folders, which are often closed on purpose."""
    home = probe.user.home.rstrip("/")
    own = look.uid == probe.user.uid or f"{bind.source}/".startswith(f"{home}/")
    if bind.read_only or look.writable or not own or not situation.plan.runs_as_host_user:
        return None
    why = (
        "its file system is read-only" if system and "ro" in system.options else "its mode says so"
    )
    return warning(
        f"{bind.source} is not writable for {probe.user.name}: {why}",
        "correct that, or write read_only: true at the mount",
        span=bind.span,
    )


CHECKS = (
    Check(
        "mounts",
        "mounts",
        "Each source is there, answers (no hanging or stale server), is readable for the user, and "
        "open to an engine that is root (NFS with root_squash, FUSE without allow_other).",
        Need("the mode mounts paths", lambda situation: any(True for _ in situation.binds)),
        _mounts,
    ),
)
