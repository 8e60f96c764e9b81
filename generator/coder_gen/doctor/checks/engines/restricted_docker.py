"""Docker daemons with restrictions: installed as a snap, or with userns-remap."""

from __future__ import annotations

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import info
from coder_gen.doctor.model import CheckFinding, problem, warning
from coder_gen.host.probe import Probe
from coder_gen.language.values import X11_SOCKETS

_SNAP = "/var/snap/docker/"
# The paths that a snap's interfaces open; hidden folders of a home are not among them.
_SEEN = ("/home/", "/media/", "/mnt/")


def confined(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """Settings that this daemon refuses, or treats differently from the spec."""
    knows = info(context, probe)
    found: list[CheckFinding] = []
    if str(knows.get("DockerRootDir", "")).startswith(_SNAP):
        found += _snap(context)
    if "name=userns" in (knows.get("SecurityOptions") or []):
        found += _mapped(context)
    return found


def _snap(context: CheckContext) -> list[CheckFinding]:
    sources = [bind.source for bind in context.binds]
    if context.plan.x11.access != "off":
        sources.append(X11_SOCKETS)
    unseen = [path for path in sources if not path.startswith(_SEEN) or "/." in path]
    if not unseen:
        return []
    return [
        warning(
            f"Docker is installed as a snap, which does not see {', '.join(unseen[:3])}: the "
            "container gets empty folders instead",
            "install Docker from packages, or mount folders below /home that are not hidden",
            "sudo snap remove docker && sudo apt install docker.io",
        )
    ]


def _mapped(context: CheckContext) -> list[CheckFinding]:
    """With userns-remap, ids of a container differ on the host. Tried with Docker 20.10."""
    if context.value("userns_mode") == "host":
        return []
    fix = "write userns_mode: host in the spec"
    refused = [
        name
        for name, requested in (
            ("network_mode: host", context.network == "host"),
            ("pid: host", context.value("pid") == "host"),
            ("ipc: host", context.value("ipc") == "host"),
            ("privileged: true", context.flag("privileged")),
        )
        if requested
    ]
    if refused:
        message = f"the daemon maps ids (userns-remap), and then refuses {', '.join(refused)}"
        return [problem(message, fix)]
    if context.plan.runs_as_host_user and any(not bind.read_only for bind in context.binds):
        return [
            warning(
                "the daemon maps ids (userns-remap): your files on mounts are somebody else's in "
                "the container",
                fix,
            )
        ]
    return []
