"""Devices, FUSE and GPUs."""

from __future__ import annotations

import errno
import os

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import info, is_remote, is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.host.probe import Look, Probe

FUSE = "/dev/fuse"


def _devices(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if is_remote(context, probe):
        return [skipped("they are the other host's")]
    found: list[CheckFinding] = []
    names = []
    for path, permissions, span in context.device_files:
        look = probe.look(path)
        names.append(path)
        if not look.exists:
            # The launcher prints the same message.
            module = "fuse" if path == FUSE else os.path.basename(path)
            found.append(
                problem(
                    f"the device {path} does not exist on this host",
                    "load its module, or remove it from the spec",
                    f"sudo modprobe {module}" if path == FUSE else f"ls -l {os.path.dirname(path)}",
                    span=span,
                )
            )
        elif look.kind not in ("device", "folder"):
            found.append(
                problem(f"{path} is no device, but a {look.kind}", "correct the spec", span=span)
            )
        elif path != FUSE and context.plan.runs_as_host_user:
            closed = _closed(path, permissions, look, probe)
            if closed is not None:
                found.append(closed._replace(span=span))
    return found or [ok(", ".join(names))]


def _closed(path: str, permissions: str, look: Look, probe: Probe) -> CheckFinding | None:
    wants = [("r", look.readable, "read"), ("w", look.writable, "write")]
    lacking = [word for letter, has, word in wants if letter in permissions and not has]
    if not lacking:
        return None
    group = probe.group_name(look.gid)
    fix = "ask who looks after this host for access"
    if look.mode & 0o060 and look.gid != 0:
        fix = f"write group_add: ['{look.gid}'] in the spec, or join the group {group or look.gid}"
    return warning(
        f"programs in the container, which runs as {probe.user.name}, may not "
        f"{' or '.join(lacking)} {path} (mode {look.mode & 0o777:04o})",
        fix,
    )


def _fuse(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if is_remote(context, probe):
        return [skipped("it is the other host's")]
    found: list[CheckFinding] = []
    code = probe.opened(FUSE)
    plan = context.plan
    if code in (errno.ENODEV, errno.ENXIO):
        found.append(
            warning(f"{FUSE} has no driver behind it", "load the module", "sudo modprobe fuse")
        )
    elif code == errno.ENOENT:
        if context.is_apptainer:
            found.append(
                warning(
                    f"there is no {FUSE}: Apptainer unpacks the image at each start, which is slow",
                    "load the module",
                    "sudo modprobe fuse",
                )
            )
        else:
            return [skipped("see devices")]
    elif code and (plan.runs_as_host_user or not context.by_daemon):
        look = probe.look(FUSE)
        found.append(
            warning(
                f"{FUSE} is closed to {probe.user.name} ({os.strerror(code).lower()}, mode "
                f"{look.mode & 0o777:04o}): programs that open it cannot mount",
                "open it, as most distributions do",
                f"sudo chmod 0666 {FUSE}",
            )
        )
    if context.is_apptainer:
        if not (probe.which("fusermount3") or probe.which("fusermount")):
            found.append(
                warning(
                    "fusermount is not on PATH: nothing can be mounted as an ordinary user",
                    "install it",
                    "sudo apt install fuse3",
                )
            )
    else:
        found += _rights(context, probe)
    return found or [ok(f"{FUSE} opens, and mounting is allowed")]


def _rights(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """The rights that a container needs besides the device before it can mount."""
    plan, found = context.plan, []
    span = context.span("devices")
    capabilities = {name.upper().removeprefix("CAP_") for name in context.listed("cap_add")}
    if not context.flag("privileged") and not capabilities & {"SYS_ADMIN", "ALL"}:
        found.append(
            warning(
                f"the container gets {FUSE} without SYS_ADMIN: mounting is not permitted",
                "write cap_add: [SYS_ADMIN] in the spec",
                span=span,
            )
        )
    options = {option.replace(":", "=", 1) for option in context.listed("security_opt")}
    if options & {"no-new-privileges", "no-new-privileges=true"} and plan.runs_as_host_user:
        found.append(
            warning(
                "no-new-privileges keeps fusermount, which is setuid, from mounting",
                "leave one of the two out of the spec",
                span=context.span("security_opt"),
            )
        )
    confined = "apparmor=unconfined" not in options and not context.flag("privileged")
    if context.by_daemon and confined and uses_apparmor(context, probe):
        found.append(
            warning(
                "Docker's AppArmor profile refuses every mount in the container",
                "write security_opt: [apparmor=unconfined] in the spec, or a profile of your own",
                span=span,
            )
        )
    return found


def uses_apparmor(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine confines containers with AppArmor."""
    options = info(context, probe).get("SecurityOptions") or []
    return any(str(option).startswith("name=apparmor") for option in options)


def _gpus(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    span = context.span("gpus")
    card = probe.run("nvidia-smi", "--list-gpus")
    if not card.succeeded:
        return [
            problem(
                "the spec asks for gpus, and nvidia-smi finds none on this host"
                if card.status is not None
                else "the spec asks for gpus, and there is no NVIDIA driver (nvidia-smi) here",
                "install the driver, or leave gpus out",
                span=span,
            )
        ]
    count = len(card.stdout.strip().splitlines())
    if context.by_daemon and not is_rootless(context, probe):
        runtimes = info(context, probe).get("Runtimes") or {}
        if "nvidia" not in runtimes and probe.which("nvidia-container-runtime-hook") is None:
            return [
                problem(
                    "Docker cannot hand out gpus: the NVIDIA Container Toolkit is not installed",
                    "install the package nvidia-container-toolkit, then start Docker again",
                    span=span,
                )
            ]
    return [ok(f"{count} found")]


CHECKS = (
    Check(
        "devices",
        "devices",
        "Each device exists, is a device, and is accessible to the container's user.",
        Precondition(
            "the mode has devices", lambda context: any(True for _ in context.device_files)
        ),
        _devices,
    ),
    Check(
        "fuse",
        "FUSE",
        "This user may open /dev/fuse, and the container has the rights to mount.",
        Precondition(
            "the mode has /dev/fuse, or Apptainer",
            lambda context: context.wants_fuse or context.is_apptainer,
        ),
        _fuse,
    ),
    Check(
        "gpus",
        "GPUs",
        "The driver is installed, and the engine can provide accelerators.",
        Precondition("the mode has gpus", lambda context: bool(context.plan.value("gpus"))),
        _gpus,
    ),
)
