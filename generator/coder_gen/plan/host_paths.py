"""Paths of the host that a plan mounts, in normal form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from coder_gen.expression import Text
from coder_gen.language.values import Mount
from coder_gen.plan.defaults import settled
from coder_gen.plan.plan import Plan

# Links on every current host; `..` after one means the folder above the link's target.
_LINKS = {
    "/bin": "/usr/bin", "/sbin": "/usr/sbin", "/lib": "/usr/lib", "/lib64": "/usr/lib64",
    "${HOME}": "/home/${USER}", "${XDG_RUNTIME_DIR}": "/run/user/${UID}",
}  # fmt: skip
_ALWAYS = {"/var/run": "/run", "/var/lock": "/run/lock", "/private/var": "/var",
           "/private/etc": "/etc", "/private/tmp": "/tmp",
           "${XDG_RUNTIME_DIR}": "/run/user/${UID}"}  # fmt: skip
# /proc/PID/root is the root as a process sees it: treated as the root.
_ROOT = re.compile(r"/proc/(?:[0-9]+|self|thread-self|\$\{[^}]*\})(?:/task/[0-9]+)?/root")


def source(mount: Mount, plan: Plan) -> str:
    """The host's path of a bind mount, in normal form; empty for other mounts."""
    if mount.type != "bind" or mount.source is None:
        return ""
    return path_of(mount.source, plan)


def sources(plan: Plan) -> Iterator[tuple[Mount, str]]:
    """Every bind mount with its path on the host."""
    for mount in plan.mounts:
        path = source(mount, plan)
        if path:
            yield mount, path


def path_of(text: Text, plan: Plan) -> str:
    """The path of a text with defaults filled in, in normal form."""
    return plain(settled(text, plan))


# Each rule of the audit needs the mounts of each mode, which have the same few paths.
@lru_cache(maxsize=1024)
def plain(path: str) -> str:
    """A path in normal form: one slash, no dots, no link that every host has."""
    path = re.sub(r"^~(?=/|$)", "${HOME}", path)
    done: list[str] = [""] if path.startswith("/") else []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            done = _above(done)
            continue
        done.append(part)
        here = "/".join(done)
        if here in _ALWAYS:
            done = _ALWAYS[here].split("/")
        elif _ROOT.fullmatch(here):
            done = [""]
    found = "/".join(done) or ("/" if done else ".")
    return re.sub(r"^(/run/user)/[^/]+", r"\1/${UID}", found)


def _above(parts: list[str]) -> list[str]:
    here = "/".join(parts)
    if here in _LINKS:
        parts = _LINKS[here].split("/")
    if parts == [""]:
        return parts
    if parts in ([], ["${PWD}"]) or parts[-1] == "..":
        # Above the spec's own folder.
        return [*(parts if parts != ["${PWD}"] else []), ".."]
    return parts[:-1]


def holds(folder: str, path: str) -> bool:
    """Whether a path is the folder or lies below it."""
    return folder == path or path.startswith(folder.rstrip("/") + "/")
