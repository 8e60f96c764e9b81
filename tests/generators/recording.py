"""An engine that only writes down how it was called. It never stands for a real one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# The options of `docker run` without a value; every other is followed by one.
BARE = frozenset(
    """
    --publish-all --privileged --read-only --init --init=false --interactive --tty --rm
    --oom-kill-disable --use-api-socket --no-healthcheck
    """.split()  # noqa: SIM905 - a list to read
)


# Limits that are noted, by getrlimit(2), and the letter that bash has for each.
_LIMITS = {"nofile": "n", "core": "c", "nproc": "u"}


class Recorded(NamedTuple):
    """A call: its arguments, its environment, and its limits, soft and hard, in bash's units."""

    argv: list[str]
    environment: dict[str, str]
    limits: dict[str, tuple[str, str]]


class Engine:
    """A folder with an engine's name in it, for PATH."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._record = folder / "record"
        program = folder / name
        # Looking at the host is answered with success; `run` and `exec` are what is recorded.
        limits = "; ".join(f"ulimit -S{one}; ulimit -H{one}" for one in _LIMITS.values())
        program.write_text(
            "#!/bin/bash\n"
            "case $1 in run | exec) ;; *) exit 0 ;; esac\n"
            f"{{ printf '%s\\0' \"$#\" \"$@\"; cat /proc/self/environ; {limits}; }} >'{self._record}'\n"
        )
        program.chmod(0o755)

    def call(self, script: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Recorded:
        """Run a launcher, which has to succeed, and read what it called."""
        self._record.unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", script, "--no-preflight", *arguments],
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "HOME": "/home/somebody",
                **(env or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        count, *rest = self._record.read_bytes().decode("utf-8", "surrogateescape").split("\0")
        words, environment, shown = rest[: int(count)], rest[int(count) : -1], rest[-1].split()
        pairs = (word.partition("=") for word in environment if "=" in word)
        return Recorded(
            words,
            {name: value for name, _, value in pairs},
            dict(zip(_LIMITS, zip(shown[::2], shown[1::2], strict=True), strict=True)),
        )


def options_of(argv: Sequence[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """The options of a call of `docker run`, each with its value, and what comes after the image."""
    assert argv[0] == "run"
    found: list[tuple[str, ...]] = []
    words = iter(argv[1:])
    for word in words:
        if word == "--":
            break
        found.append((word,) if word in BARE else (word, next(words)))
    image, *command = words
    assert image == "registry.test/ide:1.4"
    return found, command
