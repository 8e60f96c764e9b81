"""Devices of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit import path_kinds
from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import drop_item
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.language.values import Device, Mount
from coder_gen.plan import Plan
from coder_gen.plan.defaults import settled, texts
from coder_gen.plan.host_paths import plain, sources

_FUSE = re.compile(r"/dev/fuse")
# Memory, I/O ports, the processor's registers, and disks by any of their names.
_RAW = re.compile(
    r"/dev/?|/dev/(?:mem|kmem|kcore|port|nvram|oldmem|cpu(?:/.*)?|disk(?:/.*)?|mapper(?:/.*)?|block(?:/.*)?"
    r"|(?:sd|hd|vd|xvd|ubd)[a-z]+[0-9]*|nvme.*|mmcblk.*|dm-[0-9]+|md[0-9]+.*|md/.*|loop.*|sr[0-9]+|scd[0-9]+"
    r"|sg[0-9]+|nbd[0-9]+.*|rbd[0-9]*.*|drbd.*|zd[0-9]+.*|zfs|zvol/.*|pmem[0-9].*|dax.*|bcache[0-9].*|bsg(?:/.*)?"
    r"|mtd.*|st[0-9]+|nst[0-9]+|dasd.*|root|cdrom|ram[0-9]+|zram[0-9]+|ublk.*|raw(?:/.*)?|fd[0-9]+|ng[0-9]n.*|vg[^/]*/.*)"
)
# Keyboard and other input, other users' terminals, and the screen.
_INPUT = re.compile(
    r"/dev/(?:u?input(?:/.*)?|hidraw.*|tty[0-9]*|console|vcs[au]?[0-9]*|pts(?:/.*)?|fb[0-9]+|mice|psaux|usb/hiddev.*)"
)
# Device files of large or privileged parts of the kernel.
_KERNEL = {
    "vfio": (HIGH, re.compile(r"/dev/(?:vfio(?:/.*)?|uio.*|iommu)")),
    "machine": (
        HIGH,
        re.compile(r"/dev/(?:watchdog.*|ipmi.*|snapshot|mei[0-9]*|tpm.*|sev|sgx_provision|mcelog)"),
    ),
    "drivers": (
        MEDIUM,
        re.compile(
            r"/dev/(?:kvm|vhost-.*|vsock|kmsg|cuse|autofs|btrfs-control|userfaultfd|bus/usb(?:/.*)?|usbmon.*|i2c-.*"
            r"|spidev.*|gpiomem|gpiochip.*|video[0-9]+|media[0-9]+|rfkill|rtc.*|hpet|ppp|udmabuf|dma_heap(?:/.*)?|binder.*"
            r"|ntsync|shm|mqueue|hugepages)"
        ),
    ),
}
# Rules for every disk, memory or input: `a *:* rwm`, `b *:* r`, `c 1:1 rwm`.
_WIDE = re.compile(
    r"a(?: .*)?|b .*|c (?:1|4|7|10):\*.*|c \*:.*|c 1:[1245](?: .*)?|c 1:11(?: .*)?|c 4:[0-9]+.*|c 5:1(?: .*)?"
    r"|c 13:.*|c 21:.*|c 29:.*|c 202:.*|c 10:1(?: .*)?"
)


def exposed(plan: Plan) -> Iterator[tuple[Device | Mount, str]]:
    """The devices and mounts of device files, with their path on the host."""
    for device in plan.value("devices") or ():
        path = settled(device.source, plan)
        # A name of the Container Device Interface (vendor.com/gpu=all) is no path.
        # One variable may hold all fields: source, target and permissions.
        yield device, plain(path.split(":")[0]) if path.startswith("/") else path
    for mount, path in sources(plan):
        if path.startswith("/dev/") and path != "/dev/shm":
            yield mount, path


def has_fuse(plan: Plan) -> bool:
    """Whether the container gets /dev/fuse."""
    return any(_FUSE.fullmatch(path) for _, path in exposed(plan))


def _passed_in(form: re.Pattern[str]) -> Check:
    def check(plan: Plan) -> Iterator[Hit]:
        for item, path in exposed(plan):
            if form.fullmatch(path):
                yield Hit(f"{path} is passed in", item.span, item)

    return check


def _kernel(path: str) -> str | None:
    return next((level for level, known in _KERNEL.values() if known.fullmatch(path)), None)


def _of_kernel(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        level = _kernel(path)
        if level is not None:
            yield Hit(f"{path} is passed in", item.span, item, level)


def _other(plan: Plan) -> Iterator[Hit]:
    for item, path in exposed(plan):
        known = any(p.fullmatch(path) for p in (_FUSE, _RAW, _INPUT)) or _kernel(path)
        if path.startswith("/dev/") and not known and not path_kinds.is_log(path):
            yield Hit(f"{path} is passed in", item.span, item)


def wide_rules(plan: Plan) -> Iterator[Hit]:
    """Device rules that allow every disk or the host's memory."""
    for text, value in texts(plan, "device_cgroup_rules"):
        if _WIDE.fullmatch(value):
            yield Hit(f"the rule `{value}` allows every such device", text.span, text)


