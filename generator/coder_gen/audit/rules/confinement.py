"""The kernel's confinement of a container: seccomp, AppArmor, SELinux, masked paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import HIGH, MEDIUM
from coder_gen.audit.remedies import drop_item, drop_option, with_value
from coder_gen.audit.remedies import text as new_text
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.plan import Plan
from coder_gen.plan.defaults import texts
from coder_gen.plan.security_options import option


def with_kept_privileges(plan: Plan, hit: Hit) -> Plan:
    """The plan with ``no-new-privileges:true`` as its only option of that name."""
    others = tuple(
        text
        for text, value in texts(plan, "security_opt")
        if not value.startswith("no-new-privileges")
    )
    return with_value(plan, "security_opt", (*others, new_text("no-new-privileges:true")))


def _profile(plan: Plan) -> Iterator[Hit]:
    for text, value in texts(plan, "security_opt"):
        name, _, setting = value.replace(":", "=", 1).partition("=")
        if name == "seccomp" and setting not in ("unconfined", "builtin", "", _PODMANS):
            yield Hit(
                "a filter of system calls of one's own takes the place of the engine's",
                text.span,
                text,
            )


# Podman's own seccomp profile.
_PODMANS = "/usr/share/containers/seccomp.json"


def _unmasked(plan: Plan) -> Iterator[Hit]:
    for text, value in texts(plan, "security_opt"):
        name, _, setting = value.replace(":", "=", 1).partition("=")
        if (name, setting) == ("systempaths", "unconfined") or name == "unmask":
            yield Hit("the masks on /proc and /sys are off", text.span, text)
        elif name == "writable-cgroups" and setting.lower() in ("", "true", "t", "1"):
            yield Hit("the control groups can be written", text.span, text)


def _unlabelled(plan: Plan) -> Iterator[Hit]:
    for text, value in texts(plan, "security_opt"):
        name, _, setting = value.replace(":", "=", 1).partition("=")
        if name == "label" and _NO_LABEL.fullmatch(setting):
            yield Hit("SELinux is off", text.span, text)


_NO_LABEL = re.compile(
    r"disable|type[:=](?:spc_t|unconfined_t|super_privileged_t|container_runtime_t|init_t)"
)


def _has_option(what: str, *spellings: str) -> Check:
    def check(plan: Plan) -> Iterator[Hit]:
        text = option(plan, *spellings)
        if text is not None:
            yield Hit(what, text.span, text)

    return check


RULES = (
    Rule(
        id="seccomp-unconfined",
        title="System call filter off",
        level=HIGH,
        gains="Every system call of the kernel, where its default filter leaves out those that "
        "escapes are made of.",
        advice="Leave the engine's own filter on; where one call is missing, pass a profile of "
        "your own: seccomp=./profile.json.",
        standards=("CIS 5.22", "OWASP 6"),
        check=_has_option("seccomp is off", "seccomp=unconfined"),
        remedy=drop_option("seccomp=unconfined"),
        costs="Programs that make their own namespaces or mounts need a profile of their own.",
    ),
    Rule(
        id="seccomp-profile",
        title="System call filter of one's own",
        level=MEDIUM,
        gains="Whatever that file allows: nothing keeps it in step with the engine's own filter.",
        advice="Leave the engine's own filter on; else review the file like code, and keep it narrow.",
        standards=("CIS 5.22", "OWASP 6"),
        check=_profile,
        remedy=drop_item("security_opt"),
        costs="System calls that only the file allows fail.",
        automatic=False,
    ),
    Rule(
        id="apparmor-unconfined",
        title="AppArmor off",
        level=HIGH,
        gains="Mounts, and writes to /proc and /sys, which the engine's profile refuses.",
        advice="Leave the engine's own profile on, or load one of your own and name it.",
        standards=("CIS 5.2", "OWASP 6"),
        check=_has_option("AppArmor is off", "apparmor=unconfined"),
        remedy=drop_option("apparmor=unconfined"),
        costs="FUSE file systems can no longer be mounted inside, where the host has AppArmor.",
    ),
    Rule(
        id="selinux-disabled",
        title="SELinux labels off",
        level=HIGH,
        gains="Whatever of the host file permissions alone do not protect.",
        advice="Give the mounts a label instead: selinux: Z for this container, z shared.",
        standards=("CIS 5.3", "OWASP 6"),
        check=_unlabelled,
        remedy=drop_item("security_opt"),
        costs="Mounts without a label are refused, where the host has SELinux.",
    ),
    Rule(
        id="systempaths-unconfined",
        title="Masks on /proc and /sys off",
        level=HIGH,
        gains="The kernel's controls under /proc and /sys, some of which run programs as root.",
        advice="Leave the masks on.",
        standards=("OWASP 6", "NIST 4.4.3"),
        check=_unmasked,
        remedy=drop_item("security_opt"),
        costs="Containers inside this container may not start.",
    ),
)  # fmt: skip
