"""The real host for ``coder-gen doctor``: it is only inspected, never changed.

Questions that may hang run in another process, which is abandoned if it does: a path on a file
system whose server is gone blocks every process that uses it, and not even SIGKILL ends that.
"""

from __future__ import annotations

import errno
import grp
import json
import os
import pwd
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from coder_gen.host.probe import Answer, Look, Process, User
from coder_gen.host.queries import ask

if TYPE_CHECKING:
    from ssl import SSLContext

_T = TypeVar("_T")
# The size and number of pieces in which a system's file is read: Podman's list of images is the
# longest.
_PIECE, _MOST = 1 << 16, 256
# The code of the other process for a path, and for a host name.
_LOOK = """\
import json, os, stat, sys
path = sys.argv[1]
found = {}
try:
    s = os.stat(path)
    kinds = ((stat.S_ISREG, "file"), (stat.S_ISDIR, "folder"), (stat.S_ISSOCK, "socket"),
             (stat.S_ISBLK, "device"), (stat.S_ISCHR, "device"))
    found.update(mode=s.st_mode, uid=s.st_uid, gid=s.st_gid)
    found.update(kind=next((name for test, name in kinds if test(s.st_mode)), "other"))
    found.update(readable=os.access(path, os.R_OK), writable=os.access(path, os.W_OK))
    v = os.statvfs(path)
    found.update(free=v.f_bavail * v.f_frsize, total=v.f_blocks * v.f_frsize)
    found.update(free_inodes=v.f_favail if v.f_files else 1)
except OSError as error:
    found.update(errno=error.errno)
print(json.dumps(found))
"""
_RESOLVE = """\
import socket, sys
try:
    socket.getaddrinfo(sys.argv[1], None)
except OSError as error:
    print(error.strerror or error)
except UnicodeError:
    print("it is no host name")
"""
# A query for the name servers of the root, which every resolver can answer: RFC 1035.
_DNS_QUESTION = b"\x63\x67\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"


