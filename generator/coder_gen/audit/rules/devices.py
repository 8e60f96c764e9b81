"""Devices of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit import places
from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import drop_item
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.rules.mounts import sources
from coder_gen.audit.settled import settled, texts
from coder_gen.plan import Plan
from coder_gen.values import Device, Mount

_FUSE = re.compile(r"/dev/fuse")
# Memory, I/O ports, and disks by any of their names.
_RAW = re.compile(
    r"/dev/?|/dev/(?:mem|kmem|port|nvram|disk(?:/.*)?|mapper(?:/.*)?|block(?:/.*)?"
    r"|(?:sd|hd|vd|xvd)[a-z]+[0-9]*|nvme[0-9].*|mmcblk.*|dm-[0-9]+|md[0-9]+|loop.*|sr[0-9]+"
    r"|sg[0-9]+|nbd[0-9]+.*|rbd[0-9]+.*|zd[0-9]+.*|pmem[0-9].*|bcache[0-9].*|bsg(?:/.*)?)"
)
# What the user types goes through them.
_INPUT = re.compile(r"/dev/(?:u?input(?:/.*)?|hidraw[0-9]+|tty[0-9]+|console|vcsa?[0-9]*)")
# Every device of a kind: `a *:* rwm`, `b *:* r`.
_ALL_DISKS = re.compile(r"a(?: .*)?|b \*:\*.*|c 1:\*.*")


def exposed(plan: Plan) -> Iterator[tuple[Device | Mount, str]]:
    """Devices by whichever key they come in, with their path on the host."""
    for device in plan.value("devices") or ():
        path = settled(device.source, plan)
        # A name of the Container Device Interface (vendor.com/gpu=all) is no path.
        yield device, places.plain(path) if path.startswith("/") else path
    for mount, path in sources(plan):
        if path.startswith("/dev/") and path != "/dev/shm":
            yield mount, path


def has_fuse(plan: Plan) -> bool:
    """Whether /dev/fuse is there."""
    return any(_FUSE.fullmatch(path) for _, path in exposed(plan))


def _fuse(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        if _FUSE.fullmatch(path):
            yield Hit(f"{path} is passed in", item.span, item)


def _raw(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        if _RAW.fullmatch(path):
            yield Hit(f"{path} is passed in", item.span, item)


def _input(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        if _INPUT.fullmatch(path):
            yield Hit(f"{path} is passed in", item.span, item)


def _other(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        if path.startswith("/dev/") and not any(p.fullmatch(path) for p in (_FUSE, _RAW, _INPUT)):
            yield Hit(f"{path} is passed in", item.span, item)


def wide_rules(plan: Plan) -> Iterator[Hit]:
    """Device rules that allow every disk or the host's memory."""
    for text, value in texts(plan, "device_cgroup_rules"):
        if _ALL_DISKS.fullmatch(value):
            yield Hit(f"the rule `{value}` allows every such device", text.span, text)


def _drop(plan: Plan, hit: Hit) -> Plan:
    return drop_item("volumes" if isinstance(hit.item, Mount) else "devices")(plan, hit)


RULES = (
    Rule(
        id="device-fuse",
        title="FUSE device",
        level=MEDIUM,
        gains="Talks to the kernel's FUSE code; with SYS_ADMIN, mounts file systems of its own.",
        advice="Mount on the host and bind the result.",
        standards=("CIS 5.18",),
        check=_fuse,
        remedy=_drop,
        costs="FUSE file systems can no longer be mounted inside.",
    ),
    Rule(
        id="device-raw",
        title="Memory or disk of the host",
        level=CRITICAL,
        gains="Reads and writes the host's memory or disks beneath all file permissions.",
        advice="Mount the file system on the host, and bind the folder that is needed.",
        standards=("CIS 5.18",),
        check=_raw,
        remedy=_drop,
        costs="The device is gone inside.",
    ),
    Rule(
        id="device-input",
        title="Keyboard, mouse or console of the host",
        level=HIGH,
        gains="Reads every key that is typed at the host, passwords too, and types.",
        advice="Leave it out; windows get their keys from the display.",
        standards=("CIS 5.18",),
        check=_input,
        remedy=_drop,
        costs="The device is gone inside.",
    ),
    Rule(
        id="device-other",
        title="A device of the host",
        level=LOW,
        gains="Talks to the device's driver in the host's kernel.",
        advice="Leave out what is not used; give `permissions` no more than rw.",
        standards=("CIS 5.18",),
        check=_other,
        remedy=_drop,
        costs="The device is gone inside.",
    ),
    Rule(
        id="device-rule",
        title="A rule that allows devices by the dozen",
        level=HIGH,
        gains="Whoever can make a device file opens any disk of the host.",
        advice="Name the device's own numbers, for example c 10:229 rwm.",
        standards=("CIS 5.18",),
        check=wide_rules,
        remedy=drop_item("device_cgroup_rules"),
        costs="Only devices that are named can be opened.",
    ),
)  # fmt: skip
