"""A network bridge of our own for dockerd, so that it shares no address with another daemon."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from tests.e2e import host


@dataclass(frozen=True)
class Bridge:
    """A bridge, its own address in CIDR form, and the block for networks that Compose makes."""

    name: str
    address: str
    pool: str

    @property
    def gateway(self) -> str:
        """The machine's address as containers on the bridge see it."""
        return self.address.partition("/")[0]


def _call(*argv: str) -> str:
    return subprocess.run(
        argv, check=True, capture_output=True, text=True, timeout=30, env=host.plain_environment()
    ).stdout


def _unused(ip: str) -> int:
    """A number N for which no address of the machine is in 10.213.N.0/24 or 10.214.N.0/24."""
    taken = _call(ip, "-4", "-o", "address")
    for step in range(256):
        number = (os.getpid() + step) % 256
        if f"10.213.{number}." not in taken and f"10.214.{number}." not in taken:
            return number
    raise RuntimeError("no free address block for a bridge")


def _rules(bridge: Bridge) -> list[list[str]]:
    """What lets containers reach the network: dockerd itself touches no firewall of the machine.

    A second dockerd that manages rules would flush the chains of the first while that works.
    """
    rules = []
    for block in (bridge.address, bridge.pool):
        accept = ["-m", "comment", "--comment", bridge.name, "-j", "ACCEPT"]
        rules.append(["filter", "FORWARD", "-s", block, *accept])
        rules.append(["filter", "FORWARD", "-d", block, *accept])
        masquerade = ["-m", "comment", "--comment", bridge.name, "-j", "MASQUERADE"]
        rules.append(["nat", "POSTROUTING", "-s", block, "!", "-d", block, *masquerade])
    return rules


@contextlib.contextmanager
def own_bridge() -> Iterator[Bridge]:
    """Make a bridge and its firewall rules; at the end remove them."""
    ip = host.require("ip", "iproute2")
    iptables = host.require("iptables", "iptables")
    number = _unused(ip)
    bridge = Bridge(f"cg{os.getpid()}", f"10.213.{number}.1/24", f"10.214.{number}.0/24")
    with contextlib.ExitStack() as undo:
        _call(ip, "link", "add", bridge.name, "type", "bridge")
        undo.callback(_call, ip, "link", "delete", bridge.name)
        _call(ip, "address", "add", bridge.address, "dev", bridge.name)
        _call(ip, "link", "set", bridge.name, "up")
        for table, *rule in _rules(bridge):
            _call(iptables, "-w", "-t", table, "-I", *rule)
            undo.callback(_call, iptables, "-w", "-t", table, "-D", *rule)
        yield bridge
