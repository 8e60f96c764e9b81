"""Settings that are more dangerous together than each one alone."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.audit import path_kinds
from coder_gen.audit.levels import CRITICAL, HIGH
from coder_gen.audit.remedies import (
    both,
    drop_capability,
    drop_item,
    drop_key,
    drop_option,
    loopback,
    set_key,
)
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.rules import confinement, devices, homes, network, privileges
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import added, dropped
from coder_gen.plan.defaults import scalar
from coder_gen.plan.host_paths import sources
from coder_gen.plan.security_options import keeps_privileges, option


def _mount_escape(plan: Plan) -> Iterator[Hit]:
    admin = added(plan).get("SYS_ADMIN")
    filter_off = option(plan, "seccomp=unconfined")
    if admin is None or filter_off is None:
        return
    parts = ["SYS_ADMIN", "seccomp off"]
    if option(plan, "apparmor=unconfined") is not None:
        parts.append("AppArmor off")
    if devices.has_fuse(plan):
        parts.append("/dev/fuse")
    yield Hit(" and ".join([", ".join(parts[:-1]), parts[-1]]), admin.span, admin)


def _open_home(plan: Plan) -> Iterator[Hit]:
    why = network.lets_everyone_in(plan)
    if why is None or network.reach(plan) not in (network.ADDRESS, network.EVERYWHERE):
        return
    for mount, path in homes.writable_homes(plan):
        yield Hit(f"a port that other hosts can reach, and {path} writable", mount.span, mount)


def _ptrace_host(plan: Plan) -> Iterator[Hit]:
    ptrace = added(plan).get("SYS_PTRACE")
    if ptrace is not None and scalar(plan, "pid") == "host":
        yield Hit("SYS_PTRACE and the host's process namespace", ptrace.span, ptrace)


def _host_firewall(plan: Plan) -> Iterator[Hit]:
    admin = added(plan).get("NET_ADMIN")
    if admin is not None and scalar(plan, "network_mode") == "host":
        yield Hit("NET_ADMIN and the host's network namespace", admin.span, admin)


def _setuid(plan: Plan) -> Iterator[Hit]:
    if privileges.is_root(plan) or keeps_privileges(plan):
        return
    strong = sorted(added(plan).keys() & _STRONG)
    if strong:
        text = added(plan)[strong[0]]
        yield Hit(
            f"{', '.join(strong)} for every process that becomes root inside, for example by sudo",
            text.span,
        )


_STRONG = frozenset(
    ["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "BPF", "SYS_PTRACE", "DAC_READ_SEARCH", "NET_ADMIN"]
)  # fmt: skip


def _root_files(plan: Plan) -> Iterator[Hit]:
    if not privileges.is_root(plan) or "user" not in plan.settings:
        return
    for mount, path in sources(plan):
        if not mount.read_only and not path.startswith("/dev/") and not path_kinds.is_socket(path):
            yield Hit(f"root inside writes to {path}", mount.span, mount)


def _own_disks(plan: Plan) -> Iterator[Hit]:
    lost = dropped(plan)
    makes = "MKNOD" in added(plan) or not lost & {"ALL", "MKNOD"}
    if makes and privileges.is_root(plan):
        for hit in devices.wide_rules(plan):
            yield hit._replace(message=f"root inside can make any device, and {hit.message}")


RULES = (
    Rule(
        id="mount-escape",
        title="Mounts without a system call filter",
        level=CRITICAL,
        gains="Root on the host in a few known steps: mount a file system or a cgroup, and make "
        "the kernel run a program outside.",
        advice="Keep the engine's filter and drop SYS_ADMIN. For FUSE, use rootless Podman, or "
        "mount on the host.",
        standards=("CIS 5.4", "CIS 5.22", "OWASP 3", "OWASP 6"),
        check=_mount_escape,
        remedy=both(drop_option("seccomp=unconfined"), drop_capability),
        costs="FUSE file systems can no longer be mounted inside.",
    ),
    Rule(
        id="open-home",
        title="An open port with a home folder",
        level=CRITICAL,
        gains="Anyone on the network writes ~/.ssh and ~/.bashrc, and then acts as the user on "
        "every host that mounts that home.",
        advice="Require a password, publish on loopback, and mount a folder for the container only.",
        standards=("CIS 5.14", "OWASP 5a", "NIST 4.5.5"),
        check=_open_home,
        remedy=loopback,
        costs="Other hosts need a tunnel.",
    ),
    Rule(
        id="ptrace-host",
        title="Debugging the host's processes",
        level=CRITICAL,
        gains="Takes over any process of the host, also root's.",
        advice="Remove one of the two settings.",
        standards=("CIS 5.4", "CIS 5.16"),
        check=_ptrace_host,
        remedy=drop_key("pid"),
        costs="Processes of the host are no longer visible.",
    ),
    Rule(
        id="host-firewall",
        title="The host's own firewall",
        level=CRITICAL,
        gains="Opens the host's firewall, and redirects its traffic.",
        advice="Remove one of the two settings.",
        standards=("CIS 5.4", "CIS 5.10"),
        check=_host_firewall,
        remedy=drop_capability,
        costs="The network has to be configured from outside.",
    ),
    Rule(
        id="setuid-capabilities",
        title="Capabilities for processes that become root",
        level=HIGH,
        gains="A process of an ordinary user cannot use an added capability; sudo, or any setuid "
        "program of the image, gives it the capability.",
        advice="Set no-new-privileges, or drop the capability.",
        standards=("CIS 5.4", "CIS 5.26", "OWASP 4"),
        check=_setuid,
        remedy=confinement.with_kept_privileges,
        costs="sudo and fusermount no longer work inside.",
    ),
    Rule(
        id="root-files",
        title="Files written as root on the host",
        level=HIGH,
        gains="Leaves a setuid program on the host's file system, which an account there can run.",
        advice="Run as the calling user.",
        standards=("CIS 4.1", "OWASP 2", "NIST 4.5.5"),
        check=_root_files,
        remedy=set_key("user", "host"),
        costs="The image's program must be able to run as any user.",
    ),
    Rule(
        id="own-disks",
        title="Device files made by the container",
        level=CRITICAL,
        gains="Makes a device file for the host's disk, and reads and writes all of it.",
        advice="Allow only the device's numbers; drop MKNOD.",
        standards=("CIS 5.4", "CIS 5.18"),
        check=_own_disks,
        remedy=drop_item("device_cgroup_rules"),
        costs="Only the listed devices can be opened.",
    ),
)  # fmt: skip
