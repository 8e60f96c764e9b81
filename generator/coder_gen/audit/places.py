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
# What a folder of these names holds opens other systems; ~/.config has those of many programs.
_CREDENTIALS = re.compile(
    r".*/(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|\.netrc|\.git-credentials|\.npmrc|\.pypirc"
    r"|\.config/(?:gcloud|gh|hub|op|rclone|containers|sops|google-chrome|chromium)|\.vault-token"
    r"|\.pgpass|\.my\.cnf|\.m2|\.terraform\.d|\.oci|\.boto|\.s3cfg|\.databrickscfg|\.huggingface"
    r"|\.cargo/credentials(?:\.toml)?|\.local/share/keyrings|\.password-store|\.pki|\.mozilla"
    r")(?:/.*)?"
    r"|.*/\.config|/tmp/krb5cc.*"
    r"|/etc/(?:shadow|gshadow|ssh|kubernetes|krb5\.keytab|ssl/private)(?:/.*)?"
)
# What a user's next login runs on the host: shells, the desktop, systemd, git's own commands.
_LOGIN = re.compile(
    r"(?:\$\{HOME\}|/root|.*/(?:home|Users)/[^/]+|.*/\$\{USER\})/"
    r"(?:\.(?:bash(?:rc|_profile|_login|_logout|_aliases)|profile|z(?:shrc|shenv|profile|login)"
    r"|cshrc|tcshrc|login|kshrc|xprofile|xsessionrc|xinitrc|vimrc|gitconfig)"
    r"|\.config(?:/(?:autostart|systemd|fish|git|environment\.d)(?:/.*)?)?"
    r"|\.local(?:/(?:bin|share/(?:applications|systemd))(?:/.*)?)?|bin(?:/.*)?)"
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
    "/run/docker/containerd/containerd.sock", "/run/dockershim.sock", "/run/cri-dockerd.sock", "/run/libvirt/libvirt-sock",
    "/run/user/${UID}/docker.sock", "/run/user/${UID}/podman/podman.sock",
)  # fmt: skip

# Where there is such an engine; most hosts have a /var without one.
_OTHER_SOCKET = re.compile(r"/var/(?:lib|snap/lxd/common)/(?:lxd|incus)(?:/unix\.socket)?")


def source(mount: Mount, plan: Plan) -> str:
    """The host's path of a bind mount, in its plainest spelling; empty for other mounts."""
    if mount.type != "bind" or mount.source is None:
        return ""
    return plain(settled(mount.source, plan))


def plain(path: str) -> str:
    """A path in its plainest spelling."""
    path = path.replace("${XDG_RUNTIME_DIR}", "/run/user/${UID}")
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


def is_login(path: str) -> bool:
    """Whether a path is, or holds, what runs on the host when its user logs in next."""
    return _LOGIN.fullmatch(path) is not None


def is_credentials(path: str) -> bool:
    """Whether a path holds keys or tokens for other systems; a socket of an engine is neither."""
    return engine_socket_in(path) is None and _CREDENTIALS.fullmatch(path) is not None


def is_system(path: str) -> bool:
    """Whether a path is part of the host's own system."""
    if _SITES_OWN.fullmatch(path):
        return False
    # A folder above one of them brings it along: /var/lib does.
    return any(holds(path, part) or (part != "/" and holds(part, path)) for part in SYSTEM)


def is_socket(path: str) -> bool:
    """Whether a path is a socket, by its name: nothing can be left there."""
    return path.endswith((".sock", "-sock", ".socket", "_socket")) or path == "/tmp/.X11-unix"


def engine_socket_in(path: str) -> str | None:
    """The engine's socket that a mount of the path brings along."""
    for known in ENGINE_SOCKETS:
        if path and holds(path, known):
            return known
    named = posixpath.basename(path) in {posixpath.basename(known) for known in ENGINE_SOCKETS}
    return path if named or _OTHER_SOCKET.fullmatch(path) else None
