"""Test images, made in a second from Debian's static bash and busybox: no registry is needed."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from tests.e2e import host
from tests.e2e.engines import Docker

CODER = "coder:latest"
"""The name that the built-in spec asks for."""
X_CLIENT = "coder-x:latest"
"""The same with xdpyinfo and xauth."""
PAGE = "coder-gen test page\n"
"""What the service answers on `/`; `/healthz` answers as code-server does."""

# Like the original's image: reads PORT, serves in the foreground, and ends at once on SIGTERM, with
# the status that a signal gives. As process 1 busybox alone would ignore the signal.
ENTRY_POINT = """\
#!/bin/bash
set -eu
printf 'serving on port %s as %s:%s\\n' "${PORT}" "$(id -u)" "$(id -g)"
if (($#)); then printf 'argument: %s\\n' "$@"; fi
httpd -f -p "0.0.0.0:${PORT}" -h /srv/www &
server=$!
trap 'kill "${server}"; exit 143' TERM
trap 'kill "${server}"; exit 130' INT
wait "${server}"
"""

CONFIGURATION = (
    'ENTRYPOINT ["/usr/bin/code-server-entry"]',
    "ENV PORT=7860 HOME=/home/coder USER=coder SHELL=/bin/bash",
    "EXPOSE 7860",
    "USER 1001:1001",
    "WORKDIR /home/coder",
)


class Root:
    """A root file system in the making, written as a tar archive."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._tar = tarfile.open(fileobj=self._buffer, mode="w")  # noqa: SIM115
        self._seen: set[str] = set()

    def _add(self, path: str, kind: bytes, mode: int, owner: int = 0) -> tarfile.TarInfo | None:
        name = path.strip("/")
        if name in self._seen:
            return None
        self._seen.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.gid = kind, mode, owner, owner
        return entry

    def folder(self, path: str, mode: int = 0o755, owner: int = 0) -> None:
        """Add a folder."""
        if entry := self._add(path, tarfile.DIRTYPE, mode, owner):
            self._tar.addfile(entry)

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a file of root's, with the folders above it."""
        for parent in reversed(Path(path).parents):
            if str(parent) != "/":
                self.folder(str(parent))
        if entry := self._add(path, tarfile.REGTYPE, mode):
            entry.size = len(content)
            self._tar.addfile(entry, io.BytesIO(content))

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        if entry := self._add(path, tarfile.SYMTYPE, 0o777):
            entry.linkname = target
            self._tar.addfile(entry)

    def program(self, path: str) -> None:
        """Copy a program of this machine, with the libraries and the loader that it asks for."""
        for needed in (path, *_libraries(path)):
            self.file(_merged(needed), Path(needed).read_bytes(), 0o755)

    def archive(self) -> bytes:
        """The whole as a tar archive."""
        self._tar.close()
        return self._buffer.getvalue()


def _libraries(program: str) -> Iterable[str]:
    """The shared objects that ldd names, the dynamic loader among them."""
    listing = subprocess.run(
        [host.require("ldd", "libc-bin"), program], check=True, capture_output=True, text=True
    ).stdout
    return re.findall(r"(/\S+) \(0x", listing)


def _merged(path: str) -> str:
    """A path in a root where /bin, /sbin, /lib and /lib64 are links into /usr."""
    return re.sub(r"^/(bin|sbin|lib|lib64)/", r"/usr/\1/", path)


def base_root() -> Root:
    """bash, every busybox applet, two users, and a page to serve."""
    root = Root()
    root.folder(".")
    for name in ("bin", "sbin", "lib", "lib64"):
        root.folder(f"/usr/{name}")
        root.link(f"/{name}", f"usr/{name}")
    busybox = host.require("busybox", "busybox-static")
    root.file("/usr/bin/busybox", Path(busybox).read_bytes(), 0o755)
    bash = host.require("bash-static", "bash-static")
    root.file("/usr/bin/bash", Path(bash).read_bytes(), 0o755)
    root.file("/usr/bin/code-server-entry", ENTRY_POINT.encode(), 0o755)
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True)
    for applet in applets.stdout.split():
        root.link(f"/usr/bin/{applet}", "busybox")
    users = "root:x:0:0:root:/root:/bin/bash\ncoder:x:1001:1001::/home/coder:/bin/bash\n"
    root.file("/etc/passwd", users.encode())
    root.file("/etc/group", b"root:x:0:\ncoder:x:1001:\n")
    root.file("/srv/www/index.html", PAGE.encode())
    root.file("/srv/www/healthz", b'{"status":"alive"}\n')
    root.folder("/tmp", 0o1777)
    root.folder("/root", 0o700)
    root.folder("/home")
    root.folder("/home/coder", owner=1001)
    for name in ("dev", "proc", "sys", "run", "var", "mnt"):
        root.folder(f"/{name}")
    return root


def x_client_root() -> Root:
    """The base, and two X clients."""
    root = base_root()
    root.program(host.require("xdpyinfo", "x11-utils"))
    root.program(host.require("xauth", "xauth"))
    return root


def load(docker: Docker, name: str, root: Root) -> str:
    """Give the engine an image under a name, and return the name."""
    changes = [word for change in CONFIGURATION for word in ("--change", change)]
    docker.output("import", *changes, "-", name, stdin=root.archive())
    return name
