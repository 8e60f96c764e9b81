"""Mandatory access control: SELinux and AppArmor."""

from __future__ import annotations

from coder_gen.doctor.checks.devices import uses_apparmor
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, warning
from coder_gen.host.probe import Probe

ENFORCING = "/sys/fs/selinux/enforce"
# Only root may read this list.
PROFILES = "/sys/kernel/security/apparmor/profiles"


def _options(context: CheckContext) -> list[str]:
    return [option.replace(":", "=", 1) for option in context.listed("security_opt")]


def _selinux(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if (probe.read(ENFORCING) or "").strip() != "1":
        return [ok("not enforced here")]
    if "label=disable" in _options(context) or context.flag("privileged"):
        return [ok("enforced, and off for this container")]
    unlabelled = [bind for bind in context.binds if not bind.labelled]
    if not unlabelled:
        return [ok("enforced, and each mount has a label")]
    return [
        warning(
            f"SELinux is enforced, and {', '.join(bind.source for bind in unlabelled[:3])} "
            f"{'has' if len(unlabelled) == 1 else 'have'} no label for containers: they may be "
            "closed to it",
            "write selinux: z (shared) or Z (its own) at the mount; for a home, which must keep "
            "its labels, write security_opt: [label=disable]",
            span=unlabelled[0].span,
        )
    ]


def _apparmor(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if not uses_apparmor(context, probe):
        return [ok("not used by the engine")]
    loaded = probe.read(PROFILES)
    for option in _options(context):
        name, _, profile = option.partition("=")
        if name != "apparmor" or profile in ("unconfined", "docker-default"):
            continue
        if loaded is not None and f"{profile} (" not in loaded:
            return [
                problem(
                    f"the AppArmor profile {profile} is not loaded",
                    "load it from its file",
                    f"sudo apparmor_parser -r /etc/apparmor.d/{profile}",
                    span=context.span("security_opt"),
                )
            ]
    return [ok("used by the engine")]


CHECKS = (
    Check(
        "selinux",
        "SELinux",
        "If SELinux is enforced, mounts have a label that the container may access.",
        Precondition(
            "the mode mounts paths",
            lambda context: any(True for _ in context.binds) and not context.is_apptainer,
        ),
        _selinux,
    ),
    Check(
        "apparmor",
        "AppArmor",
        "The AppArmor profile that the spec names is loaded.",
        Precondition(
            "Docker, and the spec names a profile",
            lambda context: (
                context.by_daemon
                and any(option.startswith("apparmor=") for option in _options(context))
            ),
        ),
        _apparmor,
    ),
)
