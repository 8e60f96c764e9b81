"""A host as the original's: with /nfs and /usr/intel, and a `docker` that records its words.

The folders exist in a mount namespace only; the machine's own root stays as it is.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Every folder of the root appears in a new one by a bind mount, /usr's one level deeper, so that
# /nfs and /usr/intel can be made beside them.
_MAKE_ROOT = """\
set -eu
new=$1 user=$2 site=$3
shift 3
mount -t tmpfs site "$new"
place() {
    if [ -L "$1" ]; then
        cp -P "$1" "$new$1"
    elif [ -d "$1" ]; then
        mkdir -p "$new$1"
        mount --rbind "$1" "$new$1"
    fi
}
mkdir "$new/usr"
for path in /*; do
    case $path in /usr | /nfs) ;; *) place "$path" ;; esac
done
for path in /usr/*; do
    [ "$path" = /usr/intel ] || place "$path"
done
if [ "$site" = yes ]; then mkdir -p "$new/nfs/site/home/$user" "$new/usr/intel"; fi
"""

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
    """Who starts the container: in the namespace an ordinary user where we may choose."""

    name: str
    uid: int
    gid: int


def person() -> Person:
    """Root chooses any ids; another user is root in a namespace of their own."""
    return Person("pat", *((4321, 5432) if os.geteuid() == 0 else (0, 0)))


def recorded(folder: Path, script: Path, args: list[str], env: Mapping[str, str]) -> list[str]:
    """The words that `docker` gets from a script on the original's own host."""
    return _run(folder, script, args, env, site="yes")


def recorded_elsewhere(
    folder: Path, script: Path, args: list[str], env: Mapping[str, str]
) -> list[str]:
    """The same on a host without /nfs and /usr/intel."""
    return _run(folder, script, args, env, site="no")


def _run(
    folder: Path, script: Path, args: list[str], env: Mapping[str, str], site: str
) -> list[str]:
    who = person()
    programs, root, record = folder / "bin", folder / "root", folder / "record"
    programs.mkdir(exist_ok=True)
    root.mkdir(exist_ok=True)
    recorder = programs / "docker"
    recorder.write_text(_RECORDER)
    recorder.chmod(0o755)
    record.write_bytes(b"")
    record.chmod(0o666)
    namespace = ["unshare", "--mount"]
    spec = [f"--userspec={who.uid}:{who.gid}"]
    if os.geteuid() != 0:
        namespace, spec = ["unshare", "--user", "--map-root-user", "--mount"], []
    enter = 'exec chroot "$@"'
    argv = [*namespace, "/bin/sh", "-c", _MAKE_ROOT + enter, "sh", str(root), who.name, site]
    argv += [*spec, str(root), str(script), *args]
    done = subprocess.run(
        argv,
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
    words = record.read_text(encoding="utf-8").split("\0")
    return words[:-1]
