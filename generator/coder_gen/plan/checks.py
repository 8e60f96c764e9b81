"""Checks of a mode after its layers are merged: settings that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.language.keys.mounts import one_path
from coder_gen.language.load import Project
from coder_gen.language.shapes.amounts import size
from coder_gen.language.shapes.scalar_types import normalized_path
from coder_gen.language.values import X11_COOKIE, X11_SOCKETS, Logging, Mount, Port
from coder_gen.plan.plan import Plan, grants_of
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span


def without_sockets(plan: Plan, reporter: Reporter) -> Plan:
    """The plan without a mount of the display's sockets where ``x11`` already mounts them."""
    if plan.x11.access == "off":
        return plan
    own = [mount for mount in plan.mounts if _is_sockets(mount)]
    if not own:
        return plan
    reporter.warning(
        "W031",
        f"`x11` mounts {X11_SOCKETS} itself: this mount is left out",
        own[0].span,
        "remove it",
    )
    settings = dict(plan.settings)
    kept = tuple(mount for mount in plan.mounts if mount not in own)
    settings["volumes"] = settings["volumes"]._replace(value=kept)
    return plan._replace(settings=settings)


def _is_sockets(mount: Mount) -> bool:
    source = mount.source
    return (
        mount.type == "bind"
        and source is not None
        and source.is_literal
        and one_path(mount.target) == X11_SOCKETS == normalized_path(source.literal)
    )


def _mounted(plan: Plan) -> Iterator[tuple[str, str, Span]]:
    """The key, the path in one spelling, and the place of every mount.

    Devices do not count: a folder of devices may be mounted so that new ones appear in it.
    """
    for mount in plan.mounts:
        yield "volumes", one_path(mount.target), mount.span
    for text in plan.value("tmpfs") or ():
        yield "tmpfs", one_path(text.split(":", 1)[0]), text.span
    for key in ("secrets", "configs"):
        for item in plan.value(key) or ():
            yield key, one_path(item.target), item.span
    if plan.x11.access != "off":
        yield "x11", X11_SOCKETS, _span(plan, "x11")
    if plan.x11.access == "cookie":
        yield "x11", X11_COOKIE, _span(plan, "x11")


def _check_mounted(plan: Plan, reporter: Reporter) -> None:
    seen: dict[str, tuple[str, Span]] = {}
    for key, target, span in _mounted(plan):
        if target not in seen:
            seen[target] = (key, span)
            continue
        other, first = seen[target]
        # Report the line that the user wrote, since it is the one to change.
        if key == "x11":
            key, span, other, first = other, first, key, span
        reporter.error(
            "E020", f"`{key}` mounts on {target} what `{other}` mounts there too ({first})", span,
            "an engine takes one mount on a path: remove one of the two",
        )  # fmt: skip


def check(plan: Plan, project: Project, reporter: Reporter) -> None:
    """Report E015 and E020."""
    if "image" not in plan.settings:
        reporter.error(
            "E015",
            "the spec names no image",
            project.span,
            "add a line such as: image: coder:latest",
        )

    def conflict(first: str, second: str, why: str, fix: str) -> None:
        reporter.error(
            "E020", f"`{first}` and `{second}` exclude each other: {why}", _span(plan, second), fix
        )

    _check_mounted(plan, reporter)
    _check_memory(plan, reporter)
    logging: Logging | None = plan.value("logging")
    driver = logging.driver.source if logging and logging.driver else ""
    if logging is not None and logging.options and driver == "none":
        reporter.error(
            "E020", "the log driver `none` keeps nothing, so it has no `options`",
            _span(plan, "logging"), "remove them, or name another driver",
        )  # fmt: skip
    _check_ports(plan, reporter)
    network = plan.text("network_mode")
    mode = plan.literal("network_mode")
    if plan.value("rm") and plan.literal("restart") not in ("", "no"):
        conflict(
            "rm", "restart", "a container that is removed cannot start again", "keep one of them"
        )
    if network is not None and plan.value("networks"):
        conflict(
            "network_mode", "networks", "a container has one way to its network", "keep one of them"
        )
    for name in ("host", "none"):
        if name in (plan.value("networks") or {}):
            reporter.error(
                "E014",
                f"`{name}` is no network to join, but a way to do without",
                _span(plan, "networks"),
                f"write network_mode: {name}",
            )
    if mode.startswith("container:"):
        for key in ("ports", "hostname", "mac_address", "dns", "extra_hosts"):
            if plan.value(key):
                conflict(
                    "network_mode", key, "they belong to the container it joins", f"remove `{key}`"
                )
    if plan.literal("uts") == "host" and plan.value("hostname"):
        conflict("uts", "hostname", "the host's name would change", "remove one of them")
    for item in grants_of(plan):
        if sum(x is not None for x in (item.file, item.environment, item.content)) != 1:
            reporter.error(
                "E015",
                f"`{item.name}` needs one source",
                item.span,
                "add file: PATH or environment: NAME",
            )


def _check_memory(plan: Plan, reporter: Reporter) -> None:
    """The relations that Docker and Podman require; 0 and -1 mean no limit."""
    limit, both, reserved = (
        size(plan.literal(key)) or 0 for key in ("mem_limit", "memswap_limit", "mem_reservation")
    )
    if 0 < both < limit:
        reporter.error(
            "E020", "`memswap_limit` is below `mem_limit`", _span(plan, "memswap_limit"),
            "it counts memory and swap together: make it at least as large",
        )  # fmt: skip
    elif both and "mem_limit" not in plan.settings:
        reporter.error(
            "E020", "`memswap_limit` is set without `mem_limit`", _span(plan, "memswap_limit"),
            "add `mem_limit`: what is between the two is swap",
        )  # fmt: skip
    if 0 < limit < reserved:
        reporter.error(
            "E020", "`mem_reservation` is above `mem_limit`", _span(plan, "mem_reservation"),
            "make it smaller",
        )  # fmt: skip


def _check_ports(plan: Plan, reporter: Reporter) -> None:
    """Report a port of the host that is published for two ports of the container."""
    seen: dict[tuple[str, str, str], Port] = {}
    for port in plan.ports:
        if port.published is None or not port.published.is_literal:
            continue
        number = port.published.literal
        address = port.host_ip.source if port.host_ip is not None else ""
        if not number.isdecimal():
            continue  # a range, from which the engine chooses a free port
        first = seen.setdefault((number, address, port.protocol), port)
        if first.target.source != port.target.source:
            reporter.error(
                "E020", f"port {number} of the host is published twice (first: {first.span})",
                port.span, "publish one of the two on another port",
            )  # fmt: skip


def _span(plan: Plan, key: str) -> Span:
    return plan.settings[key].span
