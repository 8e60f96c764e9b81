"""A host as the original's: with /nfs and /usr/intel, and a `docker` that records its words.

Making those folders would need rights that a test has not; so they stand in a folder of the
test's, the launcher is told so, and its words are told back.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# What the launcher looks for on the host.
_PLACES = ("/nfs", "/usr/intel", "/tmp/.X11-unix")

_RECORDER = """\
#!/bin/bash
# Stands for docker: everything is ready, no container is there yet, and `run` is written down.
case $1 in
version) echo 27.0.0 ;;
container) exit 1 ;;
run) printf '%s\\0' "$@" >"${RECORD}" ;;
*) ;;
esac
"""


class Person(NamedTuple):
    """Who starts the container."""

    name: str
    uid: int
    gid: int


def person() -> Person:
    """Whoever runs the tests, under a name of the site's."""
    return Person("pat", os.getuid(), os.getgid())


def recorded(folder: Path, script: Path, args: list[str], env: Mapping[str, str]) -> list[str]:
    """The words that `docker` gets from a script on the original's own host."""
    return _run(folder, script, args, env, there=True)


def recorded_elsewhere(
    folder: Path, script: Path, args: list[str], env: Mapping[str, str]
) -> list[str]:
    """The same on a host without /nfs and /usr/intel."""
    return _run(folder, script, args, env, there=False)


def _run(
    folder: Path, script: Path, args: list[str], env: Mapping[str, str], *, there: bool
) -> list[str]:
    who = person()
    programs, root, record = folder / "bin", folder / f"root-{there}", folder / "record"
    programs.mkdir(exist_ok=True)
    recorder = programs / "docker"
    recorder.write_text(_RECORDER)
    recorder.chmod(0o755)
    record.write_bytes(b"")
    text = script.read_text(encoding="utf-8")
    for place in _PLACES:
        text = text.replace(place, f"{root}{place}")
    if there:
        for name in (f"nfs/site/home/{who.name}", "usr/intel"):
            (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp/.X11-unix").mkdir(parents=True, exist_ok=True)
    moved = folder / "moved.sh"
    moved.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["bash", moved, *args],
        env={
            "PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/tmp",
            "USER": who.name,
            "RECORD": str(record),
            **env,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    words = record.read_text(encoding="utf-8").replace(str(root), "").split("\0")
    return words[:-1]
