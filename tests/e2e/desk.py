"""A user's desk for launchers that open its display: a real X server, and engines that only wait.

Nothing here runs a container: what the launcher does before and after it is looked at.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e import host
from tests.e2e.display import Display, running_xvfb
from tests.e2e.launching import write_script

ENGINES = ("docker", "podman", "apptainer", "auto")
SPEC = """\
name: desk
image: debian:12
user: host
x11: {access: ACCESS}
apptainer: {sif: /dev/null}
engines: [docker, podman, apptainer]
"""
# `run` stays for STAY seconds, or until a signal.
ENGINE = """\
#!/bin/bash
case $1 in
run) [[ $2 == --help ]] && echo --no-eval || exec sleep "${STAY}" ;;
container) exit 1 ;;
*) echo unix:///run/x ;;
esac
"""
# Says at the first such call that it is there, and goes on when it is told to.
BARRIER = """\
#!/bin/bash
here=NAME-${1//[!A-Za-z+-]/}
stop() {
    [[ $here.$1 == "${BARRIER-}" ]] && /bin/mkdir "${MET}.once" 2>/dev/null || return 0
    echo > "${MET}"
    read -r _ < "${GO}"
}
stop before
"PROGRAM" "$@"
status=$?
stop after
exit "${status}"
"""


class Desk:
    """Launchers for each engine, beside one another, and the display that they open."""

    def __init__(self, folder: Path, display: Display) -> None:
        self.folder, self.display = folder, display
        self.bin, self.runtime = folder / "bin", folder / "runtime"
        self.bin.mkdir()
        self.runtime.mkdir(mode=0o700)
        for engine in ENGINES[:-1]:
            self.program(engine, ENGINE)
        self.env = host.plain_environment(
            PATH=f"{self.bin}:{host.SYSTEM_PATH}",
            XDG_RUNTIME_DIR=str(self.runtime),
            STAY="0",
            **display.env,
        )

    def program(self, name: str, text: str) -> None:
        """Put a program first on PATH."""
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def script(self, engine: str = "docker", access: str = "user") -> Path:
        """The launcher of an engine that opens the display so."""
        folder = self.folder / f"{engine}-{access}"
        if not folder.exists():
            folder.mkdir()
            write_script(folder, SPEC.replace("ACCESS", access), "--engine", engine, "--quiet")
        return folder / "run.sh"

    def start(
        self, engine: str = "docker", access: str = "user", *args: str, **env: str
    ) -> subprocess.Popen[str]:
        """A launcher in a session of its own; it ends by itself, after STAY seconds in `run`."""
        return subprocess.Popen(
            [str(self.script(engine, access)), "--no-preflight", *args],
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )

    def run(self, engine: str = "docker", access: str = "user", **env: str) -> tuple[int, str]:
        """A launcher to its end: its status, and what it said."""
        launcher = self.start(engine, access, **env)
        _, errors = launcher.communicate(timeout=60)
        return launcher.returncode, errors

    def listed(self) -> list[str]:
        """The access list of the display."""
        return self.display.access_list()

    def left(self) -> list[str]:
        """The files that launchers left behind."""
        return [str(p.relative_to(self.runtime)) for p in self.runtime.rglob("*") if p.is_file()]


class Barrier:
    """Stops a launcher just before or after a call of a program, and lets it go on."""

    def __init__(self, desk: Desk, name: str, where: str) -> None:
        self.program = desk.bin / name
        self.met, self.go = desk.folder / "met", desk.folder / "go"
        self.env = {"BARRIER": f"{name}-{where}", "MET": str(self.met), "GO": str(self.go)}
        desk.program(
            name, BARRIER.replace("NAME", name).replace("PROGRAM", host.require(name, name))
        )

    def __enter__(self) -> Barrier:
        os.mkfifo(self.met)
        os.mkfifo(self.go)
        # Open for both, so that neither side waits for the other where it was killed.
        self._go = os.open(self.go, os.O_RDWR)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._go)
        for path in (self.met, self.go, self.program):
            path.unlink()
        self.met.with_name("met.once").rmdir()

    def wait(self, launcher: subprocess.Popen[str]) -> None:
        """Wait until the launcher has come there."""
        reader = threading.Thread(target=self.met.read_text, daemon=True)
        reader.start()
        reader.join(30)
        if reader.is_alive():
            launcher.kill()
            raise AssertionError(f"never came to {self.env['BARRIER']}")

    def release(self) -> None:
        """Let it go on."""
        os.write(self._go, b"\n")


@contextlib.contextmanager
def desks() -> Iterator[Desk]:
    """A desk with a display of its own, and signals heard as in a terminal."""
    inherited = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGHUP)}
    # bash cannot trap what a background job or nohup ignores.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with tempfile.TemporaryDirectory(prefix="cg-desk-", dir="/tmp") as name:
            folder = Path(name)
            with running_xvfb(folder) as display:
                yield Desk(folder, display)
    finally:
        for number, handler in inherited.items():
            signal.signal(number, handler)


def send(launcher: subprocess.Popen[str], number: signal.Signals, *, group: bool = False) -> None:
    """Signal the launcher, or all that it started too, as a terminal does; it may have ended."""
    with contextlib.suppress(ProcessLookupError):
        if group:
            os.killpg(launcher.pid, number)
        else:
            launcher.send_signal(number)


def ended(launchers: Sequence[subprocess.Popen[str]]) -> str:
    """Wait for the end of all; what they said."""
    said = ""
    for launcher in launchers:
        _, errors = launcher.communicate(timeout=60)
        said += errors
    return said
