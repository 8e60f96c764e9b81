"""An X server with access control on: who has no cookie and no grant is refused."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.e2e import host
from tests.e2e.users import User


class StartXvfb(Protocol):
    """What the fixture `start_xvfb` gives: a function that starts one more X server."""

    def __call__(self, *, tcp: bool = False, owner: User | None = None) -> Display: ...


@dataclass(frozen=True)
class Display:
    """A display, and the credentials of the user who owns it."""

    number: int
    authority: Path
    """The owner's Xauthority file: it has one cookie, for this display."""
    cookie: str
    server: int
    """The X server's process."""

    @property
    def name(self) -> str:
        """DISPLAY for a local client."""
        return f":{self.number}"

    @property
    def socket(self) -> Path:
        """The server's UNIX socket."""
        return Path(f"/tmp/.X11-unix/X{self.number}")

    @property
    def env(self) -> dict[str, str]:
        """The variables of the owner's session."""
        return {"DISPLAY": self.name, "XAUTHORITY": str(self.authority)}

    @property
    def stranger(self) -> dict[str, str]:
        """The variables of somebody who knows the display's name and has no cookie for it."""
        return {"DISPLAY": self.name, "XAUTHORITY": os.devnull}

    def access_list(self) -> list[str]:
        """Whom the server lets in without a cookie, such as `SI:localuser:me` or `LOCAL:`."""
        lines = self._xhost()
        if not lines[0].startswith("access control enabled"):
            raise AssertionError(f"access control is off: {lines[0]}")
        return sorted(lines[1:])

    def grant(self, *entries: str) -> None:
        """Change the access list as its owner: `+local:`, `-SI:localuser:me`."""
        self._xhost(*entries)

    def _xhost(self, *args: str) -> list[str]:
        xhost = host.require("xhost", "x11-xserver-utils")
        done = host.capture([xhost, *args], host.plain_environment(**self.env))
        if done.returncode != 0:
            raise AssertionError(f"xhost {args}: {done.returncode}: {done.stderr}")
        return done.stdout.splitlines()


def _write_authority(path: Path, display: str, cookie: str) -> None:
    path.touch(mode=0o600)
    xauth = host.require("xauth", "xauth")
    argv = [xauth, "-q", "-f", str(path), "add", display, "MIT-MAGIC-COOKIE-1", cookie]
    done = host.capture(argv)
    if done.returncode != 0:
        raise AssertionError(f"xauth: {done.stderr}")


def _read_number(pipe: int) -> int | None:
    """The display's number, which the server writes once it is ready; None where it stays silent."""
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], 20)
        chunk = os.read(pipe, 16) if ready else b""
        if not chunk:
            return None
        text += chunk
    return int(text)


def _started(argv: list[str], log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server that is ready, and its number."""
    # One in some thousands never gets so far, and says nothing: it is started again.
    tries = 3
    while True:
        reading, writing = os.pipe()
        with log.open("wb") as out:
            server = subprocess.Popen(
                [*argv, "-displayfd", str(writing)],
                env=host.plain_environment(),
                pass_fds=(writing,),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        os.close(writing)
        number = _read_number(reading)
        os.close(reading)
        if number is not None:
            return server, number
        ended = server.poll()
        host.stop(server)
        tries -= 1
        if ended is not None or not tries:
            host.give_up(f"Xvfb did not start ({ended}):\n{log.read_text()[-2000:]}")
        host.count_restart("Xvfb")


@contextlib.contextmanager
def running_xvfb(
    folder: Path, *, tcp: bool = False, owner: User | None = None
) -> Iterator[Display]:
    """Start Xvfb on a free display; `tcp` lets it listen on 6000+N, `owner` has the cookie."""
    xvfb = host.require("Xvfb", "xvfb")
    cookie = secrets.token_hex(16)
    servers, authority, log = folder / "server-auth", folder / "Xauthority", folder / "xvfb.log"
    _write_authority(servers, ":0", cookie)  # the server looks at the cookie, not at the number
    argv = [xvfb, "-auth", str(servers), "-noreset"]
    argv += ["-screen", "0", "640x480x24", "-listen" if tcp else "-nolisten", "tcp"]
    server, number = _started(argv, log)
    try:
        display = Display(number, authority, cookie, server.pid)
        _write_authority(authority, display.name, cookie)
        if owner is not None:
            os.chown(authority, owner.uid, owner.gid)
        yield display
    finally:
        host.stop(server)
