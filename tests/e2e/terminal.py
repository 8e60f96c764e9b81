"""A real pseudo-terminal to run a command in, with a time limit on every wait."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.e2e import host
from tests.e2e.users import User


class Terminal:
    """A command whose standard input, output and error are one terminal.

    Everything that it prints is kept in `output`. Leaving the context hangs up, then kills.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: User | None = None,
        groups: Sequence[int] = (),
        size: tuple[int, int] = (40, 200),
    ) -> None:
        environment = host.plain_environment() if env is None else dict(env)
        self._status: int | None = None
        self._raw = b""
        self._matched = 0
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
            self._become(argv, environment, cwd, user, groups)

    @staticmethod
    def _become(
        argv: Sequence[str],
        env: dict[str, str],
        cwd: Path | None,
        user: User | None,
        groups: Sequence[int],
    ) -> None:
        """In the child: turn into the command. Never returns into the tests."""
        try:
            # What Python or a background job ignores, a command would go on ignoring.
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            if user is not None:
                env = user.environment(env)
                os.fchown(0, user.uid, -1)  # as login does: the terminal is its user's
                os.setgroups(list(groups))
                os.setgid(user.gid)
                os.setuid(user.uid)
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(argv[0], list(argv), env)
        except BaseException as error:
            os.write(2, f"terminal: {argv[0]}: {error}\n".encode())
        finally:
            os._exit(127)

    @property
    def output(self) -> str:
        """All that the command printed so far, with plain line ends."""
        return self._raw.decode("utf-8", "replace").replace("\r\n", "\n")

    def _read(self, wait: float) -> bool:
        """Take what there is within a time; False at the end of the output."""
        ready, _, _ = select.select([self._fd], [], [], max(wait, 0))
        if not ready:
            return True
        try:
            chunk = os.read(self._fd, 65536)
        except OSError:  # Linux: EIO, once no process has the terminal open
            chunk = b""
        self._raw += chunk
        return bool(chunk)

    def expect(self, pattern: str, timeout: float = 20.0) -> re.Match[str]:
        """Read until a regular expression matches in what came after the last match."""
        deadline = time.monotonic() + timeout
        more = True
        while True:
            if found := re.compile(pattern).search(self.output, self._matched):
                self._matched = found.end()
                return found
            left = deadline - time.monotonic()
            if not more or left <= 0:
                why = "time is up" if more else "the command ended"
                raise AssertionError(f"{why}, no match for {pattern!r} in:\n{self.output}")
            more = self._read(min(left, 0.2))

    def send(self, text: str) -> None:
        """Type text. End it with a newline to enter a line."""
        os.write(self._fd, text.encode())

    def interrupt(self) -> None:
        """Type Ctrl-C: the terminal sends SIGINT to its foreground processes."""
        self.send("\x03")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command's own process alone."""
        if not self._ended():
            os.kill(self.pid, number)

    def _ended(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status is not None

    def wait(self, timeout: float = 20.0) -> int:
        """The exit status (-N for signal N), once the command ended and its output is read."""
        deadline = time.monotonic() + timeout
        more = True
        while not self._ended():
            if time.monotonic() > deadline:
                raise AssertionError(f"still running after {timeout:g} s:\n{self.output}")
            if more:
                more = self._read(0.05)
            else:
                time.sleep(0.02)
        while more and self._fd >= 0 and select.select([self._fd], [], [], 0.05)[0]:
            more = self._read(0)
        assert self._status is not None
        return self._status

    def close(self) -> None:
        """Hang up; a command that stays is killed."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        with contextlib.suppress(TimeoutError):
            host.wait_until(self._ended, "the command ends", timeout=3)
        if not self._ended():
            os.kill(self.pid, signal.SIGKILL)
            host.wait_until(self._ended, "the killed command ends", timeout=5)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
