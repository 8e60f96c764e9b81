"""Paths of the host: whose they are, and what lies below them."""

from __future__ import annotations

import posixpath
import re

from coder_gen.audit.settled import settled
from coder_gen.plan import Plan
from coder_gen.values import Mount

# A path that ends in somebody's home folder, or in the folder of all of them.
_HOME = re.compile(r"\$\{HOME\}|/root|.*/(?:home|Users)(?:/[^/]+)?|.*/\$\{USER\}")
# Where network file systems are mounted by custom.
_NETWORK = re.compile(r"/(?:nfs|net|afs|gpfs|lustre|auto|network)(?:/.*)?")
# What a folder of these names holds opens other systems.
_CREDENTIALS = re.compile(
    r".*/(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|\.netrc|\.git-credentials|\.npmrc|\.pypirc"
    r"|\.config/(?:gcloud|gh|op)|\.password-store|\.pki|\.mozilla)(?:/.*)?"
    r"|/etc/(?:shadow|gshadow|ssh|kubernetes|krb5\.keytab|ssl/private)(?:/.*)?"
)
# Parts of the host that decide what it runs.
SYSTEM = (
    "/",
    "/etc",
    "/boot",
    "/dev",
    "/proc",
    "/sys",
    "/lib",
    "/lib64",
    "/usr",
    "/bin",
    "/sbin",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/containerd",
    "/var/lib/kubelet",
    "/var/spool/cron",
)
# A site's own programs below /usr (/usr/intel), beside the folders that the system has there.
_SITES_OWN = re.compile(
    r"/usr/(?!(?:bin|sbin|lib|lib32|lib64|libexec|local|share|include|src|games|etc)(?:/|$)).+"
)
ENGINE_SOCKETS = (
    "/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock",
    "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock", "/run/buildkit/buildkitd.sock",
    "/run/user/${UID}/docker.sock", "/run/user/${UID}/podman/podman.sock",
)  # fmt: skip


def source(mount: Mount, plan: Plan) -> str:
    """The host's path of a bind mount, in its plainest spelling; empty for other mounts."""
    if mount.type != "bind" or mount.source is None:
        return ""
    path = settled(mount.source, plan).replace("${XDG_RUNTIME_DIR}", "/run/user/${UID}")
    path = re.sub(r"^~(?=/|$)", "${HOME}", path)
    path = posixpath.normpath(path)
    path = re.sub(r"^//+", "/", path)
    # A link on every host of today.
    path = re.sub(r"^/var/run(?=/|$)", "/run", path)
    return re.sub(r"^(/run/user)/[^/]+", r"\1/${UID}", path)


def holds(folder: str, path: str) -> bool:
    """Whether a path is the folder or lies below it."""
    return folder == path or path.startswith(folder.rstrip("/") + "/")


def is_home(path: str) -> bool:
    """Whether a path is somebody's whole home folder, or the folder of all of them."""
    return _HOME.fullmatch(path) is not None


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
    return _NETWORK.fullmatch(path) is not None


def is_credentials(path: str) -> bool:
    """Whether a path holds keys or tokens for other systems."""
    return _CREDENTIALS.fullmatch(path) is not None


def is_system(path: str) -> bool:
    """Whether a path is part of the host's own system."""
    if _SITES_OWN.fullmatch(path):
        return False
    return path == "/" or any(holds(folder, path) for folder in SYSTEM if folder != "/")


def engine_socket_in(path: str) -> str | None:
    """The engine's socket that a mount of the path brings along."""
    for known in ENGINE_SOCKETS:
        if path and holds(path, known):
            return known
    name = posixpath.basename(path)
    return path if name in {posixpath.basename(known) for known in ENGINE_SOCKETS} else None
