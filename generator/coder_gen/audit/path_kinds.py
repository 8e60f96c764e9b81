"""The kind of a path of the host, by convention: see path_patterns.py."""

from __future__ import annotations

import posixpath
import re

from coder_gen.audit import path_patterns
from coder_gen.expression import Text
from coder_gen.language.values import X11_SOCKETS
from coder_gen.plan import Plan
from coder_gen.plan.defaults import names
from coder_gen.plan.host_paths import holds, source


def named_by(text: Text | None, plan: Plan) -> set[str]:
    """The kinds of the variables in a path, by convention: see ``path_patterns.BY_NAME``."""
    return {
        path_patterns.BY_NAME[name] for name in names(text, plan) if name in path_patterns.BY_NAME
    }


def is_home(path: str) -> bool:
    """Whether a path is a whole home folder, or the parent folder of all home folders."""
    return path_patterns.HOME.fullmatch(path) is not None


def homes(plan: Plan) -> set[str]:
    """The home folders known from the mounts: those at or above their sources."""
    found = {"${HOME}", "/root", "/home"}
    for mount in plan.mounts:
        path = source(mount, plan)
        while path not in ("", "/", "."):
            if is_home(path):
                found.add(path)
            path = posixpath.dirname(path)
    return found


def is_network(path: str) -> bool:
    """Whether a path is on a network file system, by convention."""
    return path_patterns.NETWORK.fullmatch(path) is not None


def is_login(path: str) -> bool:
    """Whether a path is, or holds, code that the user's next login or command runs on the host."""
    return path_patterns.LOGIN.fullmatch(path) is not None


def is_credentials(path: str) -> bool:
    """Whether a path holds keys or tokens for other systems; not for an engine's socket."""
    return engine_socket_in(path) is None and path_patterns.CREDENTIALS.fullmatch(path) is not None


def is_system(path: str) -> bool:
    """Whether a path is part of the host's operating system."""
    if path_patterns.SITES_OWN.fullmatch(path) or is_log(path):
        return False
    # A folder above one of them includes it, as /var/lib does.
    return any(
        holds(path, part) or (part != "/" and holds(part, path)) for part in path_patterns.SYSTEM
    )


def is_log(path: str) -> bool:
    """Whether a path holds the host's logs, or is a socket that receives them."""
    return path_patterns.LOGS.fullmatch(path) is not None


def is_socket(path: str) -> bool:
    """Whether a path is a socket, by its name: no file can be written there."""
    return path.endswith((".sock", "-sock", ".socket", "_socket")) or path == X11_SOCKETS


def is_own_folder(path: str) -> bool:
    """Whether a path is the spec's folder or a folder above it."""
    return re.fullmatch(r"\.|\.\.(?:/\.\.)*|\$\{PWD\}", path) is not None


def engine_socket_in(path: str) -> str | None:
    """The engine's socket at or below a path; None if there is none."""
    for known in path_patterns.ENGINE_SOCKETS:
        if path and holds(path, known):
            return known
    name = posixpath.basename(path)
    named = name in {posixpath.basename(known) for known in path_patterns.ENGINE_SOCKETS}
    return path if named or path_patterns.OTHER_SOCKET.fullmatch(path) else None
