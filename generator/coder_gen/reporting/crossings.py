"""Everything that crosses the boundary between host and container, with its risk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from coder_gen.audit.findings import Finding
from coder_gen.audit.levels import rank
from coder_gen.comparing.facts import EVERY_ADDRESS, PASSED_ON
from coder_gen.engines.engine_options import unfolded
from coder_gen.expression import Text
from coder_gen.language.values import FileGrant, Inherit, Mount
from coder_gen.plan import Plan
from coder_gen.plan.defaults import is_true, scalar, settled, texts
from coder_gen.plan.security_options import option

# The direction of a crossing: into the container, or both ways.
IN, BOTH = "in", "both"
NO_RISK = "none"

_DISPLAYS = {
    "host": "open to every local user",
    "user": "open to the user's processes",
    "cookie": "by a cookie of its own",
}
_NAMESPACES = {
    "ipc": "shared memory", "pid": "processes", "uts": "host name", "network_mode": "network",
    "userns_mode": "user ids", "cgroup": "control groups",
}  # fmt: skip


class Crossing(NamedTuple):
    """One thing that crosses: its name on each side, its direction and its risk.

    ``level`` is the worst of its findings, or NO_RISK; ``rules`` are their ids.
    """

    group: str
    host: str
    inside: str
    way: str
    level: str
    rules: tuple[str, ...]
    where: str


class _Unrated(NamedTuple):
    """A crossing without its risks, which are found by ``item`` and ``key``.

    ``text`` is the value in the spec, for an item without a span of its own.
    """

    group: str
    host: str
    inside: str
    way: str
    key: str
    item: Any
    text: Text | Inherit | None = None


def crossings(plan: Plan, findings: list[Finding]) -> list[Crossing]:
    """The crossings of one mode, by group."""
    plan = unfolded(plan)
    here = [f for f in findings if plan.mode in f.modes]
    return [_rated(entry, plan, here) for find in _FINDERS for entry in find(plan)]


def _rated(entry: _Unrated, plan: Plan, findings: list[Finding]) -> Crossing:
    setting = plan.settings.get(entry.key)
    span = getattr(entry.text or entry.item, "span", None) or (setting.span if setting else None)
    about = [
        finding
        for finding in findings
        if finding.hit.span is not None
        and (finding.hit.item == entry.item if finding.hit.item is not None else finding.hit.span == span)
    ]  # fmt: skip
    about.sort(key=lambda finding: rank(finding.level))
    return Crossing(
        entry.group,
        entry.host,
        entry.inside,
        entry.way,
        about[0].level if about else NO_RISK,
        tuple(dict.fromkeys(finding.rule.id for finding in about)),
        str(span) if span is not None and span.source.name else "",
    )


def _ports(plan: Plan) -> Iterator[_Unrated]:
    for port in plan.ports:
        address = settled(port.host_ip, plan) or EVERY_ADDRESS
        number = settled(port.published, plan) or "any port"
        inside = f"port {settled(port.target, plan)}/{port.protocol}"
        yield _Unrated("Ports", f"{address}, port {number}", inside, IN, "ports", port)
    if is_true(plan, "publish_all"):
        yield _Unrated(
            "Ports", f"{EVERY_ADDRESS}, any port", "every exposed port", IN, "publish_all", None
        )


def _files(plan: Plan) -> Iterator[_Unrated]:
    for mount in plan.mounts:
        if mount.type == "tmpfs":
            continue
        access = "read-only" if mount.read_only else "writable"
        way = IN if mount.read_only else BOTH
        yield _Unrated(
            "Files",
            _source(mount, plan),
            f"{settled(mount.target, plan)} ({access})",
            way,
            "volumes",
            mount,
        )
    for key in ("secrets", "configs"):
        for grant in plan.value(key) or ():
            target = f"{settled(grant.target, plan)} (read-only)"
            yield _Unrated("Files", _content(grant, plan), target, IN, key, grant)
    for text, name in texts(plan, "volumes_from"):
        yield _Unrated("Files", f"the mounts of {name}", "the same", BOTH, "volumes_from", text)


def _source(mount: Mount, plan: Plan) -> str:
    if mount.source is None:
        return "a volume without a name"
    source = settled(mount.source, plan)
    return source if mount.type == "bind" else f"volume {source}"


def _content(grant: FileGrant, plan: Plan) -> str:
    if grant.file is not None:
        return settled(grant.file, plan)
    return f"variable {grant.environment}" if grant.environment else "text in the spec"


def _devices(plan: Plan) -> Iterator[_Unrated]:
    for device in plan.value("devices") or ():
        source = settled(device.source, plan)
        target = settled(device.target, plan) or source
        yield _Unrated(
            "Devices", source, f"{target} ({device.permissions or 'rwm'})", BOTH, "devices", device
        )
    for text, rule in texts(plan, "device_cgroup_rules"):
        yield _Unrated(
            "Devices",
            f"devices {rule}",
            "may be made and opened",
            BOTH,
            "device_cgroup_rules",
            text,
        )
    for gpu in plan.value("gpus") or ():
        count = settled(gpu.number, plan) or ", ".join(settled(i, plan) for i in gpu.device_ids)
        yield _Unrated("Devices", f"accelerators: {count}", "accelerators", BOTH, "gpus", gpu)


def _sockets(plan: Plan) -> Iterator[_Unrated]:
    if plan.x11.access != "off":
        how = _DISPLAYS[plan.x11.access]
        yield _Unrated("Display and sockets", f"X display, {how}", "DISPLAY", BOTH, "x11", None)
    if is_true(plan, "use_api_socket"):
        yield _Unrated(
            "Display and sockets",
            "the engine's socket",
            "the engine's socket",
            BOTH,
            "use_api_socket",
            None,
        )


def _variables(plan: Plan) -> Iterator[_Unrated]:
    for name in plan.value("forward_environment") or ():
        text = name.literal
        yield _Unrated("Variables", text, text, IN, "forward_environment", text, name)
    pairs: dict[str, Text | Inherit] = plan.value("environment") or {}
    for name, value in pairs.items():
        if isinstance(value, Inherit):
            host = f"{name} ({PASSED_ON})"
            yield _Unrated("Variables", host, name, IN, "environment", name, value)
        elif not value.is_literal:
            now = settled(value, plan)
            names = ", ".join(dict.fromkeys(ref.name for ref in value.refs()))
            # Without a default, the value comes from the host.
            unknown = {f"${{{ref.name}}}" for ref in value.refs()}
            host = names if now in unknown else f"{names} (now {now})"
            yield _Unrated("Variables", host, name, IN, "environment", name, value)


def _namespaces(plan: Plan) -> Iterator[_Unrated]:
    for key, what in _NAMESPACES.items():
        if scalar(plan, key) == "host":
            yield _Unrated("Shared with the host", what, what, BOTH, key, None)


def _rights(plan: Plan) -> Iterator[_Unrated]:
    if is_true(plan, "privileged"):
        yield _Unrated("Rights", "every right of root's", "privileged", IN, "privileged", None)
    for text, name in texts(plan, "cap_add"):
        if not name:
            continue
        yield _Unrated("Rights", "kernel", name, IN, "cap_add", text)
    for text, value in texts(plan, "security_opt"):
        if any(option(plan, spelling) is text for spelling in _UNCONFINED):
            yield _Unrated("Rights", "kernel", value, IN, "security_opt", text)


_UNCONFINED = (
    "seccomp=unconfined", "apparmor=unconfined", "label=disable", "label=type:spc_t",
    "label=type=spc_t", "systempaths=unconfined", "unmask=ALL", "unmask=all",
)  # fmt: skip
_FINDERS: tuple[Callable[[Plan], Iterator[_Unrated]], ...] = (
    _ports, _files, _devices, _sockets, _variables, _namespaces, _rights,
)  # fmt: skip
