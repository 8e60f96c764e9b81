"""Ordinary users of the machine: made for a test, and gone after it."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import host


@dataclass(frozen=True)
class User:
    """Somebody who is not root and has a home."""

    name: str
    uid: int
    gid: int
    home: Path

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment in which this is the user who is logged in."""
        plain = host.plain_environment() if base is None else dict(base)
        return plain | {"HOME": str(self.home), "USER": self.name, "LOGNAME": self.name}

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        groups: Sequence[int] = (),
        cwd: Path | None = None,
        timeout: float = 60.0,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this user; `groups` are the supplementary groups, as the socket's."""
        return subprocess.run(
            argv,
            env=self.environment(env),
            user=self.uid,
            group=self.gid,
            extra_groups=list(groups),
            cwd=cwd or self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )


@contextlib.contextmanager
def added_user(suffix: str, home: Path) -> Iterator[User]:
    """Add a user with a private home folder, which the caller owns and which must exist."""
    host.require_root("useradd")
    name = f"cg-{os.getpid()}-{suffix}"
    add = host.require("useradd", "passwd")
    argv = [add, "--no-create-home", "--home-dir", str(home), "--user-group", "--no-log-init"]
    # Far from the ids that images have: a user who happens to be the image's hides a difference.
    argv += ["--key", "UID_MIN=20000", "--key", "GID_MIN=20000"]
    subprocess.run([*argv, "--shell", "/bin/bash", name], check=True)
    entry = pwd.getpwnam(name)
    try:
        os.chown(home, entry.pw_uid, entry.pw_gid)
        home.chmod(0o700)
        yield User(name, entry.pw_uid, entry.pw_gid, home)
    finally:
        # userdel refuses while a process of theirs runs, also under one of their subordinate ids.
        ids = [range(entry.pw_uid, entry.pw_uid + 1), *_subordinate_ids(name)]
        host.wait_until(lambda: not _kill_processes_of(ids), f"all processes of {name} end")
        subprocess.run([host.require("userdel", "passwd"), name], check=True)


def _subordinate_ids(name: str) -> Iterator[range]:
    """The ids that the user may give to processes of containers: see subuid(5)."""
    table = Path("/etc/subuid")
    for line in table.read_text("utf-8").splitlines() if table.exists() else ():
        owner, first, count = line.split(":")
        if owner == name:
            yield range(int(first), int(first) + int(count))


def _kill_processes_of(ids: Sequence[range]) -> bool:
    """Kill every process that runs as one of the ids; False where there is none left."""
    found = False
    for folder in Path("/proc").glob("[0-9]*"):
        # A process may end at any time; one that has ended and waits for its parent is none.
        with contextlib.suppress(OSError):
            lines = (folder / "status").read_text("utf-8").splitlines()
            fields = {name: values.split() for name, _, values in (x.partition(":") for x in lines)}
            if fields["State"][0] == "Z":
                continue
            if any(int(uid) in each for uid in fields["Uid"] for each in ids):
                found = True
                os.kill(int(folder.name), signal.SIGKILL)
    return found
