"""What every part of the harness needs of the machine: programs, processes, ports, waiting."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

import pytest

# Looked up here, never along the caller's PATH: another docker client may come first there.
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


# What was started again, and how often: printed at the end of the run (conftest), so that a retry
# hides nothing.
restarts: Counter[str] = Counter()


def count_restart(program: str) -> None:
    """Record that a program of the harness did not come up and is started again."""
    restarts[program] += 1


def give_up(reason: str) -> NoReturn:
    """Fail the test for want of an engine: in e2e a missing engine is never a skip."""
    pytest.fail(f"{reason} (.ci/install-engines installs every engine)", pytrace=False)


def require(program: str, package: str) -> str:
    """The path of a system program, or a failure that names the Debian package it comes from."""
    found = shutil.which(program, path=SYSTEM_PATH)
    if found is None:
        give_up(f"{program} is missing: install Debian's package {package}")
    return found


def require_root(purpose: str) -> None:
    """Fail unless we are root."""
    if os.geteuid() != 0:
        give_up(f"{purpose} needs root")


def plain_environment(**extra: str) -> dict[str, str]:
    """A small, known environment: nothing of the caller's proxies, displays or engine settings."""
    base = {"PATH": SYSTEM_PATH, "HOME": str(Path.home()), "LANG": "C.UTF-8", "TERM": "xterm"}
    return base | extra


def wait_until(
    condition: Callable[[], bool], what: str, timeout: float = 20.0, pause: float = 0.05
) -> None:
    """Wait for a condition; TimeoutError names what did not come about."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {timeout:g} s still not: {what}")
        time.sleep(pause)


def stop(process: subprocess.Popen[bytes], grace: float = 15.0) -> None:
    """End a process that we started: ask, wait, then insist."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait(grace)


def capture(
    argv: list[str], env: Mapping[str, str] | None = None, timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal and keep what it says."""
    return subprocess.run(
        argv,
        env=plain_environment() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def free_port() -> int:
    """A TCP port that nothing listens on now, on any address."""
    with socket.socket() as listener:
        listener.bind(("", 0))
        port: int = listener.getsockname()[1]
        return port


def listen(port: int = 0) -> socket.socket:
    """Take a TCP port on every address; the caller closes the socket."""
    return socket.create_server(("", port))


def fetch(url: str, timeout: float = 20.0) -> str:
    """The page at a URL of this machine, asked for without a proxy until it is there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + timeout
    while True:
        try:
            with opener.open(url, timeout=5) as answer:
                body: bytes = answer.read()
                return body.decode()
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
