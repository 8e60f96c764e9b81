"""A Docker daemon of our own: its own state, socket and bridge, stopped by process id."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e import bridge as networks
from tests.e2e import host

# Who is in this group may use the socket. A number that no group of the machine has.
SOCKET_GROUP = 60213


@dataclass(frozen=True)
class Docker:
    """A running daemon, and the client that belongs to it."""

    client: str
    """The client's path: the daemon's own version, whatever else PATH may hold."""
    host: str
    """What DOCKER_HOST has to say."""
    env: Mapping[str, str]
    """A plain environment in which `docker` is that client and finds that daemon."""
    group: int
    """The supplementary group that lets an ordinary user reach the socket."""
    gateway: str
    """This machine's address as a container on the default bridge sees it."""

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment for a launcher, with more variables."""
        return {**self.env, **extra}

    def run(
        self, *args: str, timeout: float = 60.0, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Call the client; the caller looks at the status."""
        done = subprocess.run(
            [self.client, *args],
            env=self.env,
            input=b"" if stdin is None else stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
        )

    def output(self, *args: str, timeout: float = 60.0, stdin: bytes | None = None) -> str:
        """Call the client, insist on success, and return what it printed, stripped."""
        done = self.run(*args, timeout=timeout, stdin=stdin)
        if done.returncode != 0:
            raise AssertionError(f"docker {' '.join(args)}: {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine says of a container or an image."""
        found: list[dict[str, Any]] = json.loads(self.output("inspect", name))
        return found[0]

    def containers(self) -> list[str]:
        """The ids of all containers, running or not."""
        return self.output("ps", "--all", "--quiet", "--no-trunc").split()

    def remove_containers(self) -> None:
        """Remove every container, with its anonymous volumes. The daemon is ours alone."""
        if found := self.containers():
            self.run("rm", "--force", "--volumes", *found)


def _wait_ready(docker: Docker, daemon: subprocess.Popen[bytes], log: Path) -> None:
    def ready() -> bool:
        if daemon.poll() is not None:
            host.give_up(f"dockerd ended with {daemon.returncode}:\n{log.read_text()[-3000:]}")
        return docker.run("version").returncode == 0

    try:
        host.wait_until(ready, "dockerd answers", timeout=60, pause=0.2)
    except TimeoutError as error:
        host.give_up(f"{error}:\n{log.read_text()[-3000:]}")


def _processes_of(base: Path) -> list[int]:
    """Processes with our folder on their command line: containerd and what watches containers."""
    found = []
    marker = os.fsencode(f"{base}/")
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if marker in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


def _clear(base: Path) -> None:
    """End what outlived dockerd, unmount what it left mounted, remove its folder."""
    for pid in _processes_of(base):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        host.wait_until(lambda: not _processes_of(base), "containerd ends", timeout=10)
    for pid in _processes_of(base):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    mounted = [line.split()[4] for line in lines]
    for point in reversed(mounted):
        if point.startswith(f"{base}/"):
            subprocess.run([host.require("umount", "mount"), "--lazy", point], check=False)
    shutil.rmtree(base)


def _lay_out(base: Path, client: str, plugin: Path) -> dict[str, str]:
    """The folders for the client: its name on PATH, a configuration of its own, the plugin."""
    base.chmod(0o711)  # ordinary users pass through to the socket, and see nothing else
    programs, config = base / "bin", base / "config"
    programs.mkdir()
    (programs / "docker").symlink_to(client)
    plugins = config / "cli-plugins"
    plugins.mkdir(parents=True)
    (config / "config.json").write_text("{}\n")
    if plugin.exists():
        # A copy: ordinary users cannot look into root's cache.
        shutil.copy(plugin, plugins / "docker-compose")
    return host.plain_environment(
        PATH=f"{programs}:{host.SYSTEM_PATH}",
        DOCKER_HOST=f"unix://{base}/docker.sock",
        DOCKER_CONFIG=str(config),
    )


@contextlib.contextmanager
def running_docker(plugin: Path) -> Iterator[Docker]:
    """Start dockerd, wait until it answers, and leave nothing of it behind.

    `plugin` is Compose v2's binary, for `docker compose`.
    """
    host.require_root("dockerd")
    dockerd = host.require("dockerd", "docker.io")
    client = host.require("docker", "docker.io")
    # Not pytest's folder: a UNIX socket's path has room for some 100 characters only.
    base = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp"))
    log = base / "log"
    try:
        with networks.own_bridge() as bridge:
            env = _lay_out(base, client, plugin)
            docker = Docker(client, env["DOCKER_HOST"], env, SOCKET_GROUP, bridge.gateway)
            argv = [dockerd, "--host", docker.host, "--group", str(SOCKET_GROUP)]
            argv += ["--config-file", str(base / "daemon.json")]
            argv += ["--data-root", str(base / "data"), "--exec-root", str(base / "exec")]
            argv += ["--pidfile", str(base / "pid"), "--bridge", bridge.name, "--iptables=false"]
            argv += ["--default-address-pool", f"base={bridge.pool},size=28"]
            (base / "daemon.json").write_text("{}\n")
            with log.open("wb") as out:
                daemon = subprocess.Popen(
                    argv,
                    env=host.plain_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,  # Ctrl-C ends the tests, and they end the daemon
                )
            try:
                _wait_ready(docker, daemon, log)
                yield docker
                docker.remove_containers()
                docker.run("network", "prune", "--force")
            finally:
                host.stop(daemon, grace=30)
    finally:
        _clear(base)
