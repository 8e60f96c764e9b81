"""The user's display: who can read its keys and its screen."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.audit import path_patterns
from coder_gen.audit.levels import HIGH, MEDIUM
from coder_gen.audit.remedies import both, cookie, drop_item
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.audit.rules.mounts import of_kind
from coder_gen.language.values import X11_SOCKETS
from coder_gen.plan import Plan
from coder_gen.plan.defaults import scalar
from coder_gen.plan.host_paths import sources


def _access(plan: Plan, wanted: str, what: str) -> Iterator[Hit]:
    if plan.x11.access == wanted:
        yield Hit(what, plan.settings["x11"].span)


def _host(plan: Plan) -> Iterator[Hit]:
    return _access(
        plan, "host", "`x11.access: host` gives access to every user of the host (xhost +local:)"
    )


def _user(plan: Plan) -> Iterator[Hit]:
    return _access(plan, "user", "`x11.access: user` gives access to every process of the user")


def _cookie(plan: Plan) -> Iterator[Hit]:
    return _access(plan, "cookie", "the container is a client of the user's display")


def _socket(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path == X11_SOCKETS or path.startswith(X11_SOCKETS + "/"):
            yield Hit(f"{path} is mounted, and nothing sets who has access", mount.span, mount)


def _abstract(plan: Plan) -> Iterator[Hit]:
    if scalar(plan, "network_mode") == "host" and plan.x11.access == "off":
        yield Hit(
            RuleText(
                "the host's network includes the X server's abstract socket, with or without {display}",
                display=KeyName("x11"),
            ),
            plan.settings["network_mode"].span,
        )


RULES = (
    Rule(
        id="x11-host",
        title="Display open to every local user",
        level=HIGH,
        gains="Reads every key and the whole screen, and sends keys, from any account of the host.",
        advice="Give only this container a cookie of this display, or use a nested X server.",
        standards=("NIST 4.4.3",),
        check=_host,
        remedy=cookie,
        costs="Clients have to read the cookie: those without XAUTHORITY fail.",
    ),
    Rule(
        id="x11-user",
        title="Display open to every process of the user",
        level=HIGH,
        gains="Reads every key and the whole screen, and sends keys, from any process of the user.",
        advice="Give only this container a cookie of this display, or use a nested X server.",
        standards=("NIST 4.4.3",),
        check=_user,
        remedy=cookie,
        costs="Clients have to read the cookie: those without XAUTHORITY fail.",
    ),
    Rule(
        id="x11-socket",
        title="X socket mounted by hand",
        level=HIGH,
        gains="Reads every key and the whole screen, and sends keys, if the server gives it access.",
        advice="Set x11: cookie, which mounts only what is needed.",
        standards=("NIST 4.4.3",),
        check=_socket,
        remedy=both(drop_item("volumes"), cookie),
        costs="Clients have to read the cookie: those without XAUTHORITY fail.",
    ),
    Rule(
        id="x11-authority",
        title="Every cookie of the user's displays",
        level=HIGH,
        gains="Reads every key and the whole screen, and sends keys, on each display that the user may "
        "use, on other hosts too.",
        advice="Set x11: cookie, which passes on only the cookie of this display.",
        standards=("NIST 4.4.3",),
        check=of_kind(
 path_patterns.X_AUTHORITY, "authority", "holds the cookies of the user's displays"
),
        remedy=both(drop_item("volumes"), cookie),
        costs="Displays other than DISPLAY are not available.",
    ),
    Rule(
        id="wayland-socket",
        title="A client of the user's Wayland display",
        level=MEDIUM,
        gains="Reads the clipboard, and, if the compositor allows it to every client, the screen and keys.",
        advice="Remove it if no window is needed, or use a nested compositor.",
        standards=("NIST 4.4.3",),
        check=of_kind(path_patterns.WAYLAND, "wayland", "is the user's Wayland display"),
        remedy=drop_item("volumes"),
        costs="Wayland clients cannot open windows.",
    ),
    Rule(
        id="x11-client",
        title="A client of the user's display",
        level=MEDIUM,
        gains="Reads every key and the whole screen, and sends keys: X allows that to every client.",
        advice="Set x11: off if no window is needed, or use a nested X server (Xephyr, Xpra).",
        standards=("NIST 4.4.3",),
        check=_cookie,
        example="x11: off",
    ),
    Rule(
        id="x11-abstract-socket",
        title="The X server's abstract socket",
        level=MEDIUM,
        gains="Connects to the display without any mount, if the server gives it access.",
        advice="Publish ports instead of sharing the host's network.",
        standards=("CIS 5.10",),
        check=_abstract,
        example="network_mode: bridge",
    ),
)  # fmt: skip
