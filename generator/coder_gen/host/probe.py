"""The questions of checks to a host. ``host.host_probe`` asks the real host; tests replace it.

Every answer comes within a time limit: a question that hangs is answered by ``timed_out``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class User(NamedTuple):
    """The user: effective ids, and the groups of this login."""

    uid: int
    gid: int
    name: str
    groups: tuple[int, ...]
    home: str


class Answer(NamedTuple):
    """A program's output; ``status`` is None if it could not be started or did not end."""

    status: int | None
    stdout: str = ""
    stderr: str = ""
    timed_out: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the exit status is 0."""
        return self.status == 0

    @property
    def last_line(self) -> str:
        """The last line of the program's error message."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1].strip() if lines else "it said nothing"


class Look(NamedTuple):
    """A path as this user sees it, with links followed.

    ``errno`` is 0 if it exists. ``kind`` is file, folder, device, socket or other; ``free`` and
    ``total`` are the bytes of its file system for an ordinary user.
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
        """Whether ``[[ -e path ]]`` is true."""
        return self.errno == 0 and not self.timed_out


class Process(NamedTuple):
    """A process of this host."""

    name: str
    pid: int


class Probe(Protocol):
    """The questions that checks may ask."""

    environment: Mapping[str, str]
    user: User
    seconds: float
    """The time limit of one question."""
    now: float
    """The time, in seconds since the epoch."""
    machine: str
    """The processor, as named by uname."""
    processors: int
    memory: int
    """Bytes of RAM."""

    def which(self, program: str) -> str | None:
        """A program's path, as a shell finds it."""

    def run(self, *argv: str) -> Answer:
        """A program's answer. Equal questions are asked only once."""

    def look(self, path: str) -> Look:
        """A path of any file system, examined in another process, since it may hang."""

    def looks(self, paths: Sequence[str]) -> list[Look]:
        """Several paths at the same time; equal paths are examined only once."""

    def read(self, path: str) -> str | None:
        """A small file of the system (/proc, /sys, /etc), None if it cannot be read."""

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder of the system."""

    def opened(self, path: str) -> int:
        """The errno of opening a device for reading and writing, 0 for success; closed at once."""

    def holder(self, inode: str) -> Process | None:
        """The process that has a socket open, if this user may see it."""

    def is_own_address(self, address: str) -> bool:
        """Whether a listener can be bound to the address."""

    def connect(self, address: str, port: int) -> str:
        """Why a TCP connection fails; empty where it succeeds. ``address`` may be a path."""

    def greet_display(self, address: str, port: int, name: bytes, cookie: bytes) -> str:
        """The X server's error for a client with this authorisation; empty if it is accepted."""

    def ask_name_server(self, address: str) -> bool:
        """Whether a name server answers at all."""

    def resolve(self, name: str) -> str:
        """Why a host name cannot be resolved; empty where it can."""

    def fetch(self, url: str) -> str:
        """Why a page cannot be fetched from a URL; empty if any HTTP answer comes."""

    def group_name(self, gid: int) -> str | None:
        """A group's name."""

    def group_members(self, gid: int) -> tuple[str, ...]:
        """The users listed in a group."""
