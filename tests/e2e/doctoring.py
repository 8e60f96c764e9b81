"""Running `coder-gen doctor` on the real host, as root and as ordinary users."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e import host
from tests.e2e.users import User

_PACKAGES = ("click", "jinja2", "markupsafe", "yaml", "coder_gen")


# Flags of unshare for mounts that nobody else sees.
PRIVATE = ("--mount", "--propagation", "private")
SMALL = "name: coder\nimage: coder:latest\npull_policy: never\nuser: host\n"


class Found(NamedTuple):
    """What the doctor said: its exit status, and the record it printed."""

    status: int
    record: dict[str, Any]

    def findings(self, check: str) -> list[dict[str, Any]]:
        """The findings of one check; a check that did not run is a failure of the test."""
        (found,) = [each for each in self.record["checks"] if each["id"] == check]
        findings: list[dict[str, Any]] = found["findings"]
        return findings

    def one(self, check: str) -> dict[str, Any]:
        """The only finding of a check."""
        (finding,) = self.findings(check)
        return finding

    def ids(self) -> list[str]:
        """The checks that ran."""
        return [each["id"] for each in self.record["checks"]]


# Asks about a spec's text: the fixture `ask`.
Ask = Callable[..., Found]


class Tool(NamedTuple):
    """The tool where everyone can read it: the checkout and its Python may be in root's home."""

    folder: Path

    @property
    def argv(self) -> list[str]:
        """The command line that starts it."""
        return [host.require("python3", "python3"), "-m", "coder_gen"]

    def environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """The variables it needs to find its modules."""
        return {**env, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def text(
        self,
        env: Mapping[str, str],
        folder: Path,
        *args: str,
        user: User | None = None,
        groups: Sequence[int] = (),
        before: Sequence[str] = (),
        timeout: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """What it prints for people. `before` is a command that calls it, such as unshare."""
        full = self.environment(user.environment(env) if user else env)
        return subprocess.run(
            [*before, *self.argv, "doctor", *args],
            cwd=folder,
            env=full,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=list(groups) if user else None,
        )

    def ask(
        self,
        env: Mapping[str, str],
        folder: Path,
        *args: str,
        user: User | None = None,
        groups: Sequence[int] = (),
        before: Sequence[str] = (),
        timeout: float = 60.0,
    ) -> Found:
        """What it found."""
        done = self.text(
            env,
            folder,
            "--format",
            "json",
            *args,
            user=user,
            groups=groups,
            before=before,
            timeout=timeout,
        )
        assert done.stdout, done.stderr
        assert done.stderr == "", done.stderr
        return Found(done.returncode, json.loads(done.stdout))


def readable_tool(folder: Path) -> Tool:
    """Copy the tool and what it imports into a folder."""
    for name in _PACKAGES:
        module = importlib.import_module(name)
        assert module.__file__ is not None
        shutil.copytree(Path(module.__file__).parent, folder / name, dirs_exist_ok=True)
    templates = importlib.import_module("coder_gen.templates")
    shutil.copytree(
        next(iter(templates.__path__)), folder / "coder_gen/templates", dirs_exist_ok=True
    )
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Tool(folder)


def in_namespaces(script: str, *flags: str) -> list[str]:
    """A command that runs another after a script, in mount or network namespaces of its own."""
    unshare = host.require("unshare", "util-linux")
    return [unshare, *flags, "/bin/sh", "-ec", f'{script}\nexec "$@"', "sh"]


def as_user(user: User, *groups: int) -> list[str]:
    """A command that runs another as a user."""
    setpriv = host.require("setpriv", "util-linux")
    ids = [f"--reuid={user.uid}", f"--regid={user.gid}"]
    more = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    return [setpriv, *ids, more, "--"]


def own_device(node: Path, device: str, mode: str) -> str:
    """Shell lines after which a device is a node of our own, with a mode; in a mount namespace."""
    number = Path(device).stat().st_rdev
    numbers = f"{os.major(number)} {os.minor(number)}"
    return (
        f"[ -e {node} ] || mknod {node} c {numbers}; chmod {mode} {node}; "
        f"mount --bind {node} {device}"
    )