def _drop(plan: Plan, hit: Hit) -> Plan:
    return drop_item("volumes" if isinstance(hit.item, Mount) else "devices")(plan, hit)


RULES = (
    Rule(
        id="device-fuse",
        title="FUSE device",
        level=MEDIUM,
        gains="Calls the kernel's FUSE code; with SYS_ADMIN, mounts file systems of its own.",
        advice="Mount it on the host, and bind the mount point.",
        standards=("CIS 5.18",),
        check=_passed_in(_FUSE),
        remedy=_drop,
        costs="FUSE file systems can no longer be mounted inside.",
    ),
    Rule(
        id="device-raw",
        title="Memory or disk of the host",
        level=CRITICAL,
        gains="Reads and writes the host's memory or disks, without file permissions.",
        advice="Mount the file system on the host, and bind the folder that is needed.",
        standards=("CIS 5.18",),
        check=_passed_in(_RAW),
        remedy=_drop,
        costs="The device is not available inside.",
    ),
    Rule(
        id="device-input",
        title="Keyboard, mouse or console of the host",
        level=HIGH,
        gains="Reads every key that is typed at the host, also passwords, and sends keys.",
        advice="Remove it; windows get their keys from the display.",
        standards=("CIS 5.18",),
        check=_passed_in(_INPUT),
        remedy=_drop,
        costs="The device is not available inside.",
    ),
    Rule(
        id="device-kernel",
        title="A large part of the host's kernel, or its hardware",
        level=MEDIUM,
        gains="Kernel code with many past vulnerabilities, helpers of virtual machines, or hardware: "
        "DMA, the watchdog that restarts the host, every USB device.",
        advice="Remove it; run virtual machines and emulators on a separate host.",
        standards=("CIS 5.18",),
        check=_of_kernel,
        remedy=_drop,
        costs="The device is not available inside.",
    ),
    Rule(
        id="device-other",
        title="A device of the host",
        level=LOW,
        gains="Calls the device's driver in the host's kernel.",
        advice="Remove devices that are not used; set `permissions` to rw at most.",
        standards=("CIS 5.18",),
        check=_other,
        remedy=_drop,
        costs="The device is not available inside.",
    ),
    Rule(
        id="device-rule",
        title="A rule that allows many devices",
        level=HIGH,
        gains="A process that can make a device file opens any disk of the host.",
        advice="Allow only the device's numbers, for example c 10:229 rwm.",
        standards=("CIS 5.18",),
        check=wide_rules,
        remedy=drop_item("device_cgroup_rules"),
        costs="Only the listed devices can be opened.",
    ),
)  # fmt: skip
