"""Paths of the host in their plainest spelling: what they are is said by patterns (patterns.py)."""

from __future__ import annotations

import posixpath
import re

from coder_gen.audit import patterns
from coder_gen.audit.settled import names, settled
from coder_gen.expression import Text
from coder_gen.plan import Plan
from coder_gen.values import Mount

# Links on every host of today; what is below `..` is what is above the link's target.
_LINKS = {
    "/bin": "/usr/bin", "/sbin": "/usr/sbin", "/lib": "/usr/lib", "/lib64": "/usr/lib64",
    "${HOME}": "/home/${USER}", "${XDG_RUNTIME_DIR}": "/run/user/${UID}",
}  # fmt: skip
_ALWAYS = {"/var/run": "/run", "/var/lock": "/run/lock", "/private/var": "/var",
           "/private/etc": "/etc", "/private/tmp": "/tmp",
           "${XDG_RUNTIME_DIR}": "/run/user/${UID}"}  # fmt: skip
# A process's view of the root is the root.
_ROOT = re.compile(r"/proc/(?:[0-9]+|self|thread-self|\$\{[^}]*\})(?:/task/[0-9]+)?/root")


def source(mount: Mount, plan: Plan) -> str:
    """The host's path of a bind mount, in its plainest spelling; empty for other mounts."""
    if mount.type != "bind" or mount.source is None:
        return ""
    return path_of(mount.source, plan)


def path_of(text: Text, plan: Plan) -> str:
    """The path that a text comes to, in its plainest spelling."""
    return plain(settled(text, plan))


def named_by(text: Text | None, plan: Plan) -> set[str]:
    """What the variables that a path is taken from stand for, by custom: see ``patterns.BY_NAME``."""
    return {patterns.BY_NAME[name] for name in names(text, plan) if name in patterns.BY_NAME}


def plain(path: str) -> str:
    """A path in its plainest spelling: one slash, no dots, no link that every host has."""
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


def is_home(path: str) -> bool:
    """Whether a path is somebody's whole home folder, or the folder of all of them."""
    return patterns.HOME.fullmatch(path) is not None


def homes(plan: Plan) -> set[str]:
    """The home folders that the spec's mounts show to be there: those at or above their sources."""
    found = {"${HOME}", "/root", "/home"}
    for mount in plan.mounts:
        path = source(mount, plan)
        while path not in ("", "/", "."):
            if is_home(path):
                found.add(path)
            path = posixpath.dirname(path)
    return found


def is_network(path: str) -> bool:
    """Whether a path is on a network file system, by the customs of sites."""
    return patterns.NETWORK.fullmatch(path) is not None


def is_login(path: str) -> bool:
    """Whether a path is, or holds, what runs on the host when its user logs in or works next."""
    return patterns.LOGIN.fullmatch(path) is not None


def is_credentials(path: str) -> bool:
    """Whether a path holds keys or tokens for other systems; a socket of an engine is neither."""
    return engine_socket_in(path) is None and patterns.CREDENTIALS.fullmatch(path) is not None


def is_system(path: str) -> bool:
    """Whether a path is part of the host's own system."""
    if patterns.SITES_OWN.fullmatch(path) or is_log(path):
        return False
    # A folder above one of them brings it along: /var/lib does.
    return any(holds(path, part) or (part != "/" and holds(part, path)) for part in patterns.SYSTEM)


def is_log(path: str) -> bool:
    """Whether a path is where the host keeps its logs, or where it takes them."""
    return patterns.LOGS.fullmatch(path) is not None


def is_socket(path: str) -> bool:
    """Whether a path is a socket, by its name: nothing can be left there."""
    return path.endswith((".sock", "-sock", ".socket", "_socket")) or path == "/tmp/.X11-unix"


def is_own_folder(path: str) -> bool:
    """Whether a path is the spec's folder, or one above it."""
    return re.fullmatch(r"\.|\.\.(?:/\.\.)*|\$\{PWD\}", path) is not None


def engine_socket_in(path: str) -> str | None:
    """The engine's socket that a mount of the path brings along."""
    for known in patterns.ENGINE_SOCKETS:
        if path and holds(path, known):
            return known
    name = posixpath.basename(path)
    named = name in {posixpath.basename(known) for known in patterns.ENGINE_SOCKETS}
    return path if named or patterns.OTHER_SOCKET.fullmatch(path) else None
