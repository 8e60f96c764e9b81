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
                "a custom system call filter replaces the engine's",
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
            yield Hit("the control groups are writable", text.span, text)


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
        gains="Every system call of the kernel; the default filter blocks those that escapes "
        "use.",
        advice="Keep the engine's own filter; if a system call is missing, pass a profile of your "
        "own: seccomp=./profile.json.",
        standards=("CIS 5.22", "OWASP 6"),
        check=_has_option("seccomp is off", "seccomp=unconfined"),
        remedy=drop_option("seccomp=unconfined"),
        costs="Programs that make their own namespaces or mounts need a profile of their own.",
    ),
    Rule(
        id="seccomp-profile",
        title="Custom system call filter",
        level=MEDIUM,
        gains="Every system call that the file allows: it does not follow changes of the engine's own filter.",
        advice="Keep the engine's own filter; otherwise review the file like code, and allow little.",
        standards=("CIS 5.22", "OWASP 6"),
        check=_profile,
        remedy=drop_item("security_opt"),
        costs="System calls that only the file allows will fail.",
        automatic=False,
    ),
    Rule(
        id="apparmor-unconfined",
        title="AppArmor off",
        level=HIGH,
        gains="Mounts, and writes to /proc and /sys, which the engine's profile refuses.",
        advice="Keep the engine's own profile, or load one of your own and name it.",
        standards=("CIS 5.2", "OWASP 6"),
        check=_has_option("AppArmor is off", "apparmor=unconfined"),
        remedy=drop_option("apparmor=unconfined"),
        costs="On hosts with AppArmor, FUSE file systems can no longer be mounted inside.",
    ),
    Rule(
        id="selinux-disabled",
        title="SELinux labels off",
        level=HIGH,
        gains="All files of the host that file permissions do not protect.",
        advice="Give the mounts a label instead: selinux: Z for this container, z shared.",
        standards=("CIS 5.3", "OWASP 6"),
        check=_unlabelled,
        remedy=drop_item("security_opt"),
        costs="On hosts with SELinux, mounts without a label are refused.",
    ),
    Rule(
        id="systempaths-unconfined",
        title="Masks on /proc and /sys off",
        level=HIGH,
        gains="The kernel's controls under /proc and /sys, some of which run programs as root.",
        advice="Keep the masks.",
        standards=("OWASP 6", "NIST 4.4.3"),
        check=_unmasked,
        remedy=drop_item("security_opt"),
        costs="Containers inside this container may not start.",
    ),
)  # fmt: skip
