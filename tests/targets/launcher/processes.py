"""The names that launchers give to processes: NUMBER.START.BOOT.NAMESPACE.HOST."""

from __future__ import annotations

import os
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
SPACE = "".join(filter(str.isdecimal, os.readlink("/proc/self/ns/pid")))
NODE = os.uname().nodename


def process_name(
    pid: int, start: int = 1, *, boot: str = BOOT, space: str = SPACE, node: str = NODE
) -> str:
    """The name of a process of this host; without ``start``, of one that has ended."""
    return f"{pid}.{start}.{boot}.{space}.{node}"
