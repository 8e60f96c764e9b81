"""What checks may ask of a host. The real one is ``host.host_probe``; tests answer for themselves.

Every answer comes within a time limit: what hangs is an answer too (``timed_out``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class User(NamedTuple):
    """Who asks: effective ids, and the groups of this login."""

    uid: int
    gid: int
    name: str
    groups: tuple[int, ...]
    home: str


class Answer(NamedTuple):
    """What a program said; ``status`` is None where it could not be started or did not end."""

    status: int | None
    stdout: str = ""
    stderr: str = ""
    timed_out: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether it ended with status 0."""
        return self.status == 0

    @property
    def last_line(self) -> str:
        """What it complained about, in its own words."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1].strip() if lines else "it said nothing"


class Look(NamedTuple):
    """A path as this user finds it, links followed.

    ``errno`` is 0 where it is there. ``kind`` is file, folder, device, socket or other; ``free``
    and ``total`` are the bytes of its file system that an ordinary user may use.
    """

    errno: int = 0
    kind: str = ""
    mode: int = 0
    uid: int = 0
    gid: int = 0
    readable: bool = False
    writable: bool = False
    free: int = 0
    total: int = 0
    free_inodes: int = 1
    timed_out: bool = False

    @property
    def exists(self) -> bool:
        """Whether ``[[ -e path ]]`` would say so."""
        return self.errno == 0 and not self.timed_out


class Process(NamedTuple):
    """A process of this host."""

    name: str
    pid: int


class Probe(Protocol):
    """The questions."""

    environment: Mapping[str, str]
    user: User
    seconds: float
    """How long one question may take."""
    now: float
    """The time, in seconds since the epoch."""
    machine: str
    """The processor, as uname says it."""
    processors: int
    memory: int
    """Bytes of RAM."""

    def which(self, program: str) -> str | None:
        """A program's path, as a shell finds it."""

    def run(self, *argv: str) -> Answer:
        """A program's answer. The same question is asked once only."""

    def look(self, path: str) -> Look:
        """A path of any file system, in a process of its own: it may hang."""

    def looks(self, paths: Sequence[str]) -> list[Look]:
        """Several paths at the same time; the same path is looked at once only."""

    def read(self, path: str) -> str | None:
        """A small file of the system's own (/proc, /sys, /etc), None where it cannot be read."""

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder of the system's own."""

    def opened(self, path: str) -> int:
        """The errno of opening a device for reading and writing, 0 for success; closed at once."""

    def holder(self, inode: str) -> Process | None:
        """Who holds a socket, where this user may see that."""

    def is_own_address(self, address: str) -> bool:
        """Whether a listener can be bound to the address."""

    def connect(self, address: str, port: int) -> str:
        """Why a TCP connection fails; empty where it succeeds. ``address`` may be a path."""

    def greet_display(self, address: str, port: int, name: bytes, cookie: bytes) -> str:
        """What an X server says to a client with this authorisation: empty for welcome."""

    def ask_name_server(self, address: str) -> bool:
        """Whether a name server answers at all."""

    def resolve(self, name: str) -> str:
        """Why a host name cannot be resolved; empty where it can."""

    def fetch(self, url: str) -> str:
        """Why a page of this host cannot be had; empty where something answers HTTP."""

    def group_name(self, gid: int) -> str | None:
        """A group's name."""

    def group_members(self, gid: int) -> tuple[str, ...]:
        """Who is listed in a group."""
