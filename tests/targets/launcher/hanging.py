"""Programs that stand in for an engine and for what a launcher asks besides, some of which never answer.

A launcher's limits are in its text: tests that wait for one have it shortened there, since a setting
to do so would be a way round them.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
from pathlib import Path

from tests import cli

# What the launchers ask of a host besides the engine.
HOST = (
    *("bash", "cat", "chmod", "df", "dirname", "du", "env", "id", "ln", "mkdir", "mktemp", "mv"),
    *("readlink", "rm", "rmdir", "sleep", "stat", "tar", "uname"),
)
# The script's own names: $LOG has a line for each call, $PIDS what will not end by itself.
_STAND_IN = """\
#!/bin/bash
called="${0##*/} $*"
printf '%s\\n' "${called}" >>"${LOG}"
if [[ -n ${HANG-} && "${called} " == "${HANG} "* ]]; then
	sleep 1000 &
	printf '%s\\n' "$$" "$!" >>"${PIDS}"
	wait
fi
case ${called} in
"docker version"* | "podman info"*) echo "${VERSION-Version 1}" ;;
"docker context inspect"*) echo "${CONTEXT-unix:///var/run/docker.sock}" ;;
*" container inspect "*) [[ -n ${CONTAINER-} ]] && printf '%s\\n' "${CONTAINER}" ;;
*" image inspect "*)
	[[ -z ${IMAGE_MISSING-} ]] || exit 1
	echo 1000
	;;
*" pull "*) exit "${PULL_FAILS-0}" ;;
*" port "*) echo 0.0.0.0:8080 ;;
*" ps "*) echo "${CONTAINERS-}" ;;
"apptainer run --help"*) echo --no-eval ;;
"apptainer instance list"*) echo ;;
ss*) echo "${LISTENING-}" ;;
"id -u") echo "${AS-1000}" ;;
"id -g") echo 100 ;;
"id -un") echo somebody ;;
*" run "*)
	[[ -z ${STARTED-} ]] || { echo "$$" >"${STARTED}" && read -r _ <"${GO}"; }
	;;
esac
"""


class Host:
    """A folder with a launcher and the programs that it finds on PATH."""

    def __init__(self, folder: Path, *programs: str) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in HOST:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        for name in programs:
            self.stand_in(name)
        self.runtime = folder / "runtime"
        self.runtime.mkdir(mode=0o700)
        self.log = folder / "log"
        self.pids = folder / "pids"

    def stand_in(self, name: str, text: str = _STAND_IN) -> None:
        """Put a program on the launcher's PATH."""
        program = self.bin / name
        program.unlink(missing_ok=True)
        program.write_text(text, "utf-8")
        program.chmod(0o755)

    def launcher(self, spec: str, *words: str, limits: int | None = None) -> Path:
        """Compile the spec; with ``limits`` every question may take so many seconds, and no more."""
        path = self.folder / "coder.yaml"
        path.write_text(spec, "utf-8")
        made = cli.run(*(words or ("script",)), "--quiet", "-f", str(path))
        assert made.status == 0, made.stderr
        text = made.stdout
        if limits is not None:
            text, count = re.subn(
                r'\bask (out|both|"\$1") (?:5|30|60|600) ', rf"ask \1 {limits} ", text
            )
            assert count
        script = self.folder / "run.sh"
        script.write_text(text, "utf-8")
        script.chmod(0o755)
        return script

    def environment(self, **more: str) -> dict[str, str]:
        """What the launcher and the programs see."""
        return {
            "PATH": str(self.bin),
            "HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "LOG": str(self.log),
            "PIDS": str(self.pids),
            "AS": str(os.getuid()),
            **more,
        }

    def start(self, script: Path, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start it, in a session of its own."""
        return subprocess.Popen(
            [str(script), *words],
            env=self.environment(**env),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, script: Path, *words: str, **env: str) -> tuple[int, list[str]]:
        """Run it: its status, and what it said."""
        return ended(self.start(script, *words, **env))

    def calls(self) -> list[str]:
        """How the programs were called so far."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    def left(self) -> list[int]:
        """Those of the programs that hang which live on, given some time to end."""
        if not self.pids.exists():
            return []
        return [pid for pid in map(int, self.pids.read_text("utf-8").split()) if not has_ended(pid)]


def ended(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """Wait for a launcher: its status, and what it said, without its name before each line."""
    _, errors = process.communicate(timeout=60)
    lines = errors.splitlines()
    assert all(line.startswith("run.sh: ") for line in lines), errors
    return process.returncode, [line.removeprefix("run.sh: ") for line in lines]


def has_ended(pid: int) -> bool:
    """Whether a process has ended, or does so in the next 10 seconds."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(10_000))
    finally:
        os.close(descriptor)
