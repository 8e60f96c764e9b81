"""A host for each engine: where a colleague who is an ordinary user starts a launcher.

Docker is the daemon of the other tests. Podman has its own storage, as root and as an ordinary
user. Apptainer lives in a root of its own, which its newer Debian packages need.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.e2e import host
from tests.e2e.engines import Docker
from tests.e2e.users import User

APPTAINER_ROOT = Path.home() / ".cache" / "coder-gen-engines" / "apptainer-root"


class EngineHost(NamedTuple):
    """How a launcher is started there: words before it, an environment, and whose process it is."""

    engine: str
    before: tuple[str, ...]
    env: Mapping[str, str]
    user: User | None
    groups: tuple[int, ...]

    def run(
        self,
        *argv: str | Path,
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        cwd: Path | None = None,
        timeout: float = 90,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*self.before, *map(str, argv)],
            env={**self.env, **(env or {})},
            cwd=cwd,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=list(self.groups) if self.user else None,
        )

    def output(self, *argv: str | Path, stdin: str = "") -> str:
        """Run a command, insist on success, and return what it printed."""
        done = self.run(*argv, stdin=stdin)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
        return done.stdout


def on_docker(docker: Docker, user: User | None) -> EngineHost:
    """The Docker daemon, for root or for an ordinary user who may use its socket."""
    if user is None:
        return EngineHost("docker", (), docker.environment(USER="root"), None, ())
    return EngineHost("docker", (), user.environment(docker.env), user, (docker.group,))


@contextlib.contextmanager
def devices_as_on_a_host() -> Iterator[None]:
    """On a desktop or a server everybody may open these; a bare test machine is stricter."""
    before = {path: path.stat().st_mode for path in map(Path, ("/dev/fuse", "/dev/net/tun"))}
    for path in before:
        path.chmod(0o666)
    try:
        yield
    finally:
        for path, mode in before.items():
            path.chmod(mode)


@contextlib.contextmanager
def _namespace(script: str, *args: str) -> Iterator[tuple[str, ...]]:
    """A mount namespace that a script lays out; the words that run a command in it."""
    holder = subprocess.Popen(
        [
            *["unshare", "--mount", "--propagation", "private", "bash", "-c"],
            script + _HOLD,
            "-",
            *args,
        ],
        env=host.plain_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert holder.stdout is not None
        if holder.stdout.readline() != b"ready\n":
            host.give_up(f"no namespace: the script ended with {holder.wait()}")
        yield ("nsenter", "--mount", f"--target={holder.pid}")
    finally:
        host.stop(holder)


_HOLD = "echo ready\nexec sleep infinity\n"
_WITH_QUEUES = """
set -e
mkdir -p /dev/mqueue
mount -t mqueue none /dev/mqueue
mount --make-rshared /
"""
_CONFIGURATION = """
[containers]
default_ulimits = []
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


@contextlib.contextmanager
def on_podman(user: User | None) -> Iterator[EngineHost]:
    """Podman, of root or of an ordinary user, with storage of its own."""
    host.require("podman", "podman")
    base = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp"))
    base.chmod(0o755)
    home, runtime = base / "home", base / "run"
    for folder in (home, runtime):
        folder.mkdir(mode=0o700)
        if user is not None:
            os.chown(folder, user.uid, user.gid)
    configuration = base / "containers.conf"
    configuration.write_text(_CONFIGURATION)
    storage = base / "storage.conf"
    storage.write_text(
        f'[storage]\ndriver = "vfs"\nrunroot = "{runtime}/storage"\ngraphroot = "{home}/storage"\n'
    )
    env = host.plain_environment(
        HOME=str(home if user is None else user.home),
        XDG_RUNTIME_DIR=str(runtime),
        CONTAINERS_CONF=str(configuration),
        CONTAINERS_STORAGE_CONF=str(storage),
    )
    env["USER"] = "root"
    as_user: tuple[str, ...] = ()
    if user is not None:
        env |= {"USER": user.name, "LOGNAME": user.name}
        as_user = ("setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups")
    with _namespace(_WITH_QUEUES) as enter:
        where = EngineHost("podman", (*enter, *as_user), env, None, ())
        try:
            yield where
        finally:
            where.run("podman", "rm", "--all", "--force", "--time", "1")
            where.run("podman", "system", "reset", "--force")
    shutil.rmtree(base, ignore_errors=True)


_ENTER = """
set -e
root=$1
mount --bind "${root}" "${root}"
cd "${root}"
mount --rbind /dev dev
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /tmp tmp
for name in passwd group; do
  cat "etc/${name}" "$2/${name}" >"$2/${name}.all"
  mount --bind "$2/${name}.all" "etc/${name}"
done
mkdir -p .old
pivot_root . .old
umount -l /.old
cd /tmp
"""


@contextlib.contextmanager
def on_apptainer(user: User) -> Iterator[EngineHost]:
    """Apptainer, for an ordinary user, in the root that holds it."""
    if not (APPTAINER_ROOT / "complete").exists():
        host.give_up("the root with Apptainer is missing")
    host.require_root("another root")
    env = user.environment(host.plain_environment())
    as_user = ("setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups")
    # Their names are known in this namespace alone: other test runs use the same root.
    with folder_for_all() as names:
        entry = f"{user.name}:x:{user.uid}:{user.gid}::{user.home}:/bin/bash\n"
        (names / "passwd").write_text(entry)
        (names / "group").write_text(f"{user.name}:x:{user.gid}:\n")
        with _namespace(_ENTER, str(APPTAINER_ROOT), str(names)) as enter:
            yield EngineHost("apptainer", (*enter, *as_user), env, None, ())


@contextlib.contextmanager
def folder_for_all() -> Iterator[Path]:
    """A temporary folder that other users can reach."""
    with tempfile.TemporaryDirectory(prefix="cg-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def load(where: EngineHost, name: str, archive: bytes, changes: tuple[str, ...]) -> None:
    """Give Podman an image under a name."""
    words = []
    for change in changes:
        # It takes one variable for each.
        for each in change.removeprefix("ENV ").split() if change.startswith("ENV") else [change]:
            words += ["--change", f"ENV {each}" if change.startswith("ENV") else each]
    done = subprocess.run(
        [*where.before, "podman", "import", *words, "-", name],
        env=where.env,
        input=archive,
        capture_output=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
