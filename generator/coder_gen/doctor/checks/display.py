"""The user's display: whether the container can reach it and may use it."""

from __future__ import annotations

import errno
import os
import shlex

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, skipped, warning
from coder_gen.doctor.x_display import XDisplay, parse
from coder_gen.host.probe import Probe
from coder_gen.language.values import X11_SOCKETS

_PACKAGES = {"xhost": "x11-xserver-utils", "xauth": "xauth"}


def _display(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    name = probe.environment.get("DISPLAY", "")
    span = context.span("x11")
    if not name:
        wayland = probe.environment.get("WAYLAND_DISPLAY")
        fix = "start Xwayland" if wayland else "log in with ssh -X or on a desktop"
        return [
            warning(
                "DISPLAY is not set: the container starts without a display",
                f"{fix}; or write x11: {{access: off}} in the spec",
                span=span,
            )
        ]
    display = parse(name)
    if display is None:
        return [
            warning(
                f"DISPLAY={name} is not the name of a display", "set it to one", "export DISPLAY=:0"
            )
        ]
    if display.is_local:
        return _local(display, context, probe)
    return _over_tcp(display, context, probe)


def _local(display: XDisplay, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    where = f"for DISPLAY={display.name}"
    no_way = "programs in the container cannot reach the display"
    if display.number not in _sockets(probe):
        others = sorted(_sockets(probe))
        what = display.socket if probe.look(X11_SOCKETS).exists else X11_SOCKETS
        if not others:
            return [warning(f"there is no {what} {where}: {no_way}", "start the X server")]
        return [
            warning(
                f"there is no {what} {where}: {no_way}",
                "another display is there",
                f"export DISPLAY=:{others[0]}",
            )
        ]
    why = probe.connect(*display.address)
    if why:
        return [
            warning(
                f"nothing listens on {display.socket} any more ({why}): {no_way}",
                "start the X server, or log in to the desktop again",
            )
        ]
    return [ok(f"{display.name}, by its socket {display.socket}")]


def _sockets(probe: Probe) -> set[int]:
    names = (name[1:] for name in probe.names(X11_SOCKETS) if name.startswith("X"))
    return {int(name) for name in names if name.isdigit()}


def _over_tcp(display: XDisplay, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    host, port = display.address
    why = probe.connect(host, port)
    if why:
        fix = "log in again with ssh -X" if display.is_forwarded else "ask whether it is up"
        found.append(
            warning(f"the display {display.name} does not answer ({host} port {port}: {why})", fix)
        )
    if display.is_forwarded:
        found += _forwarded(display, context)
    elif not why and context.plan.x11.access == "user":
        found.append(
            warning(
                f"DISPLAY={display.name} is on another host, where access: user lets nobody in",
                "write x11: {access: cookie} in the spec",
                span=context.span("x11"),
            )
        )
    return found or [ok(f"{display.name}, by {host} port {port}")]


def _forwarded(display: XDisplay, context: CheckContext) -> list[CheckFinding]:
    """A display forwarded by ssh is on loopback and needs a cookie; the launcher warns likewise."""
    found: list[CheckFinding] = []
    if context.network != "host":
        found.append(
            warning(
                f"DISPLAY={display.name} is on this host's loopback, which the container's network "
                "does not reach",
                "write network_mode: host in the spec, or try it",
                "coder-gen --exec --set network_mode=host --set x11.access=cookie",
                span=context.span("network_mode"),
            )
        )
    if context.plan.x11.access != "cookie":
        found.append(
            warning(
                f"DISPLAY={display.name} is forwarded by ssh, which only lets in who has its cookie",
                "write x11: {access: cookie} in the spec",
                span=context.span("x11"),
            )
        )
    return found


def _access(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    display = parse(probe.environment.get("DISPLAY", ""))
    if display is None:
        return [skipped("there is no display")]
    if probe.connect(*display.address):
        return [skipped("the display does not answer")]
    if context.plan.x11.access == "cookie":
        return _by_cookie(display, context, probe)
    return _by_list(display, context, probe)


def _by_cookie(display: XDisplay, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if probe.which("xauth") is None:
        return [_lacking("xauth", "the container gets no cookie for the display")]
    cookies = _cookies(display, probe)
    if not cookies:
        message = f"there is no cookie for DISPLAY={display.name} in {_authority(probe)}"
        return [warning(message, *_other_authority(probe))]
    for name, cookie in cookies:
        refusal = probe.greet_display(*display.address, name, cookie)
        if not refusal:
            return [ok("the display takes the cookie")]
    return [
        warning(
            f"the display {display.name} refuses the cookie in {_authority(probe)}: {refusal}",
            *_other_authority(probe),
        )
    ]


def _by_list(display: XDisplay, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if probe.which("xhost") is None:
        return [_lacking("xhost", "the display stays closed to the container")]
    answer = probe.run("xhost")
    if not answer.succeeded:
        refusal = probe.greet_display(*display.address, b"", b"") or answer.last_line
        message = (
            f"the display {display.name} refuses {probe.user.name} ({refusal}): programs in the "
            "container cannot use it"
        )
        return [warning(message, *_other_authority(probe))]
    first, *entries = answer.stdout.strip().splitlines() or [""]
    if "disabled" in first:
        return [
            warning(
                f"the display {display.name} is open to everyone who can reach it",
                "close it",
                "xhost -",
            )
        ]
    if "LOCAL:" in entries and context.plan.x11.access == "user":
        return [
            warning(
                f"the display {display.name} is open to every user of this host (LOCAL:)",
                "close it: the spec asks for one user alone",
                "xhost -local:",
            )
        ]
    if not display.is_local and (display.is_forwarded or context.plan.x11.access == "user"):
        return [ok("the display answers; nothing is added to its access list")]
    entry = "local:" if display.is_local else "this host"
    if context.plan.x11.access == "user":
        entry = f"SI:localuser:{probe.user.name}"
    return [ok(f"the display answers; the launcher adds {entry} and takes it back")]


def _lacking(program: str, result: str) -> CheckFinding:
    package = _PACKAGES[program]
    return warning(
        f"{program} is not on PATH, so {result}", "install it", f"sudo apt install {package}"
    )


def _cookies(display: XDisplay, probe: Probe) -> list[tuple[bytes, bytes]]:
    """The name and the data of each of the display's cookies; xauth prints them in hex."""
    # -i ignores locks: reading needs none, and a stale lock costs 20 s.
    answer = probe.run("xauth", "-i", "-q", "nlist", display.name)
    fields = (line.split() for line in answer.stdout.splitlines())
    return [(bytes.fromhex(f[-3]), bytes.fromhex(f[-1])) for f in fields if len(f) >= 4]


def _authority(probe: Probe) -> str:
    return probe.environment.get("XAUTHORITY") or os.path.join(probe.user.home, ".Xauthority")


def _other_authority(probe: Probe) -> tuple[str, ...]:
    """The fix and its commands: desktops on Wayland keep the authority file elsewhere."""
    folder = f"/run/user/{probe.user.uid}"
    for name in probe.names(folder):
        if name.startswith((".mutter-Xwaylandauth", "xauth_", ".Xauthority")) or name == "gdm":
            path = f"{folder}/{name}/Xauthority" if name == "gdm" else f"{folder}/{name}"
            if path != _authority(probe):
                return (
                    "the desktop's own authority file may be this one",
                    f"export XAUTHORITY={shlex.quote(path)}",
                )
    look = probe.look(_authority(probe))
    if look.errno == errno.ENOENT:
        return ("the file is not there: log in to the display again, or set XAUTHORITY",)
    return ("log in to the display again, or set XAUTHORITY to the file that has its cookie",)


_USES_DISPLAY = Precondition("x11 is not off", lambda context: context.plan.x11.access != "off")

CHECKS = (
    Check(
        "display",
        "display",
        "DISPLAY names a server that responds and that the container's network can reach.",
        _USES_DISPLAY,
        _display,
    ),
    Check(
        "display-access",
        "display access",
        "The container gets access to the server as x11.access sets it: the programs are installed, "
        "and the server accepts the cookie or the access list.",
        _USES_DISPLAY,
        _access,
    ),
)
