"""Whether a change gives a container more rights or fewer."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from coder_gen.comparing.facts import EVERY_ADDRESS, Fact, Show
from coder_gen.language.shapes.amounts import amount
from coder_gen.language.values import Device, Mount

WIDER, NARROWER, NEITHER = "wider", "narrower", ""

# Settings that give rights, and settings that take rights away.
_GIVES = frozenset(
    """cap_add devices device_cgroup_rules volumes volumes_from group_add gpus ports publish_all
    privileged use_api_socket oom_kill_disable x11 external_links networks""".split()  # noqa: SIM905
)
_TAKES = frozenset(["cap_drop", "read_only"])
_LIMITS = frozenset(["mem_limit", "memswap_limit", "cpus", "cpu_quota", "cpu_shares", "pids_limit"])
_NAMESPACES = frozenset(["ipc", "pid", "uts", "network_mode", "userns_mode", "cgroup"])
_X11 = ("off", "cookie", "user", "host")
_CONFINEMENT_OFF = re.compile(r".*=(?:unconfined|disable|ALL)|label=type[=:]spc_t")


def direction(before: Fact | None, after: Fact | None, show: Show) -> str:
    """The effect of a change: WIDER (more rights), NARROWER or NEITHER."""
    fact = after or before
    assert fact is not None
    key = fact.key
    if key == "security_opt":
        return _option(fact.name, after is not None)
    if key in _NAMESPACES:
        return _between(_namespace(before), _namespace(after))
    if key == "user":
        return _between(_root(before), _root(after))
    if key in _LIMITS:
        return _between(_limit(before), _limit(after))
    if key == "x11":
        return _between(_display(before), _display(after))
    if before is None or after is None:
        return _presence(fact, after is not None)
    if key == "ports":
        return _between(_reach(before), _reach(after))
    if key == "volumes":
        return _mounts(before.item, after.item, show)
    if key == "devices":
        return _devices(before.item, after.item, show)
    if key == "tmpfs":
        return _between(_opened(before), _opened(after))
    if key in _GIVES or key in _TAKES:
        on = _between(float(before.now == "true"), float(after.now == "true"))
        return _opposite(on) if key in _TAKES else on
    return NEITHER


def _between(before: float, after: float) -> str:
    return WIDER if after > before else NARROWER if after < before else NEITHER


def _opposite(found: str) -> str:
    return {WIDER: NARROWER, NARROWER: WIDER}.get(found, NEITHER)


def _presence(fact: Fact, is_new: bool) -> str:
    if fact.now == "false" or (isinstance(fact.item, Mount) and fact.item.type == "tmpfs"):
        return NEITHER
    if fact.key in _GIVES:
        return WIDER if is_new else NARROWER
    if fact.key in _TAKES:
        return NARROWER if is_new else WIDER
    return NEITHER


def _option(name: str, is_new: bool) -> str:
    if _CONFINEMENT_OFF.fullmatch(name) or name == "no-new-privileges=false":
        return WIDER if is_new else NARROWER
    if name == "no-new-privileges":
        return NARROWER if is_new else WIDER
    return NEITHER


def _namespace(fact: Fact | None) -> float:
    """What is shared, in order: nothing, the engine's default, another container's, the host's."""
    mode = fact.now if fact is not None else ""
    if mode in ("none", "host"):
        return float(mode == "host") * 3
    return 2.0 if mode.startswith("container:") else 1.0


def _root(fact: Fact | None) -> float:
    return float(fact is None or fact.now.split(":")[0] in ("", "0", "root"))


def _display(fact: Fact | None) -> float:
    return float(_X11.index(fact.now)) if fact is not None and fact.now in _X11 else 0.0


def _reach(fact: Fact) -> float:
    if EVERY_ADDRESS in fact.now:
        return 2.0
    addresses = fact.now.split(", ")
    return float(any(not a.startswith("127.") and a.strip("[]") != "::1" for a in addresses))


def _limit(fact: Fact | None) -> float:
    """A limit as a number; infinity without a limit."""
    return (amount(fact.now) if fact is not None else None) or float("inf")


def _mounts(before: Mount, after: Mount, show: Show) -> str:
    """The effect of a change of one mount: of its source, its access and its propagation."""
    found = [
        _between(float(not before.read_only), float(not after.read_only)),
        _between(_propagates(before), _propagates(after)),
        _sources(before, after, show),
    ]
    return WIDER if WIDER in found else NARROWER if NARROWER in found else NEITHER


def _devices(before: Device, after: Device, show: Show) -> str:
    """The effect of another device, or of other permissions for the same device."""
    if show(before.source) != show(after.source):
        return WIDER
    old, new = (set(device.permissions or "rwm") for device in (before, after))
    return WIDER if new - old else NARROWER if old - new else NEITHER


def _opened(fact: Fact) -> float:
    """How many of its protections a tmpfs lacks."""
    return float(sum(word in fact.value.split(",") for word in ("exec", "suid", "dev")))


def _propagates(mount: Mount) -> float:
    return float(mount.propagation in ("shared", "rshared"))


def _sources(before: Mount, after: Mount, show: Show) -> str:
    def path(mount: Mount) -> Any:
        binds = mount.type == "bind" and mount.source is not None
        return posixpath.normpath(show(mount.source)) if binds and mount.source else None

    old, new = path(before), path(after)
    if old == new:
        return NEITHER
    if old is None or new is None:
        # From a volume to a folder of the host, or the reverse.
        return WIDER if old is None else NARROWER
    if old.startswith(new.rstrip("/") + "/"):
        return WIDER
    if new.startswith(old.rstrip("/") + "/"):
        return NARROWER
    # An unrelated folder counts as wider, so that a reviewer looks at it.
    return WIDER
