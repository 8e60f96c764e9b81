"""The image: whether it exists, its processor, its age and its user."""

from __future__ import annotations

import shlex
from datetime import datetime, timezone
from typing import Any

from coder_gen.doctor import podman_store
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import asks_daemon, inspect, is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.host.probe import Probe

# An image older than half a year lacks security fixes.
OLD_DAYS = 180
# The processor as uname prints it, and as an image names it.
_PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
# The names of the QEMU emulators in binfmt_misc.
_EMULATORS = {"amd64": "x86_64", "arm64": "aarch64", "386": "i386"}


def _image(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    name = context.image
    if not name:
        return [skipped("its name depends on a variable that is not set")]
    if context.by_daemon:
        if not asks_daemon(context, probe):
            return [skipped("the engine does not answer")]
        found = inspect("image", name, probe)
    elif context.engine.name != podman_store.ENGINE:
        return [skipped(f"asking {context.engine.title} may change something on the host")]
    else:
        store = podman_store.root(probe)
        if probe.look(store).timed_out:
            return [problem(f"{store}, Podman's store of images, does not answer", "see mounts")]
        found = podman_store.image(name, probe)
    if not found:
        return [_missing(name, context)]
    faults = [
        finding
        for finding in (
            _processor(name, found, context, probe),
            _age(name, found, probe),
            _user(name, found, context, probe),
        )
        if finding is not None
    ]
    return faults or [ok(f"{name}, {_days_text(found, probe)}, {_runs_as(found, context)}")]


def _missing(name: str, context: CheckContext) -> CheckFinding:
    engine, quoted = context.engine.name, shlex.quote(name)
    build, pull = f"{engine} build -t {quoted} .", f"{engine} pull {quoted}"
    policy = context.plan.text("pull_policy")
    span = context.span("image")
    message = f"the image {name} is not on this host"
    if policy is not None and policy.literal == "never":
        return problem(message, "build it, or get it", build, pull, span=span)
    return warning(
        f"{message}: the launcher will pull it",
        "that takes a while, and a registry; or do it now, or build it",
        pull,
        build,
        span=span,
    )


def _processor(
    name: str, found: dict[str, Any], context: CheckContext, probe: Probe
) -> CheckFinding | None:
    own = _PROCESSORS.get(probe.machine, probe.machine)
    theirs = str(found.get("Architecture", ""))
    if theirs in ("", own) or {theirs, own} == {"386", "amd64"}:
        return None
    emulator = f"qemu-{_EMULATORS.get(theirs, theirs)}"
    if emulator in probe.names("/proc/sys/fs/binfmt_misc"):
        return warning(f"{name} is for {theirs}, and runs on this {own} host emulated: slowly")
    return problem(
        f"{name} is for {theirs}, and this host is {own}: its programs cannot start",
        f"build it here, or get the one for {own}",
        f"{context.engine} pull --platform linux/{own} {shlex.quote(name)}",
        span=context.span("image"),
    )


def _created(found: dict[str, Any]) -> datetime | None:
    # Python 3.10 does not parse nanoseconds.
    text = str(found.get("Created", ""))[:19]
    try:
        made = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    # Reproducible builds set 1970 or 1980, which tells nothing about the age.
    return made if made.year > 1980 else None


def _days(found: dict[str, Any], probe: Probe) -> int | None:
    made = _created(found)
    return None if made is None else max(0, int((probe.now - made.timestamp()) // 86400))


def _days_text(found: dict[str, Any], probe: Probe) -> str:
    days = _days(found, probe)
    if days is None:
        return "of unknown age"
    return "built today" if days == 0 else f"built {days} day{'s' if days > 1 else ''} ago"


def _age(name: str, found: dict[str, Any], probe: Probe) -> CheckFinding | None:
    days = _days(found, probe)
    if days is None or days <= OLD_DAYS:
        return None
    return warning(
        f"{name} was built {days} days ago: what was fixed since then is not in it",
        "build it again, with the newest base",
    )


def _runs_as(found: dict[str, Any], context: CheckContext) -> str:
    if context.plan.runs_as_host_user:
        return "runs as you"
    user = context.value("user") or (found.get("Config") or {}).get("User") or "root"
    return f"runs as {user}"


def _user(
    name: str, found: dict[str, Any], context: CheckContext, probe: Probe
) -> CheckFinding | None:
    """With a rootful engine, root in the container writes to mounts as root."""
    user = str(context.value("user") or (found.get("Config") or {}).get("User") or "")
    writable = [bind for bind in context.binds if not bind.read_only]
    is_root = user.partition(":")[0] in ("", "0", "root")
    if not (is_root and writable) or is_rootless(context, probe):
        return None
    return warning(
        f"{name} runs as root: what it writes to {writable[0].source} will belong to root",
        "write user: host in the spec",
        span=writable[0].span,
    )


CHECKS = (
    Check(
        "image",
        "image",
        "The image is on this host, for its processor, is not older than half a year, and "
        "does not run as root over mounts.",
        Precondition("engines that keep images", lambda context: not context.is_apptainer),
        _image,
    ),
)
