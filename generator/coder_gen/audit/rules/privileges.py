"""The rights of the processes: privileged mode, capabilities, users and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import add_item, drop_capability, drop_item, drop_key, set_key
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.audit.rules.confinement import with_kept_privileges
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import added, dropped
from coder_gen.plan.defaults import is_true, scalar, texts
from coder_gen.plan.security_options import about_privileges, keeps_privileges


def is_root(plan: Plan) -> bool:
    """Whether the processes run as root, or may do so because the spec sets no user."""
    user = scalar(plan, "user").split(":")[0]
    # Engines parse a number as Go does: 00, +0 and -0 are 0.
    return user in ("", "root") or _ZERO.fullmatch(user) is not None


_ZERO = re.compile(r"[+-]?0+")


class _Capability(NamedTuple):
    level: str
    gains: str
    advice: str


_NAME_OTHERS = "Drop it; add only what the program needs in tests."
# capabilities(7) says what each one allows.
_CAPABILITIES = {
    "ALL": _Capability(
        CRITICAL,
        "Every capability, which is root on the host as with privileged mode.",
        "Name the few capabilities that are needed.",
    ),
    "SYS_ADMIN": _Capability(
        HIGH,
        "Mounts, namespaces and many other rights of root: most known escapes use it.",
        "For FUSE: mount on the host and bind the mount point, or use rootless Podman, where "
        "the capability applies only in the user's own namespace.",
    ),
    "SYS_MODULE": _Capability(CRITICAL, "Loads code into the host's kernel.", _NAME_OTHERS),
    "SYS_RAWIO": _Capability(
        CRITICAL, "Reads and writes the host's memory and hardware directly.", _NAME_OTHERS
    ),
    "BPF": _Capability(CRITICAL, "Loads programs into the host's kernel.", _NAME_OTHERS),
    "SYS_PTRACE": _Capability(
        HIGH,
        "Reads and changes the memory of every process that it can see, with all secrets.",
        "Debug as the same user: that needs no capability.",
    ),
    "DAC_READ_SEARCH": _Capability(
        HIGH,
        "Opens any file of a mounted file system by its handle, also outside of the mount.",
        _NAME_OTHERS,
    ),
    "NET_ADMIN": _Capability(
        HIGH,
        "Changes addresses, routes and firewall rules of its network namespace, and reaches "
        "kernel code with many past vulnerabilities.",
        "Configure the network from outside.",
    ),
    "SYS_BOOT": _Capability(HIGH, "Restarts the host, or loads another kernel.", _NAME_OTHERS),
    "SYS_TIME": _Capability(HIGH, "Sets the host's clock, which falsifies certificate checks and logs.", _NAME_OTHERS),
    "SYSLOG": _Capability(MEDIUM, "Reads kernel addresses that exploits need.", _NAME_OTHERS),
    "PERFMON": _Capability(HIGH, "Observes other processes and the kernel.", _NAME_OTHERS),
    "MAC_ADMIN": _Capability(HIGH, "Changes the policy that confines it.", _NAME_OTHERS),
    "MAC_OVERRIDE": _Capability(HIGH, "Bypasses the policy that confines it.", _NAME_OTHERS),
    "AUDIT_CONTROL": _Capability(HIGH, "Turns off the host's audit.", _NAME_OTHERS),
    "AUDIT_READ": _Capability(MEDIUM, "Reads the host's audit log.", _NAME_OTHERS),
    "SYS_RESOURCE": _Capability(
        MEDIUM, "Exceeds limits, and uses disk space that is reserved for root.", _NAME_OTHERS
    ),
    "LINUX_IMMUTABLE": _Capability(
        MEDIUM, "Makes files that their owner cannot remove.", _NAME_OTHERS
    ),
    "IPC_OWNER": _Capability(MEDIUM, "Reads and writes all shared memory that it can see.", _NAME_OTHERS),
    "SYS_TTY_CONFIG": _Capability(MEDIUM, "Changes the host's consoles, and disconnects them.", _NAME_OTHERS),
    "CHECKPOINT_RESTORE": _Capability(MEDIUM, "Chooses process ids; opens map files.", _NAME_OTHERS),
}  # fmt: skip


def _adds(name: str) -> Check:
    def check(plan: Plan) -> Iterator[Hit]:
        text = added(plan).get(name)
        if text is not None:
            yield Hit(f"the capability {name} is added", text.span, text)

    return check


def _of_capability(name: str, capability: _Capability) -> Rule:
    return Rule(
        id="cap-" + name.lower().replace("_", "-"),
        title=f"Capability {name}",
        level=capability.level,
        gains=capability.gains,
        advice=capability.advice,
        standards=("CIS 5.4", "OWASP 3", "NIST 4.4.3"),
        check=_adds(name),
        remedy=drop_capability,
        costs="FUSE file systems can no longer be mounted inside."
        if name == "SYS_ADMIN"
        else f"Programs that need {name} fail.",
    )


def _others(plan: Plan) -> Iterator[Hit]:
    for name, text in added(plan).items():
        if name not in _CAPABILITIES and name not in _HARMLESS:
            yield Hit(f"the capability {name} is added", text.span, text)


# NET_RAW has its own rule; NET_BIND_SERVICE only allows ports below 1024.
_HARMLESS = frozenset(["NET_RAW", "NET_BIND_SERVICE"])


# Groups with rights close to root's: a name is the image's, a number also applies to mounts.
_STRONG_GROUPS = frozenset(
    ["0", "root", "docker", "disk", "6", "kmem", "shadow", "42", "sudo", "27", "wheel", "lxd", "incus",
     "libvirt", "adm", "4", "systemd-journal"]
)  # fmt: skip


def _groups(plan: Plan) -> Iterator[Hit]:
    for text, name in texts(plan, "group_add"):
        if name in _STRONG_GROUPS or _ZERO.fullmatch(name):
            yield Hit(f"the group {name} is added", text.span, text)


def _privileged(plan: Plan) -> Iterator[Hit]:
    if is_true(plan, "privileged"):
        yield Hit("the container is privileged", plan.settings["privileged"].span)


def _not_dropped(plan: Plan) -> Iterator[Hit]:
    if "ALL" not in dropped(plan) and not is_true(plan, "privileged"):
        key = KeyName("cap_drop", "ALL", is_list=True)
        yield Hit(RuleText("no {key}: the engine's default capabilities are kept", key=key))


def _net_raw(plan: Plan) -> Iterator[Hit]:
    text = added(plan).get("NET_RAW")
    if text is not None:
        yield Hit("the capability NET_RAW is added", text.span, text)
    elif not dropped(plan) & {"ALL", "NET_RAW"} and not is_true(plan, "privileged"):
        yield Hit("the capability NET_RAW is kept")


def _drop_net_raw(plan: Plan, hit: Hit) -> Plan:
    if hit.item is not None:
        return drop_capability(plan, hit)
    return add_item("cap_drop", "NET_RAW")(plan, hit)


def _root(plan: Plan) -> Iterator[Hit]:
    if not is_root(plan):
        return
    setting = plan.settings.get("user")
    if setting is None:
        key = KeyName("user")
        yield Hit(
            RuleText("no {key}: the image sets the user, which is root in most images", key=key)
        )
    else:
        yield Hit("the processes run as root", setting.span)


def _new_privileges(plan: Plan) -> Iterator[Hit]:
    if keeps_privileges(plan):
        return
    last = about_privileges(plan)
    if last is None:
        yield Hit("`no-new-privileges` is not set: setuid programs can give more rights")
    else:
        yield Hit(
            f"`{last[0].source}`: setuid programs can give more rights", last[0].span, last[0]
        )


RULES = (
    Rule(
        id="privileged",
        title="Privileged container",
        level=CRITICAL,
        gains="Root on the host: every device and capability, without a filter.",
        advice="Add only the capabilities and devices that are needed.",
        standards=("CIS 5.5", "OWASP 3", "NIST 4.4.3"),
        check=_privileged,
        remedy=drop_key("privileged"),
        costs="Devices and capabilities have to be listed one by one.",
    ),
    *(_of_capability(name, capability) for name, capability in _CAPABILITIES.items()),
    Rule(
        id="cap-other",
        title="Another capability",
        level=LOW,
        gains="One of root's rights, for every process that becomes root inside.",
        advice="Keep it only if the program needs it in tests.",
        standards=("CIS 5.4", "OWASP 3"),
        check=_others,
        remedy=drop_capability,
        costs="Programs that need the capability fail.",
    ),
    Rule(
        id="capabilities-not-dropped",
        title="Default capabilities kept",
        level=MEDIUM,
        gains="Several rights of root that an IDE does not need, such as changing owners.",
        advice="Drop all of them, and add those that the program needs in tests.",
        standards=("CIS 5.4", "OWASP 3"),
        check=_not_dropped,
        remedy=add_item("cap_drop", "ALL"),
        costs="Programs that run as root inside may need a capability: add that one.",
    ),
    Rule(
        id="net-raw",
        title="Capability NET_RAW",
        level=LOW,
        gains="Forges packets on the container's network, to impersonate other containers.",
        advice="Drop it; ping works without it on current kernels.",
        standards=("CIS 5.4", "OWASP 3"),
        check=_net_raw,
        remedy=_drop_net_raw,
        costs="Packet sniffers fail.",
    ),
    Rule(
        id="new-privileges",
        title="Setuid programs can give more rights",
        level=MEDIUM,
        gains="A setuid program of the image, for example sudo, makes a user's process root.",
        advice="Set no-new-privileges. It conflicts with sudo and fusermount inside: install "
        "packages in the image, and mount FUSE on the host.",
        standards=("CIS 5.26", "OWASP 4"),
        check=_new_privileges,
        remedy=with_kept_privileges,
        costs="sudo and fusermount no longer work inside.",
    ),
    Rule(
        id="strong-group",
        title="A group with rights of root",
        level=MEDIUM,
        gains="The group's rights on every mount and device: disks, logs, the engine's socket.",
        advice="Add only the group of the file that is needed.",
        standards=("CIS 4.1", "OWASP 2"),
        check=_groups,
        remedy=drop_item("group_add"),
        costs="Files of that group cannot be accessed.",
    ),
    Rule(
        id="root-user",
        title="Root in the container",
        level=MEDIUM,
        gains="Root's rights on every mount; most escapes need root inside.",
        advice="Run as the calling user, or as a user of the image.",
        standards=("CIS 4.1", "OWASP 2"),
        check=_root,
        remedy=set_key("user", "host"),
        costs="The image's program must be able to run as any user.",
    ),
)  # fmt: skip
