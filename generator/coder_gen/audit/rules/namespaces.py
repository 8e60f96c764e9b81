"""Namespaces that the container shares with the host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import drop_key
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.plan import Plan
from coder_gen.plan.defaults import scalar


def _host(key: str, what: str) -> Check:
    def check(plan: Plan) -> Iterator[Hit]:
        # `ns:` joins a namespace by its path, which may be the host's.
        if scalar(plan, key) == "host" or scalar(plan, key).startswith("ns:"):
            yield Hit(f"the host's {what} is shared", plan.settings[key].span)

    return check


_JOINED = {"network_mode": "network", "pid": "processes", "ipc": "shared memory", "userns_mode": "user ids"}  # fmt: skip


def _joined(plan: Plan) -> Iterator[Hit]:
    for key, what in _JOINED.items():
        if scalar(plan, key).startswith("container:"):
            yield Hit(
                f"the {what} of another container: {scalar(plan, key)}",
                plan.settings[key].span,
                key,
            )


def _apart(plan: Plan, hit: Hit) -> Plan:
    return drop_key(hit.item)(plan, hit)


# Podman's rootless networks with access to the host's loopback.
_TO_LOOPBACK = re.compile(
    r"slirp4netns:.*allow_host_loopback=true.*|pasta:.*(?:--map-gw|--map-host-loopback|-T|--tcp-ns|-U|--udp-ns).*"
)


def _loopback(plan: Plan) -> Iterator[Hit]:
    if _TO_LOOPBACK.fullmatch(scalar(plan, "network_mode")):
        yield Hit(
            "the host's loopback can be reached from inside", plan.settings["network_mode"].span
        )


RULES = (
    Rule(
        id="host-pid",
        title="Host's process namespace",
        level=HIGH,
        gains="Sees every process of the host with its arguments, and signals those of its user.",
        advice=RuleText("Remove {key}.", key=KeyName("pid")),
        standards=("CIS 5.16", "NIST 4.4.3"),
        check=_host("pid", "process namespace"),
        remedy=drop_key("pid"),
        costs="Processes of the host are no longer visible.",
    ),
    Rule(
        id="host-ipc",
        title="Host's IPC namespace",
        level=MEDIUM,
        gains="Reads and writes the shared memory of the user's other programs.",
        advice="Give the container its own namespace of sufficient size: ipc: private, shm_size: 1g.",
        standards=("CIS 5.17",),
        check=_host("ipc", "IPC namespace"),
        remedy=drop_key("ipc"),
        costs="Toolkits that draw through MIT-SHM need QT_X11_NO_MITSHM=1 and _X11_NO_MITSHM=1.",
    ),
    Rule(
        id="host-network",
        title="Host's network",
        level=HIGH,
        gains="Every service on the host's loopback, also those that trust local clients, and "
        "the X server's abstract socket.",
        advice="Publish only the ports that are needed, on loopback.",
        standards=("CIS 5.10", "NIST 4.4.2"),
        check=_host("network_mode", "network namespace"),
        remedy=drop_key("network_mode"),
        costs="Ports have to be published; a display forwarded by ssh cannot be reached.",
    ),
    Rule(
        id="host-loopback",
        title="The host's loopback",
        level=MEDIUM,
        gains="Every service on the host's loopback, also those that trust local clients.",
        advice="Remove the option.",
        standards=("CIS 5.10", "NIST 4.4.2"),
        check=_loopback,
        remedy=drop_key("network_mode"),
        costs="Services on the host's loopback cannot be reached.",
    ),
    Rule(
        id="joined-container",
        title="Another container's namespace",
        level=MEDIUM,
        gains="Resources that are private to that container: its loopback, or the files and variables of its processes.",
        advice="Remove it, or join a network instead.",
        standards=("NIST 4.4.2",),
        check=_joined,
        remedy=_apart,
        costs="The two containers are separate.",
    ),
    Rule(
        id="host-uts",
        title="Host's UTS namespace",
        level=LOW,
        gains="With SYS_ADMIN, changes the host's name.",
        advice=RuleText(
            "Remove {key}; {name} gives the container a name.",
            key=KeyName("uts"),
            name=KeyName("hostname"),
        ),
        standards=("CIS 5.21",),
        check=_host("uts", "UTS namespace"),
        remedy=drop_key("uts"),
        costs="The container has a host name of its own.",
    ),
    Rule(
        id="host-userns",
        title="Host's user namespace",
        level=MEDIUM,
        gains="Root inside is root outside, also if the engine would map it to an unprivileged id.",
        advice=RuleText("Remove {key}.", key=KeyName("userns_mode")),
        standards=("CIS 5.31", "OWASP 2"),
        check=_host("userns_mode", "user namespace"),
        remedy=drop_key("userns_mode"),
        costs="On engines that map users, files belong to the mapped ids.",
    ),
    Rule(
        id="host-cgroup",
        title="Host's cgroup namespace",
        level=LOW,
        gains="Sees the host's cgroups, and thereby its other containers.",
        advice=RuleText("Remove {key}.", key=KeyName("cgroup")),
        standards=("CIS 5.25",),
        check=_host("cgroup", "cgroup namespace"),
        remedy=drop_key("cgroup"),
        costs="systemd inside may need it.",
    ),
)  # fmt: skip
