"""Listening sockets, read from the kernel's tables."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from typing import NamedTuple

from coder_gen.host.probe import Probe

_LISTEN = "0A"
_UNCONNECTED = "07"
# Wildcard addresses; a published port without an address is on all of them, too.
ANY = ("0.0.0.0", "::")
EVERY = ("", *ANY)


class Listener(NamedTuple):
    """A listening socket: its address, its port and its inode."""

    address: str
    port: int
    inode: str


def listeners(protocol: str, probe: Probe) -> Iterator[Listener]:
    """The sockets that listen on tcp or udp, over IPv4 and IPv6."""
    for table in (f"/proc/net/{protocol}", f"/proc/net/{protocol}6"):
        yield from parse(probe.read(table) or "", protocol)


def parse(table: str, protocol: str) -> Iterator[Listener]:
    """The listeners in one of the kernel's tables: see proc(5)."""
    wanted = _LISTEN if protocol == "tcp" else _UNCONNECTED
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == wanted:
            address, _, port = fields[1].partition(":")
            yield Listener(_address(address), int(port, 16), fields[9])


def _address(hexadecimal: str) -> str:
    """An IP address; the kernel writes it as 32-bit words in the host's byte order."""
    words = bytes.fromhex(hexadecimal)
    if sys.byteorder == "little":
        words = b"".join(words[i : i + 4][::-1] for i in range(0, len(words), 4))
    address = ipaddress.ip_address(words)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def in_the_way(listener: Listener, address: str, port: int) -> bool:
    """Whether a listener prevents publishing a port; the launcher has the same rule."""
    if listener.port != port:
        return False
    return listener.address in ANY or address in EVERY or listener.address == address
