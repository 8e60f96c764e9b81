"""Which file system a path is on, from /proc/self/mountinfo: see proc(5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from coder_gen.host.probe import Probe

NETWORK = ("nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph", "afs", "9p")


class FileSystem(NamedTuple):
    """A mounted file system: its mount point, type, source and options."""

    point: str
    type: str
    source: str
    options: frozenset[str]

    @property
    def is_nfs(self) -> bool:
        """Whether the server may map root to nobody (root_squash)."""
        return self.type in ("nfs", "nfs4")

    @property
    def is_network(self) -> bool:
        """Whether its files are on a server, or served by a FUSE program."""
        return self.type in NETWORK or self.type.startswith("fuse.")


def file_system(path: str, probe: Probe) -> FileSystem | None:
    """The file system that a path is on; the path itself is not accessed."""
    found = [
        each
        for each in _parse(probe.read("/proc/self/mountinfo") or "")
        if path == each.point or path.startswith(each.point.rstrip("/") + "/")
    ]
    # The longest mount point wins; of several on one mount point, the last one mounted.
    return (
        max(enumerate(found), key=lambda pair: (len(pair[1].point), pair[0]))[1] if found else None
    )


def _parse(text: str) -> list[FileSystem]:
    systems = []
    for line in text.splitlines():
        before, separator, after = line.partition(" - ")
        first, last = before.split(" "), after.split(" ")
        if separator and len(first) > 5 and len(last) > 2:
            options = frozenset([*first[5].split(","), *last[2].split(",")])
            systems.append(FileSystem(_plain(first[4]), last[0], _plain(last[1]), options))
    return systems


def _plain(field: str) -> str:
    """A field without its octal escapes of blanks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
