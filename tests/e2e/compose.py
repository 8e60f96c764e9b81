"""The three readers of Compose files: Compose v2, Compose 1.29, podman-compose."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import host


@dataclass(frozen=True)
class Compose:
    """One implementation: the words of the command that calls it."""

    name: str
    argv: tuple[str, ...]

    def run(
        self,
        file: Path,
        *args: str,
        env: Mapping[str, str] | None = None,
        timeout: float = 120.0,
    ) -> subprocess.CompletedProcess[str]:
        """Call it on a file. The environment is what the file's variables are taken from."""
        return host.capture([*self.argv, "--file", str(file), *args], env, timeout)


def engines_folder() -> Path:
    """Where .ci/install-engines puts what Debian 12 does not have."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("CODER_GEN_ENGINES") or f"{cache}/coder-gen-engines")


def _unpacked(path: Path, package: str) -> str:
    if not os.access(path, os.X_OK):
        host.give_up(f"{path} is missing: it comes from {package}")
    return str(path)


def v2_binary() -> Path:
    """Compose v2, as a program and as the docker client's plugin."""
    return engines_folder() / "docker-compose-v2"


def v2() -> Compose:
    """Compose v2, which is Go."""
    return Compose("v2", (_unpacked(v2_binary(), "docker-compose of Debian's next suite"),))


def v1() -> Compose:
    """Compose 1.29, which is Python and still what Debian 12 installs."""
    return Compose("v1", (host.require("docker-compose", "docker-compose"),))


def podman_compose() -> Compose:
    """podman-compose, for what it does with `--dry-run`: `config`, and saying what `up` would call.

    Without that option it wants podman itself before any command, `config` included.
    """
    program = engines_folder() / "podman-compose-venv" / "bin" / "podman-compose"
    return Compose("podman-compose", (_unpacked(program, "PyPI's podman-compose"), "--dry-run"))
