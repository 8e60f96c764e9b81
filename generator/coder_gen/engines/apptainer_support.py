"""How far Apptainer supports a value, for the keys where that depends on the value.

Apptainer has no daemon, no network of its own and only the rights of the user who starts it. Values
that need more are unsupported, or approximate with a note that gives the difference.
"""

from __future__ import annotations

import re

from coder_gen.expression import Text
from coder_gen.language.values import Device, Inherit, Mount, Port, Ulimit
from coder_gen.plan import Plan
from coder_gen.support import APPROXIMATE, EXACT, UNSUPPORTED, Judge, Support

HOST_NETWORK = "the network is the host's, or none"
INSTANCE_BEGINS_IN_HOME = "an instance (--start) of the image's own program starts in the home"
_OWN_OR_HOSTS = "a namespace is the container's own or the host's"
_EXACTLY = Support(EXACT)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The engine gives these names another meaning than a variable's.
_TAKEN_NAMES = ("PREPEND_PATH", "APPEND_PATH")
# Confinement that ``security_opt`` may switch off; the engine uses none of these anyway.
_UNCONFINED = ("seccomp", "apparmor", "label", "systempaths")
# Resources whose limit bash can set: the option's letter, and the bytes in one of its units.
BASH_LIMITS = {
    "as": "v 1024",
    "core": "c 1024",
    "cpu": "t 1",
    "data": "d 1024",
    "fsize": "f 1024",
    "locks": "x 1",
    "memlock": "l 1024",
    "msgqueue": "q 1",
    "nice": "e 1",
    "nofile": "n 1",
    "nproc": "u 1",
    "rss": "m 1024",
    "rtprio": "r 1",
    "sigpending": "i 1",
    "stack": "s 1024",
}


def is_root(value: Text) -> bool:
    """Whether the spec's user is root, which a user namespace can provide."""
    return value.is_literal and value.literal in ("0", "root", "0:0", "root:root")


def judge_user(value: Text, plan: Plan) -> Support:
    """The process has the ids of the user who starts it; root is possible in a user namespace."""
    if plan.runs_as_host_user:
        return _EXACTLY
    if is_root(value):
        return Support(APPROXIMATE, "root of its own user namespace, as the host's user outside")
    return Support(UNSUPPORTED, "the process has the ids of the user who starts it")


def can_be_set(name: str) -> bool:
    """Whether the engine sets a variable of that name."""
    return _NAME.fullmatch(name) is not None and name not in _TAKEN_NAMES


def judge_environment(values: dict[str, Text | Inherit], plan: Plan) -> Support:
    """Only names that are identifiers can be set."""
    wrong = [name for name in values if not can_be_set(name)]
    if wrong:
        return Support(APPROXIMATE, f"it cannot set a variable named {wrong[0]}")
    return _EXACTLY


def judge_ports(ports: tuple[Port, ...], plan: Plan) -> Support:
    """The program listens on the host's own network, so ports are not mapped."""
    for port in plan.ports:
        if port.published is not None and port.published.source != port.target.source:
            note = "on the host's network the port is the one that the program listens on"
            return Support(UNSUPPORTED, note)
        if port.published is None:
            return Support(UNSUPPORTED, "Apptainer chooses no port: the program does")
    return Support(APPROXIMATE, "the program listens on the host's own network")


def judge_mounts(mounts: tuple[Mount, ...], plan: Plan) -> Support:
    """Bind mounts are exact; volumes and tmpfs are folders of the user's or the site's."""
    notes: dict[str, None] = {}
    for mount in mounts:
        if mount.type == "volume" and mount.source is not None:
            notes["a named volume is a folder under ~/.local/share/coder-gen, empty at first"] = (
                None
            )
        elif mount.type != "bind":
            notes["a volume without a source is in memory; the site sets its size"] = None
        if mount.propagation or mount.recursive or mount.selinux or mount.consistency:
            notes["propagation and labels of a mount are the site's"] = None
    return Support(APPROXIMATE, "; ".join(notes)) if notes else _EXACTLY


def is_file(device: Device) -> bool:
    """Whether a device may be a file of the host: a CDI name is not."""
    return device.source.startswith("/") or not device.source.is_literal


def judge_devices(devices: tuple[Device, ...], plan: Plan) -> Support:
    """Devices are bind mounts, with the file's own permissions."""
    if not all(map(is_file, devices)):
        return Support(UNSUPPORTED, "a device is a file of the host")
    if any(device.permissions not in (None, "rwm") for device in devices):
        return Support(APPROXIMATE, "the permissions are those of the file on the host")
    return _EXACTLY


def judge_security_opt(values: tuple[Text, ...], plan: Plan) -> Support:
    """Less confinement is always given; more is decided by the administrator."""
    for value in values:
        word = value.literal if value.is_literal else ""
        name, _, setting = word.replace(":", "=").partition("=")
        if name == "no-new-privileges" and setting in ("", "true"):
            continue
        if name in _UNCONFINED and setting in ("unconfined", "disable"):
            continue
        return Support(UNSUPPORTED, f"{value.source}: only the administrator can confine a process")
    return _EXACTLY


def judge_namespace(*shared: str) -> Judge:
    """A namespace that is either shared with the host or not, without other choices."""

    def judge(value: Text, plan: Plan) -> Support:
        if value.is_literal and value.literal in shared:
            return _EXACTLY
        return Support(UNSUPPORTED, _OWN_OR_HOSTS)

    return judge


def judge_pid(value: Text, plan: Plan) -> Support:
    """An instance always has its own PID namespace."""
    if value.is_literal and value.literal == "host":
        return Support(APPROXIMATE, "an instance (--start) has a namespace of its own")
    return Support(UNSUPPORTED, _OWN_OR_HOSTS)


def judge_working_dir(value: Text, plan: Plan) -> Support:
    """An instance that runs the image's own program has no working directory to set."""
    if plan.value("entrypoint") is not None:
        return _EXACTLY
    return Support(APPROXIMATE, INSTANCE_BEGINS_IN_HOME)


def judge_network(value: Text, plan: Plan) -> Support:
    """Only the host's network, or none."""
    if value.is_literal and value.literal in ("host", "none"):
        return _EXACTLY
    return Support(UNSUPPORTED, HOST_NETWORK)


def judge_limits(limits: tuple[Ulimit, ...], plan: Plan) -> Support:
    """bash sets the limits; it supports all but one."""
    if any(limit.name not in BASH_LIMITS for limit in limits):
        return Support(UNSUPPORTED, "bash cannot set the limit rttime")
    return _EXACTLY


def judge_restart(value: Text, plan: Plan) -> Support:
    """There is no daemon to restart a container."""
    if value.is_literal and value.literal == "no":
        return _EXACTLY
    return Support(UNSUPPORTED, "there is no daemon to start it again")


def judge_pull(value: Text, plan: Plan) -> Support:
    """The image file is built before the start."""
    if value.is_literal and value.literal == "never":
        return _EXACTLY
    return Support(APPROXIMATE, "the image file is made before the start, and never pulled")


def judge_boolean(value: Text, plan: Plan) -> Support:
    """A flag is present or not: the launcher cannot decide it at the start."""
    if value.is_literal:
        return _EXACTLY
    return Support(UNSUPPORTED, "the value must be known when compiling: pass --var")
