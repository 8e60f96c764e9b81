"""The kernel's fences around a container: seccomp, AppArmor, SELinux, the masks on /proc."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.audit.levels import HIGH
from coder_gen.audit.remedies import drop_item, with_value
from coder_gen.audit.remedies import text as new_text
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.audit.settled import texts
from coder_gen.expression import Text
from coder_gen.plan import Plan


def option(plan: Plan, *spellings: str) -> Text | None:
    """The security option that is one of these; engines take = and : alike."""
    for text, value in texts(plan, "security_opt"):
        if value.replace(":", "=", 1) in spellings:
            return text
    return None


def keeps_privileges(plan: Plan) -> bool:
    """Whether setuid programs give no more rights: the last word counts."""
    said = False
    for _, value in texts(plan, "security_opt"):
        name, _, setting = value.replace("=", ":", 1).partition(":")
        if name == "no-new-privileges":
            said = setting.lower() in ("", "true", "t", "1")
    return said


def with_kept_privileges(plan: Plan, hit: Hit) -> Plan:
    """The plan with ``no-new-privileges``, and no other word about it."""
    others = tuple(
        text
        for text, value in texts(plan, "security_opt")
        if not value.startswith("no-new-privileges")
    )
    return with_value(plan, "security_opt", (*others, new_text("no-new-privileges:true")))


def _says(what: str, *spellings: str) -> Check:
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
        check=_says("seccomp is off", "seccomp=unconfined"),
        remedy=drop_item("security_opt"),
        costs="Programs that make their own namespaces or mounts need a profile of their own.",
    ),
    Rule(
        id="apparmor-unconfined",
        title="AppArmor off",
        level=HIGH,
        gains="Mounts, and writes to /proc and /sys, which the engine's profile refuses.",
        advice="Leave the engine's own profile on, or load one of your own and name it.",
        standards=("CIS 5.2", "OWASP 6"),
        check=_says("AppArmor is off", "apparmor=unconfined"),
        remedy=drop_item("security_opt"),
        costs="FUSE file systems can no longer be mounted inside, where the host has AppArmor.",
    ),
    Rule(
        id="selinux-disabled",
        title="SELinux labels off",
        level=HIGH,
        gains="Whatever of the host file permissions alone do not protect.",
        advice="Give the mounts a label instead: selinux: Z for this container, z shared.",
        standards=("CIS 5.3", "OWASP 6"),
        check=_says("SELinux is off", "label=disable", "label=type:spc_t", "label=type=spc_t"),
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
        check=_says("the masks on /proc and /sys are off", "systempaths=unconfined", "unmask=ALL", "unmask=all"),
        remedy=drop_item("security_opt"),
        costs="Containers inside this container may not start.",
    ),
)  # fmt: skip
