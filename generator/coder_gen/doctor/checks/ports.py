"""Published ports: whether each is free, and which program holds it."""

from __future__ import annotations

import re

from coder_gen.doctor.checks.container import is_running_already
from coder_gen.doctor.context import CheckContext, PublishedPort
from coder_gen.doctor.engine_queries import asks_daemon, is_remote, is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped
from coder_gen.doctor.sockets import EVERY, in_the_way, listeners
from coder_gen.host.probe import Probe

_PUBLISHED = re.compile(
    r"(?:(?P<address>\S+):)?(?P<low>\d+)(?:-(?P<high>\d+))?->\S*/(?P<protocol>\w+)"
)


def _ports(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if is_remote(context, probe):
        return [skipped("they are the other host's")]
    if is_running_already(context, probe):
        return [skipped("the container that is running has them")]
    ports = list(context.published)
    found = _twice(ports) + [
        finding
        for port in ports
        for finding in (
            _address(port, probe),
            _privileged(port, context, probe),
            _in_use(port, context, probe),
        )
        if finding is not None
    ]
    return found or [ok(f"free: {', '.join(str(port.port) for port in ports)}")]


def _twice(ports: list[PublishedPort]) -> list[CheckFinding]:
    """Ports that the spec publishes twice: two variables may have the same value."""
    found = []
    for index, port in enumerate(ports):
        for other in ports[:index]:
            same = (port.protocol, port.port) == (other.protocol, other.port)
            if same and (port.address == other.address or {port.address, other.address} & {*EVERY}):
                names = [each.variable for each in (other, port) if each.variable]
                found.append(
                    problem(
                        f"port {port.port} is asked for twice",
                        f"set {' or '.join(names)} to another"
                        if names
                        else "correct the spec's ports",
                        span=port.span,
                    )
                )
                break
    return found


def _address(port: PublishedPort, probe: Probe) -> CheckFinding | None:
    if port.address in EVERY or probe.is_own_address(port.address):
        return None
    return problem(
        f"port {port.port} is to be published on {port.address}, which is no address of this host",
        "correct the address in the spec's ports",
        span=port.span,
    )


def _privileged(port: PublishedPort, context: CheckContext, probe: Probe) -> CheckFinding | None:
    """A rootless engine cannot bind ports below the kernel's limit."""
    first = int(probe.read("/proc/sys/net/ipv4/ip_unprivileged_port_start") or 1024)
    if port.port >= first or not is_rootless(context, probe):
        return None
    return problem(
        f"port {port.port} is below {first}: {context.engine.title} cannot have it without root",
        "choose a higher one, or lower the limit",
        f"sudo sysctl net.ipv4.ip_unprivileged_port_start={port.port}",
        span=port.span,
    )


def _in_use(port: PublishedPort, context: CheckContext, probe: Probe) -> CheckFinding | None:
    holder = _holder(port, context, probe)
    if holder is None:
        return None
    message = f"port {port.port} is taken by {holder}"
    if not port.variable:
        return problem(message, "change it in the spec's ports", span=port.span)
    other = _next_free(port, probe)
    return problem(
        message, "take another, in this shell", f"export {port.variable}={other}", span=port.span
    )


def _holder(port: PublishedPort, context: CheckContext, probe: Probe) -> str | None:
    """The holder of the port: a container's name, or a process if it is visible."""
    container = _container(port, context, probe)
    if container is not None:
        return f"the container {container}"
    for listener in listeners(port.protocol, probe):
        if in_the_way(listener, port.address, port.port):
            process = probe.holder(listener.inode)
            return f"{process.name} (pid {process.pid})" if process else "another program"
    return None


def _container(port: PublishedPort, context: CheckContext, probe: Probe) -> str | None:
    if not asks_daemon(context, probe):
        return None
    answer = probe.run("docker", "ps", "--format", "{{.Names}}\t{{.Ports}}")
    for line in answer.stdout.splitlines() if answer.succeeded else ():
        name, _, ports = line.partition("\t")
        for match in _PUBLISHED.finditer(ports):
            low, high = int(match["low"]), int(match["high"] or match["low"])
            address = (match["address"] or "").strip("[]")
            wide = {address, port.address} & {*EVERY}
            if (
                low <= port.port <= high
                and match["protocol"] == port.protocol
                and (wide or address == port.address)
            ):
                return name
    return None


def _next_free(port: PublishedPort, probe: Probe) -> int:
    used = list(listeners(port.protocol, probe))
    for number in range(port.port + 1, 65536):
        if not any(in_the_way(listener, port.address, number) for listener in used):
            return number
    return port.port


CHECKS = (
    Check(
        "ports",
        "ports",
        "Each port is free on the address on which it is published; if not, which program uses it.",
        Precondition(
            "the mode publishes ports", lambda context: any(True for _ in context.published)
        ),
        _ports,
    ),
)
