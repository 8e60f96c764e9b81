"""Free disk space: for the engine's storage, the home folder and the launcher's files."""

from __future__ import annotations

import os

from coder_gen.doctor import podman_store
from coder_gen.doctor.checks.mounts import lost
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import info, is_remote
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, warning
from coder_gen.host.probe import Probe
from coder_gen.language.shapes.amounts import GIB, MIB, rounded_size


def _places(context: CheckContext, probe: Probe) -> list[tuple[str, str, int, int]]:
    """Each place: its purpose, its path, and the free bytes below which to fail or to warn."""
    places = []
    if context.by_daemon and not is_remote(context, probe):
        root = str(info(context, probe).get("DockerRootDir") or "")
        if root:
            places.append(("Docker's data", root, 64 * MIB, 2 * GIB))
    elif context.engine.name == podman_store.ENGINE:
        places.append(("Podman's store", podman_store.root(probe), 64 * MIB, 2 * GIB))
    places.append(("your home", probe.user.home, 0, 256 * MIB))
    temporary = probe.environment.get("TMPDIR") or "/tmp"
    if context.is_apptainer:
        unpacked = probe.environment.get("APPTAINER_TMPDIR") or temporary
        places.append(("where images are unpacked", unpacked, 64 * MIB, 4 * GIB))
    private = probe.environment.get("XDG_RUNTIME_DIR") or temporary
    places.append(("the launcher's own files", private, MIB, 16 * MIB))
    return places


def _disk(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    rooms = []
    places = _places(context, probe)
    probe.looks([path for _, path, _, _ in places])  # in parallel, because each may hang
    for purpose, path, least, plenty in places:
        there = _nearest(path, probe)
        look = probe.look(there)
        gone = lost(path, look, probe)
        if gone is not None:
            found.append(gone)
            continue
        if not look.exists or not look.total:
            continue
        room = f"{rounded_size(look.free)} free for {purpose} ({path})"
        full = look.free < least or look.free_inodes == 0
        if full or look.free < plenty:
            free = "no room for another file" if look.free_inodes == 0 else f"only {room}"
            if look.free_inodes == 0:
                free += f" in {path}, for {purpose}"
            report = problem if full and least else warning
            found.append(report(free, "make room", *_cleaning(purpose, context, path)))
        rooms.append((look.free, room))
    return found or [ok(min(rooms)[1] if rooms else "nothing to measure")]


def _nearest(path: str, probe: Probe) -> str:
    """The path, or the nearest folder above it that exists."""
    while path not in ("", "/") and probe.look(path).errno == 2:
        path = os.path.dirname(path)
    return path or "/"


def _cleaning(purpose: str, context: CheckContext, path: str) -> tuple[str, ...]:
    if purpose in ("Docker's data", "Podman's store"):
        return (f"{context.engine} system df", f"{context.engine} system prune")
    return (f"du -xh --max-depth=1 {path} | sort -h",)


CHECKS = (
    Check(
        "disk",
        "disk",
        "There is enough disk space for the engine, in the home, and for the launcher's own files.",
        Precondition("always", lambda context: True),
        _disk,
    ),
)
