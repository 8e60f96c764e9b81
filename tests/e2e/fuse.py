"""FUSE file systems of our own: one that answers, one that hangs, one whose program is gone."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

_INIT, _GETATTR, _FORGET = 26, 3, (2, 42)
_NOSUID_NODEV = 2 | 4
_DETACH = 2
_libc = ctypes.CDLL(None, use_errno=True)


def _checked(status: int) -> None:
    if status != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


@contextlib.contextmanager
def _mounted(point: Path, uid: int, gid: int) -> Iterator[int]:
    """The descriptor that the file system's program has. It lets in its owner alone."""
    device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={device},rootmode=40000,user_id={uid},group_id={gid}".encode()
    try:
        _checked(
            _libc.mount(
                b"cg", os.fsencode(point), b"fuse.cg", ctypes.c_ulong(_NOSUID_NODEV), options
            )
        )
        yield device
    finally:
        # Closing ends what waits for an answer; then nothing keeps the mount.
        with contextlib.suppress(OSError):
            os.close(device)
        _libc.umount2(os.fsencode(point), _DETACH)


def _reply(device: int, unique: int, body: bytes = b"", error: int = 0) -> None:
    os.write(device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)


def _begin(device: int) -> None:
    """Shake hands: protocol 7.31, nothing special."""
    request = os.read(device, 1 << 17)
    (unique,) = struct.unpack_from("<Q", request, 8)
    body = struct.pack("<IIIIHHIIHH", 7, 31, 0, 0, 16, 12, 4096, 1, 1, 0)
    _reply(device, unique, body.ljust(64, b"\0"))


def _answer(device: int, uid: int, gid: int) -> None:
    """An empty folder of the owner's, until the device is closed."""
    _begin(device)
    while True:
        try:
            request = os.read(device, 1 << 17)
        except OSError:
            return
        _, opcode, unique = struct.unpack_from("<IIQ", request)
        if opcode == _GETATTR:
            times = (0,) * 6
            attributes = struct.pack(
                "<6Q10I", 1, *times[:5], 0, 0, 0, 0o40700, 2, uid, gid, 0, 4096, 0
            )
            _reply(device, unique, struct.pack("<QII", 0, 0, 0) + attributes)
        elif opcode not in _FORGET:
            _reply(device, unique, error=errno.ENOSYS)


@contextlib.contextmanager
def private_mount(point: Path, uid: int, gid: int) -> Iterator[None]:
    """A file system that answers its owner; root is refused, as with every one without allow_other."""
    with _mounted(point, uid, gid) as device:
        server = threading.Thread(target=_answer, args=(device, uid, gid), daemon=True)
        server.start()
        yield


@contextlib.contextmanager
def hanging_mount(point: Path) -> Iterator[None]:
    """A file system that takes a question and never answers, as NFS whose server is gone.

    Who asks cannot be killed until the mount is taken away.
    """
    with _mounted(point, 0, 0) as device:

        def swallow() -> None:
            _begin(device)
            with contextlib.suppress(OSError):
                while True:
                    os.read(device, 1 << 17)

        threading.Thread(target=swallow, daemon=True).start()
        yield


@contextlib.contextmanager
def dead_mount(point: Path) -> Iterator[None]:
    """A file system whose program has ended."""
    with _mounted(point, 0, 0) as device:
        os.close(device)
        yield
