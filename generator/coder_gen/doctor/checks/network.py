"""The network: proxies, name servers, and networks to join."""

from __future__ import annotations

import ipaddress
import shlex
from typing import NamedTuple
from urllib.parse import urlsplit

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import asks_daemon, inspect, is_remote
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.host.probe import Probe

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
# The stub of systemd-resolved: Docker and Podman replace it by its upstream servers.
_STUB = "127.0.0.53"


class Proxy(NamedTuple):
    """A proxy's address, without a user name and password."""

    host: str
    port: int


def _set_proxies(probe: Probe) -> dict[str, str]:
    """The proxy variables that are set here, in lower or upper case."""
    names = [spelled for name in _PROXIES for spelled in (name, name.upper())]
    return {name: probe.environment[name] for name in names if name in probe.environment}


def _passed_on(context: CheckContext) -> set[str]:
    """The variables that the spec passes on to the container."""
    names = set(context.listed("forward_environment"))
    return names | set(context.plan.value("environment") or {})


def _proxy(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    proxies = _set_proxies(probe)
    if not any(proxies.values()):
        return [_empty(name) for name in proxies] or [ok("none is set")]
    found = [_empty(name) for name, value in proxies.items() if not value]
    found += _spellings(probe)
    passed = _passed_on(context)
    if not passed & {name for name, value in proxies.items() if value}:
        found.append(
            warning(
                f"{_first(proxies)} is set here, and the spec does not pass it on",
                "name it under forward_environment, if the container needs the network",
            )
        )
    seen: set[Proxy] = set()
    for name, value in proxies.items():
        proxy = _address(value)
        if value and proxy is None:
            found.append(
                warning(f"{name} is not a proxy's address", "write it as http://HOST:PORT")
            )
        if proxy is not None and proxy not in seen:
            seen.add(proxy)
            found += _reach(name, proxy, context, probe)
    found += _loopback_excepted(probe)
    return found or [ok(", ".join(f"{proxy.host}:{proxy.port} answers" for proxy in seen))]


def _first(proxies: dict[str, str]) -> str:
    return next(name for name, value in proxies.items() if value)


def _empty(name: str) -> CheckFinding:
    return warning(
        f"{name} is set and empty: some programs take it for a proxy without a name",
        "unset it",
        f"unset {name}",
    )


def _spellings(probe: Probe) -> list[CheckFinding]:
    """Some programs read only one spelling: curl ignores HTTP_PROXY, others need it."""
    found = []
    for name in (*_PROXIES, "no_proxy"):
        lower, upper = probe.environment.get(name), probe.environment.get(name.upper())
        if lower and upper and lower != upper:
            found.append(
                warning(
                    f"{name} and {name.upper()} differ: which one counts depends on the program",
                    "make them the same",
                    f'export {name.upper()}="${name}"',
                )
            )
        elif upper and lower is None:
            found.append(
                warning(
                    f"{name.upper()} is set and {name} is not, which is what curl and apt read",
                    "set both",
                    f'export {name}="${name.upper()}"',
                )
            )
    return found


def _address(value: str) -> Proxy | None:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    return Proxy(host, port or _DEFAULT_PORTS.get(parts.scheme, 80)) if host else None


def _reach(name: str, proxy: Proxy, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    shown = f"{proxy.host}:{proxy.port}"
    why = probe.resolve(proxy.host) or probe.connect(proxy.host, proxy.port)
    if why:
        return [
            warning(
                f"the proxy {shown} ({name}) does not answer: {why}",
                "ask for the right one, or leave it unset where there is no need for it",
                f"unset {name}",
            )
        ]
    if _is_loopback(proxy.host) and context.network != "host":
        return [
            warning(
                f"the proxy {shown} ({name}) is on this host's loopback, which the container's "
                "network does not reach",
                "write network_mode: host in the spec, or let the proxy listen on another address",
            )
        ]
    return []


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _loopback_excepted(probe: Probe) -> list[CheckFinding]:
    value = probe.environment.get("no_proxy") or probe.environment.get("NO_PROXY") or ""
    entries = {entry.strip().lower() for entry in value.split(",")}
    lacking = [
        name
        for name, also in (("localhost", ()), ("127.0.0.1", ("127.0.0.0/8", "127.")))
        if not entries & {name, "*", *also}
    ]
    if not lacking:
        return []
    added = ",".join(lacking)
    before = "$no_proxy," if probe.environment.get("no_proxy") else ""
    return [
        warning(
            f"no_proxy does not name {' and '.join(lacking)}: requests to servers in the container "
            "itself go to the proxy",
            "add it" if len(lacking) == 1 else "add them",
            f'export no_proxy="{before}{added}"',
            'export NO_PROXY="$no_proxy"',
        )
    ]


def _dns(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    own = context.listed("dns")
    servers = own or _name_servers(probe.read("/etc/resolv.conf") or "")
    if not servers:
        return [
            warning(
                "/etc/resolv.conf names no server: the container cannot resolve names",
                "name one under dns in the spec",
            )
        ]
    answering = [server for server in servers if probe.ask_name_server(server)]
    silent = [server for server in servers if server not in answering]
    span = context.span("dns") if own else None
    found: list[CheckFinding] = []
    if not answering:
        one = len(silent) == 1
        found.append(
            warning(
                f"the name server{'' if one else 's'} {', '.join(silent)} "
                f"{'does' if one else 'do'} not answer: the container cannot resolve names",
                "ask who runs it; another can be named under dns in the spec",
                span=span,
            )
        )
    elif silent:
        found.append(
            warning(
                f"{', '.join(silent)} does not answer, {', '.join(answering)} does: each look-up "
                "may wait some seconds first",
                "take it out of " + ("dns in the spec" if own else "/etc/resolv.conf"),
                span=span,
            )
        )
    unreachable = answering and all(_is_loopback(server) for server in answering)
    bridged = context.network not in ("host", "none")
    if unreachable and bridged and _STUB not in answering and not is_remote(context, probe):
        found.append(
            warning(
                f"the name server {answering[0]} is on this host's loopback, which the container's "
                "network does not reach: it will ask a public one instead",
                "name the site's server under dns in the spec",
            )
        )
    return found or [ok(", ".join(answering) + (" answers" if len(answering) == 1 else " answer"))]


def _name_servers(text: str) -> list[str]:
    lines = (line.split() for line in text.splitlines())
    return [words[1] for words in lines if len(words) > 1 and words[0] == "nameserver"]


def _networks(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if not asks_daemon(context, probe):
        return [skipped("the engine does not answer")]
    found: list[CheckFinding] = []
    wanted = list(context.plan.value("networks") or {})
    mode = context.network
    if mode.startswith("container:"):
        other = mode.partition(":")[2]
        state = inspect("container", other, probe).get("State") or {}
        if state.get("Status") != "running":
            found.append(
                problem(
                    f"the container {other}, whose network is to be joined, is not running",
                    "start it first",
                    f"docker start {shlex.quote(other)}",
                    span=context.span("network_mode"),
                )
            )
    elif mode and mode not in ("bridge", "host", "none", "default"):
        wanted.append(mode)
    for name in wanted:
        if not inspect("network", name, probe):
            found.append(
                problem(
                    f"there is no network {name}",
                    "make it",
                    f"docker network create {shlex.quote(name)}",
                    span=context.span("networks") or context.span("network_mode"),
                )
            )
    return found or [ok(", ".join(wanted or [mode]))]


def _joins_networks(context: CheckContext) -> bool:
    mode = context.network
    return context.by_daemon and (
        bool(context.plan.value("networks"))
        or bool(mode and mode not in ("bridge", "host", "none", "default"))
    )


CHECKS = (
    Check(
        "proxy",
        "proxy",
        "Proxies have the same value in upper and lower case, respond, can be reached from the "
        "container, and no_proxy names loopback.",
        Precondition(
            "the container has a network of this host",
            lambda context: context.network != "none",
        ),
        _proxy,
    ),
    Check(
        "dns",
        "DNS",
        "The name servers of the container respond.",
        Precondition(
            "the container has a network of this host",
            lambda context: context.network != "none",
        ),
        _dns,
    ),
    Check(
        "networks",
        "networks",
        "The networks to join exist.",
        Precondition("Docker, and the mode joins a network", _joins_networks),
        _networks,
    ),
)