class HostProbe:
    """``Probe`` for this host and this process's user."""

    def __init__(self, seconds: float) -> None:
        self.environment: Mapping[str, str] = dict(os.environ)
        self.seconds = seconds
        self.now = time.time()
        self.machine = os.uname().machine
        self.processors = os.cpu_count() or 1
        self.memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self.user = _user()
        self._answers: dict[tuple[str, ...], Answer] = {}
        self._locks: dict[tuple[str, ...], threading.Lock] = {}
        self._lock = threading.Lock()
        self._holders: dict[str, Process] | None = None

    def which(self, program: str) -> str | None:
        # Not in this process: a folder of PATH may be on a server that hangs.
        return self.run("/bin/sh", "-c", 'command -v "$1"', "sh", program).stdout.strip() or None

    def run(self, *argv: str) -> Answer:
        with self._lock:
            own = self._locks.setdefault(argv, threading.Lock())
        with own:
            if argv not in self._answers:
                self._answers[argv] = self._asked(argv)
            return self._answers[argv]

    def _asked(self, argv: tuple[str, ...]) -> Answer:
        # Answers are compared with known messages, so they must be in one language.
        environment = {**self.environment, "LC_ALL": "C", "LANGUAGE": "C"}
        return ask(argv, self.seconds, environment)

    def _python(self, code: str, argument: str) -> Answer:
        return self.run(sys.executable, "-I", "-S", "-c", code, argument)

    def look(self, path: str) -> Look:
        answer = self._python(_LOOK, path)
        if answer.timed_out:
            return Look(timed_out=True)
        try:
            return Look(**json.loads(answer.stdout))
        except ValueError:
            return Look(errno=errno.EINVAL)

    def looks(self, paths: Sequence[str]) -> list[Look]:
        asking = [threading.Thread(target=self.look, args=(path,), daemon=True) for path in paths]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        return [self.look(path) for path in paths]

    def _in_time(self, work: Callable[[], _T], otherwise: _T) -> _T:
        """The result of ``work``, from a thread that is abandoned if it takes too long."""
        found: list[_T] = []
        thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
        thread.start()
        thread.join(self.seconds)
        return found[0] if found else otherwise

    def read(self, path: str) -> str | None:
        return self._in_time(lambda: _read(path), None)

    def names(self, folder: str) -> tuple[str, ...]:
        return self._in_time(lambda: _names(folder), ())

    def opened(self, path: str) -> int:
        return self._in_time(lambda: _opened(path), errno.ETIMEDOUT)

    def holder(self, inode: str) -> Process | None:
        with self._lock:
            if self._holders is None:
                self._holders = _holders()
        return self._holders.get(inode)

    def is_own_address(self, address: str) -> bool:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as probe:
            try:
                probe.bind((address, 0))
            except OSError:
                return False
        return True

    def connect(self, address: str, port: int) -> str:
        try:
            self._connected(address, port).close()
        except OSError as error:
            return _reason(error)
        return ""

    def _connected(self, address: str, port: int) -> socket.socket:
        if address.startswith("/"):
            local = socket.socket(socket.AF_UNIX)
            local.settimeout(self.seconds)
            try:
                local.connect(address)
            except OSError:
                local.close()
                raise
            return local
        if why := self.resolve(address):
            raise OSError(0, why)
        return socket.create_connection((address, port), self.seconds)

    def greet_display(self, address: str, port: int, name: bytes, cookie: bytes) -> str:
        # The connection setup of the X protocol, version 11: chapter 8 of its specification.
        request = struct.pack("<BxHHHHxx", 0x6C, 11, 0, len(name), len(cookie))
        for part in (name, cookie):
            request += part + b"\0" * (-len(part) % 4)
        try:
            with self._connected(address, port) as server:
                server.sendall(request)
                answer = server.recv(8)
                if answer[:1] == b"\x01":
                    return ""
                length = answer[1] if len(answer) == 8 else 0
                reply = server.recv(length) if length else b""
        except OSError as error:
            return _reason(error)
        return reply.decode("latin-1").strip() or "it closes the connection"

    def ask_name_server(self, address: str) -> bool:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as server:
            server.settimeout(self.seconds)
            try:
                server.connect((address.partition("%")[0], 53))
                server.send(_DNS_QUESTION)
                return server.recv(512)[:2] == _DNS_QUESTION[:2]
            except OSError:
                return False

    def resolve(self, name: str) -> str:
        answer = self._python(_RESOLVE, name)
        if answer.timed_out:
            return "its name is not resolved in time"
        error = answer.stdout.strip()
        return f"its name is not known ({error.lower()})" if error else ""

    def fetch(self, url: str) -> str:
        # The sockets limit the time of each piece only, and a server may send piece after piece.
        return self._in_time(lambda: self._fetch(url), "no answer in time")

    def _fetch(self, url: str) -> str:
        from http.client import HTTPConnection, HTTPException, HTTPSConnection
        from urllib.parse import urlsplit

        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        try:
            if parts.scheme == "https":
                page: HTTPConnection = HTTPSConnection(
                    host, port, timeout=self.seconds, context=_any_certificate()
                )
            else:
                page = HTTPConnection(host, port, timeout=self.seconds)
            page.request("GET", "/")
            page.getresponse().close()
            page.close()
        except OSError as error:
            return _reason(error)
        except HTTPException:
            return "what answers does not speak HTTP"
        return ""

    def group_name(self, gid: int) -> str | None:
        try:
            return grp.getgrgid(gid).gr_name
        except KeyError:
            return None

    def group_members(self, gid: int) -> tuple[str, ...]:
        try:
            return tuple(grp.getgrgid(gid).gr_mem)
        except KeyError:
            return ()


def _read(path: str) -> str | None:
    try:
        # Without blocking: the path may be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb", buffering=0) as file:
            # In pieces: the kernel refuses reads of more than 4 MiB at once from /proc/sys.
            pieces = iter(lambda: file.read(_PIECE), b"")
            return b"".join(islice(pieces, _MOST)).decode("utf-8", "replace")
    except (OSError, ValueError, TypeError):  # TypeError: no data without blocking
        return None


def _names(folder: str) -> tuple[str, ...]:
    try:
        return tuple(sorted(os.listdir(folder)))
    except (OSError, ValueError):
        return ()


def _opened(path: str) -> int:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _any_certificate() -> SSLContext:
    """Certificates are not verified; any answer counts."""
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _user() -> User:
    uid, gid = os.geteuid(), os.getegid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    home = os.environ.get("HOME") or os.path.expanduser("~")
    return User(uid, gid, name, tuple(os.getgroups()), home)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror or str(error) or type(error).__name__).lower()


def _holders() -> dict[str, Process]:
    """The process of each socket, as far as this user may see it."""
    found: dict[str, Process] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            for descriptor in os.listdir(f"/proc/{name}/fd"):
                target = os.readlink(f"/proc/{name}/fd/{descriptor}")
                if target.startswith("socket:["):
                    inode = target[len("socket:[") : -1]
                    if inode not in found:
                        with open(f"/proc/{name}/comm", encoding="utf-8", errors="replace") as file:
                            found[inode] = Process(file.read().strip(), int(name))
        except OSError:
            continue  # not visible to this user, or gone
    return found
