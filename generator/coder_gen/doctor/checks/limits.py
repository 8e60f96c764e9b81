"""Resource limits: whether the kernel and the engine can enforce them."""

from __future__ import annotations

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import asks_daemon, info, is_rootless
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.host.probe import Probe
from coder_gen.language.shapes.amounts import GIB, size

# The field of `docker info` that tells whether the kernel supports a key.
_DOCKER_KNOWS = {
    "mem_limit": "MemoryLimit",
    "mem_reservation": "MemoryLimit",
    "memswap_limit": "SwapLimit",
    "oom_kill_disable": "OomKillDisable",
    "cpus": "CpuCfsQuota",
    "cpu_quota": "CpuCfsQuota",
    "cpu_period": "CpuCfsPeriod",
    "cpu_shares": "CPUShares",
    "cpuset": "CPUSet",
    "cpuset_mems": "CPUSet",
    "pids_limit": "PidsLimit",
}
# The cgroups v2 controller that a key needs.
_CONTROLLERS = {
    "mem_limit": "memory",
    "mem_reservation": "memory",
    "memswap_limit": "memory",
    "cpus": "cpu",
    "cpu_quota": "cpu",
    "cpu_shares": "cpu",
    "cpuset": "cpuset",
    "pids_limit": "pids",
}
# Docker's minimum.
_LEAST_MEMORY = 6 << 20
V2 = "/sys/fs/cgroup/cgroup.controllers"


def _limits(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if context.by_daemon and not asks_daemon(context, probe):
        return [skipped("the engine does not answer")]
    if context.is_apptainer:
        honoured = _apptainer(context, probe)
    elif is_rootless(context, probe):
        honoured = _rootless(context, probe)
    else:
        honoured = _docker(context, probe)
    found = [*_amounts(context, probe), *honoured]
    return found or [ok(", ".join(f"{key} {context.value(key)}" for key in _wanted(context)))]


def _wanted(context: CheckContext) -> list[str]:
    return [key for key in {**_DOCKER_KNOWS, **_CONTROLLERS} if context.value(key)]


def _docker(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    knows = info(context, probe)
    return [
        warning(
            f"{key} has no effect: the kernel of this host has that controller off",
            "start the kernel with cgroup_enable=memory swapaccount=1"
            if field in ("MemoryLimit", "SwapLimit")
            else "ask who looks after this host",
            span=context.span(key),
        )
        for key, field in _DOCKER_KNOWS.items()
        if context.value(key) and knows.get(field) is False
    ]


def _apptainer(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """The launcher's rule: cgroups v2, systemd and, for an ordinary user, the user's bus."""
    bus = f"{probe.environment.get('XDG_RUNTIME_DIR', '')}/bus"
    systemd = "system" in probe.names("/run/systemd")
    can = systemd and (probe.user.uid == 0 or probe.look(bus).kind == "socket")
    if probe.read(V2) is not None and can:
        return []
    wanted = _wanted(context)
    return [
        warning(
            "going on without these limits, for which Apptainer needs cgroups v2 and systemd here: "
            + ", ".join(wanted),
            span=context.span(wanted[0]),
        )
    ]


def _rootless(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """Rootless limits need cgroups v2, and controllers that systemd delegates to the user."""
    wanted = [key for key in _CONTROLLERS if context.value(key)]
    if not wanted:
        return []
    name = context.engine.title
    if probe.read(V2) is None:
        return [
            warning(
                f"{', '.join(wanted)}: {name} without root cannot set limits under cgroups v1, and "
                "goes on without",
                "leave them out of the spec, or start the kernel with "
                "systemd.unified_cgroup_hierarchy=1",
                span=context.span(wanted[0]),
            )
        ]
    uid = probe.user.uid
    path = f"/sys/fs/cgroup/user.slice/user-{uid}.slice/user@{uid}.service/cgroup.controllers"
    handed = (probe.read(path) or "").split()
    lacking = [key for key in wanted if _CONTROLLERS[key] not in handed]
    if not lacking:
        return []
    return [
        problem(
            f"{', '.join(lacking)}: systemd does not hand the cgroup controller down to users",
            "let it: in a drop-in file of user@.service, as root",
            "sudo mkdir -p /etc/systemd/system/user@.service.d",
            "printf '[Service]\\nDelegate=cpu cpuset memory pids\\n' | sudo tee "
            "/etc/systemd/system/user@.service.d/delegate.conf",
            "sudo systemctl daemon-reload",
            span=context.span(lacking[0]),
        )
    ]


def _amounts(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    """Limits that exceed the host's resources, or that an engine refuses."""
    found: list[CheckFinding] = []
    knows = info(context, probe)
    processors = int(knows.get("NCPU") or probe.processors)
    memory = int(knows.get("MemTotal") or probe.memory)
    cpus = context.value("cpus")
    if cpus and float(cpus) > processors:
        refuses = context.by_daemon
        report = problem if refuses else warning
        found.append(
            report(
                f"cpus is {cpus}, and this host has {processors}: "
                + ("Docker refuses that" if refuses else "it limits nothing"),
                "ask for fewer",
                *_smaller(context, "cpus", str(processors)),
                span=context.span("cpus"),
            )
        )
    limit = size(context.value("mem_limit") or "")
    if limit is not None and 0 < limit < _LEAST_MEMORY:
        found.append(
            problem(
                "mem_limit is less than 6m, which engines refuse",
                "ask for more",
                span=context.span("mem_limit"),
            )
        )
    elif limit is not None and limit > memory:
        found.append(
            warning(
                f"mem_limit is {context.value('mem_limit')}, and this host has "
                f"{memory / GIB:.1f} GiB: it limits nothing",
                "ask for less",
                span=context.span("mem_limit"),
            )
        )
    return found


def _smaller(context: CheckContext, key: str, value: str) -> tuple[str, ...]:
    """The command that sets the variable of a key, if its value is one variable."""
    text = context.plan.text(key)
    parts = text.parts if text is not None else ()
    if len(parts) == 1 and not isinstance(parts[0], str):
        return (f"export {parts[0].name}={value}",)
    return ()


CHECKS = (
    Check(
        "limits",
        "limits",
        "Limits on memory, processors and processes work on this host, and do not exceed its "
        "resources.",
        Precondition("the mode sets limits", lambda context: bool(_wanted(context))),
        _limits,
    ),
)
