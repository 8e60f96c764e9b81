"""Check that mount sources exist, respond, and are accessible."""

from __future__ import annotations

import errno
import os
import shlex

from coder_gen.doctor.context import CheckContext, HostBind
from coder_gen.doctor.engine_queries import is_remote, is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.doctor.mountinfo import FileSystem, file_system
from coder_gen.host.probe import Look, Probe

_CREATE = "create it, or make the mount optional in the spec"


def _mounts(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if is_remote(context, probe):
        return [skipped("the engine is on another host, which has its own files")]
    binds = list(context.binds)
    looks = probe.looks([bind.source for bind in binds])
    found: list[CheckFinding] = []
    absent = 0
    for bind, look in zip(binds, looks):
        faults = _bind(bind, look, context, probe)
        found += [finding._replace(span=bind.span) for finding in faults]
        absent += not look.exists and not faults
    there = sum(look.exists for look in looks)
    parts = [f"{there} there"] if there else []
    parts += [f"{absent} optional left out: not on this host"] if absent else []
    return found or [ok(", ".join(parts))]


def _bind(bind: HostBind, look: Look, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    system = file_system(bind.source, probe)
    lost = _lost(bind.source, look, system)
    if lost is not None:
        return [lost]
    what = f"{bind.source}, to be mounted at {bind.target},"
    if look.errno in (errno.ENOENT, errno.ENOTDIR):
        if bind.optional:
            return []
        return [problem(f"{what} does not exist", _CREATE, f"mkdir -p {shlex.quote(bind.source)}")]
    works_as_root = not context.is_apptainer and not is_rootless(context, probe)
    if works_as_root and system is not None and _is_private(system):
        return [
            problem(
                f"{bind.source} is a FUSE mount ({system.type}) that lets in its owner alone, and "
                f"{context.engine.title} works as root",
                "mount it with -o allow_other (user_allow_other in /etc/fuse.conf), or use an "
                "engine that works as you: --engine podman",
            )
        ]
    if look.errno not in (0, errno.EACCES):
        return [
            problem(f"{what} cannot be used: {os.strerror(look.errno).lower()}", "correct that")
        ]
    if not look.exists:
        fix = "one of the folders above it is closed: ask its owner"
        return [problem(f"{what} is not readable for {probe.user.name}", fix)]
    if not look.readable and context.plan.runs_as_host_user:
        return [
            problem(
                f"{what} is not readable for {probe.user.name} (mode {look.mode & 0o7777:04o}, "
                f"owner {look.uid})",
                "ask its owner, or make the mount optional in the spec",
            )
        ]
    found = [_unwritable(bind, look, system, context, probe)]
    if works_as_root:
        found.append(_squashed(bind, system, context, probe))
    return [finding for finding in found if finding is not None]


def lost(path: str, look: Look, probe: Probe) -> CheckFinding | None:
    """The finding for a path whose file system does not answer; None if it does."""
    return _lost(path, look, file_system(path, probe))


def _lost(path: str, look: Look, system: FileSystem | None) -> CheckFinding | None:
    point = shlex.quote(system.point if system is not None else path)
    behind = (
        f" ({system.type} from {system.source} at {system.point})" if system is not None else ""
    )
    if look.timed_out:
        return problem(
            f"{path} does not answer{behind}",
            "its server is down or the way to it is: ask who runs it; root can take it away",
            f"sudo umount -l {point}",
        )
    if look.errno == errno.ESTALE:
        return problem(
            f"{path} is stale: its server has it no more under this handle{behind}",
            "mount it again",
            f"sudo umount -l {point} && sudo mount {point}",
        )
    if look.errno in (errno.ENOTCONN, errno.ECONNABORTED):
        return problem(
            f"{path} has lost the program behind it{behind}",
            "take it away, and mount it again",
            f"fusermount -uz {point}",
        )
    return None


def _is_private(system: FileSystem) -> bool:
    """Whether root has no access: a user's FUSE mount without allow_other."""
    if system.type == "fuseblk" or not system.type.startswith("fuse"):
        return False
    return "allow_other" not in system.options and "user_id=0" not in system.options


def _squashed(
    bind: HostBind, system: FileSystem | None, context: CheckContext, probe: Probe
) -> CheckFinding | None:
    """NFS may map root to nobody. Root sees that in its probe; other users check the modes."""
    if system is None or not system.is_nfs or probe.user.uid == 0:
        return None
    closed = _closed_to_others(bind.source, system.point, probe)
    if closed is None:
        return None
    return warning(
        f"{closed} is on NFS and closed to others: where the server makes root nobody "
        f"(root_squash), {context.engine.title}, which works as root, cannot mount {bind.source}",
        "open it for passing through, or use an engine that works as you: --engine podman",
        f"chmod o+x {shlex.quote(closed)}",
    )


def _closed_to_others(path: str, point: str, probe: Probe) -> str | None:
    """The first folder from the mount point to the path that has no x permission for others."""
    relative = os.path.relpath(path, point)
    folder = point
    for name in ("", *(relative.split("/") if relative != "." else ())):
        folder = os.path.join(folder, name) if name else folder
        look = probe.look(folder)
        if look.exists and look.kind == "folder" and not look.mode & 0o001:
            return folder
    return None


def _unwritable(
    bind: HostBind, look: Look, system: FileSystem | None, context: CheckContext, probe: Probe
) -> CheckFinding | None:
    """The user's own files that are not writable. Shared folders are often closed on purpose."""
    home = probe.user.home.rstrip("/")
    own = look.uid == probe.user.uid or f"{bind.source}/".startswith(f"{home}/")
    if bind.read_only or look.writable or not own or not context.plan.runs_as_host_user:
        return None
    why = (
        "its file system is read-only" if system and "ro" in system.options else "its mode says so"
    )
    return warning(
        f"{bind.source} is not writable for {probe.user.name}: {why}",
        "correct that, or write read_only: true at the mount",
    )


CHECKS = (
    Check(
        "mounts",
        "mounts",
        "Each source exists, responds (no hanging or stale server), and is accessible to the user, and "
        "to an engine that is root (NFS with root_squash, FUSE without allow_other).",
        Precondition("the mode mounts paths", lambda context: any(True for _ in context.binds)),
        _mounts,
    ),
)
