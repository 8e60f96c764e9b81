"""Specs as text, and what coder-gen makes of their `build`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests import cli

RECORDER = """\
#!/bin/bash
printf '%s\\0' "${0##*/}" "$@" >>"${RECORD}"
printf '\\0' >>"${RECORD}"
case "$*" in
*inspect*) echo 1048576 ;;
*'info --format'*) echo / ;;
*) echo 20.10.24 ;;
esac
"""


def spec(folder: Path, build: Mapping[str, object], **more: object) -> Path:
    """A spec with this `build`; JSON is YAML."""
    path = folder / "coder.yaml"
    path.write_text(json.dumps({"name": "it", "image": "it:1", **more, "build": build}), "utf-8")
    return path


def made(folder: Path, target: str, build: Mapping[str, object], *args: str, **more: object) -> str:
    """What a target's command prints for it."""
    done = cli.run(target, "-f", str(spec(folder, build, **more)), *args)
    assert done.status == 0, done.stderr
    return done.stdout


def errors(folder: Path, target: str, build: Mapping[str, object], **more: object) -> str:
    """What it says of a `build` that is wrong."""
    done = cli.run(target, "-f", str(spec(folder, build, **more)))
    assert (done.status, done.stdout) == (2, "")
    return done.stderr


def recorded(
    folder: Path, script: str, *args: str, env: dict[str, str] | None = None
) -> list[list[str]]:
    """The command lines that a script gives engines which only write them down."""
    programs, record = folder / "programs", folder / "record"
    programs.mkdir(exist_ok=True)
    record.unlink(missing_ok=True)
    for name in ("docker", "podman", "apptainer"):
        (programs / name).write_text(RECORDER)
        (programs / name).chmod(0o755)
    path = folder / "script.sh"
    path.write_text(script, "utf-8")
    whole = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "HOME": str(folder),
        "RECORD": str(record),
        "LC_ALL": "C.UTF-8",
        **(env or {}),
    }
    done = subprocess.run(
        ["bash", str(path), *args], env=whole, capture_output=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr.decode()
    calls = record.read_bytes().decode().split("\0\0")[:-1] if record.exists() else []
    return [call.lstrip("\0").split("\0") for call in calls]


def own_ids() -> tuple[str, str]:
    """The ids of who runs the tests."""
    return str(os.getuid()), str(os.getgid())
