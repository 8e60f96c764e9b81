"""The meaning of a value as a sentence; the key's summary for keys without a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coder_gen.expression import Text
from coder_gen.language.keys.container import KEYS
from coder_gen.language.values import Device, Inherit, Mount, Port
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import capability
from coder_gen.plan.defaults import settled

# Short descriptions of the capabilities: see capabilities(7).
_CAPABILITIES = {
    "ALL": "everything that root may do",
    "SYS_ADMIN": "mounting file systems, FUSE's too, and much else of root's",
    "SYS_PTRACE": "debugging processes of other users",
    "NET_ADMIN": "changing addresses, routes and firewall rules",
    "NET_RAW": "raw sockets, as packet sniffers use them",
    "NET_BIND_SERVICE": "listening on ports below 1024",
    "DAC_OVERRIDE": "passing by the permissions of files",
    "CHOWN": "changing the owners of files",
    "SYS_NICE": "raising priorities",
    "MKNOD": "making device files",
    "SETUID": "becoming another user",
    "SETGID": "becoming another group",
    "KILL": "signalling processes of other users",
}
_SECURITY = {
    "seccomp=unconfined": "turns the filter of system calls off",
    "apparmor=unconfined": "turns AppArmor's profile off",
    "label=disable": "turns SELinux's separation off",
    "systempaths=unconfined": "shows the parts of /proc and /sys that are masked otherwise",
    "no-new-privileges": "keeps setuid programs, such as sudo, from giving more rights",
    "no-new-privileges=true": "keeps setuid programs, such as sudo, from giving more rights",
}
_DISPLAYS = {
    "host": "lets every user of this host use the display while the container runs",
    "user": "lets every process of the calling user use the display while the container runs",
    "cookie": "lets this container alone use the display",
}
_NAMESPACES = {
    "ipc": "The container and the host share shared memory and semaphores.",
    "pid": "Programs inside see the processes of the host.",
    "uts": "The container has the host's name.",
    "network_mode": "The container has the host's network: nothing is published, all is open.",
    "userns_mode": "User ids inside are those of the host.",
    "cgroup": "Programs inside see the control groups of the host.",
}


def meaning(key: str, value: Any, plan: Plan) -> str:
    """The meaning of one value of a key."""
    if key in _NAMESPACES and settled(value, plan) == "host":
        return _NAMESPACES[key]
    rule = _RULES.get(key)
    return KEYS[key].summary if rule is None else rule(value, plan)


def _port(port: Port, plan: Plan) -> str:
    address = settled(port.host_ip, plan) or "every address"
    number = settled(port.published, plan) or "a port that the engine picks"
    where = f"{number} of the host, on {address},"
    kind = "" if port.protocol == "tcp" else f" ({port.protocol})"
    return f"Connections to {where} reach {settled(port.target, plan)} inside{kind}."


def _mount(mount: Mount, plan: Plan) -> str:
    target = settled(mount.target, plan)
    access = "and can only be read" if mount.read_only else "and can be changed"
    if mount.type == "bind":
        return f"{settled(mount.source, plan)} of the host appears as {target}, {access}."
    if mount.type == "tmpfs":
        return f"{target} lives in memory, and is gone with the container."
    name = settled(mount.source, plan)
    return f"The volume {name} appears as {target}, {access}." if name else (
        f"A volume without a name appears as {target}, {access}."
    )  # fmt: skip


def _device(device: Device, plan: Plan) -> str:
    source, inside = settled(device.source, plan), settled(device.target, plan)
    name = f", as {inside}" if inside not in ("", source) else ""
    return f"Programs inside may open {source} of the host{name}."


def _user(value: Text, plan: Plan) -> str:
    user = settled(value, plan)
    if plan.runs_as_host_user:
        return "Processes have the ids of who starts it: files that they make on mounts are theirs."
    return f"Processes run as {user}."


def _added(value: Text, plan: Plan) -> str:
    return f"Root inside may do more: {_named(value, plan)}."


def _dropped(value: Text, plan: Plan) -> str:
    return f"Not even root inside may do this: {_named(value, plan)}."


def _named(value: Text, plan: Plan) -> str:
    name = capability(settled(value, plan))
    return _CAPABILITIES.get(name, name)


def _security(value: Text, plan: Plan) -> str:
    option = settled(value, plan).replace(":", "=", 1)
    if option in _SECURITY:
        return f"This {_SECURITY[option]}."
    kind, _, what = option.partition("=")
    return f"The {kind} profile is {what}." if what else KEYS["security_opt"].summary


def _environment(value: tuple[str, Text | Inherit], plan: Plan) -> str:
    name, text = value
    if isinstance(text, Inherit):
        return f"Programs inside see {name} as the host has it, when it has it."
    return f"Programs inside see {name}={settled(text, plan)}."


def _forwarded(value: Text, plan: Plan) -> str:
    return f"Programs inside see {value.source} as the host has it, when it has it."


def _x11(value: Any, plan: Plan) -> str:
    return f"This {_DISPLAYS[value.access]}."


_RULES: dict[str, Callable[[Any, Plan], str]] = {
    "ports": _port,
    "volumes": _mount,
    "devices": _device,
    "user": _user,
    "cap_add": _added,
    "cap_drop": _dropped,
    "security_opt": _security,
    "environment": _environment,
    "forward_environment": _forwarded,
    "x11": _x11,
}
