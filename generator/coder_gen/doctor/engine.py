"""The engine: its program, its daemon, and whether it is new enough."""

from __future__ import annotations

import shlex

from coder_gen.doctor.confined import confined
from coder_gen.doctor.engines import (
    DEFAULT_ENDPOINT,
    docker_version,
    endpoint,
    is_remote,
    is_rootless,
    number,
    program,
    socket_path,
    versions,
)
from coder_gen.doctor.model import Check, Finding, Need, ok, problem, skipped, warning
from coder_gen.doctor.situation import Situation
from coder_gen.engines.names import NAMES
from coder_gen.engines.registry import engine as find_engine
from coder_gen.host.probe import Answer, Probe

# Docker's release notes: the first version that has what a key of the spec needs.
_KEYS_SINCE = {
    "annotations": "24.0",
    "cgroup": "20.10",
    "use_api_socket": "28.3",
}


def _program(situation: Situation, probe: Probe) -> list[Finding]:
    engine, name = program(situation, probe), situation.engine_name
    path = probe.which(engine)
    if path is None:
        message = f"{engine} is not on PATH"
        fix = f"install {name}, or add its folder to PATH"
        if situation.engine == "apptainer":
            message = "neither apptainer nor singularity is on PATH"
            fix = f"where the site has modules: module load apptainer; else install {name}"
        others = [other for other in NAMES if other != situation.engine and probe.which(other)]
        if others:
            fix += f"; {others[0]} is there: look with --engine {others[0]}"
        return [problem(message, fix)]
    found = versions(situation, probe)
    return [ok(f"{name} {found[0]}" if found else path)]


def _daemon(situation: Situation, probe: Probe) -> list[Finding]:
    if probe.which("docker") is None:
        return [skipped("Docker is not there")]
    answer = docker_version(probe)
    if answer.succeeded:
        where = (
            "on another host"
            if is_remote(situation, probe)
            else f"at {socket_path(situation, probe)}"
        )
        kind = "without root, " if is_rootless(situation, probe) else ""
        found = confined(situation, probe)
        return found or [ok(f"version {versions(situation, probe)[-1]} answers, {kind}{where}")]
    said = f"{answer.stdout}\n{answer.stderr}".lower()
    host = probe.environment.get("DOCKER_HOST")
    at = f" at {host}" if host else ""
    if answer.timed_out:
        return [
            problem(
                f"the Docker daemon{at} takes the question and gives no answer",
                "its log says more; starting it again ends what hangs",
                *_start(situation, probe, "restart"),
            )
        ]
    if "permission denied" in said:
        return [_no_permission(situation, probe)]
    if any(words in said for words in ("cannot connect", "daemon running", "connection refused")):
        fix, commands = "start it", _start(situation, probe)
        if host:
            fix, commands = "start it, or ask this host's own", (*commands, "unset DOCKER_HOST")
        return [problem(f"the Docker daemon does not answer{at}", fix, *commands)]
    return [
        problem(f"Docker is not usable: {_reason(answer)}", "ask it yourself", "docker version")
    ]


def _reason(answer: Answer) -> str:
    return answer.last_line if answer.stderr.strip() else "docker version failed"


def _start(situation: Situation, probe: Probe, verb: str = "start") -> tuple[str, ...]:
    where = endpoint(situation, probe)
    if where.startswith(f"unix:///run/user/{probe.user.uid}/"):
        return (f"systemctl --user {verb} docker",)
    if where != DEFAULT_ENDPOINT:
        return ()
    if "system" in probe.names("/run/systemd"):
        return (f"sudo systemctl {verb} docker",)
    return (f"sudo service docker {verb}",)


def _no_permission(situation: Situation, probe: Probe) -> Finding:
    look = probe.look(socket_path(situation, probe))
    group = probe.group_name(look.gid) if look.exists else None
    name = probe.user.name
    message = "this user may not talk to Docker"
    if group is not None and name in probe.group_members(look.gid):
        return problem(
            f"{message}: this login is older than the membership of the group {group}",
            "log in again, or begin a shell with the group",
            f"newgrp {shlex.quote(group)}",
        )
    return problem(
        message,
        "join the group that may, and log in again (who can use Docker can become root)",
        shlex.join(["sudo", "usermod", "-aG", group or "docker", name]),
    )


def _new_enough(situation: Situation, probe: Probe) -> list[Finding]:
    found = versions(situation, probe)
    if not found:
        return [skipped(f"{situation.engine_name} does not say its version")]
    oldest = min(found, key=number)
    late: list[Finding] = []
    for what, since, span_key in _newer_wishes(situation):
        if number(oldest) < number(since):
            late.append(
                problem(
                    f"{what} needs Docker {since}, and this one is {oldest}",
                    "update Docker, or leave it out of the spec",
                    span=situation.span(span_key),
                )
            )
    wanted = find_engine(situation.engine).oldest
    if not late and number(oldest) < number(wanted):
        late.append(
            warning(
                f"{situation.engine_name} {oldest} is older than {wanted}, the oldest that the "
                "launchers are made for",
                f"update {situation.engine_name}",
            )
        )
    return late or [ok(f"{oldest} has all that the spec asks for")]


def _newer_wishes(situation: Situation) -> list[tuple[str, str, str]]:
    """What the spec asks for that older Dockers lack, since when it is there, and its key."""
    if situation.engine != "docker":
        return []
    plan = situation.plan
    found = [(f"`{key}`", since, key) for key, since in _KEYS_SINCE.items() if plan.value(key)]
    if any(mount.recursive for mount in plan.mounts):
        found.append(("`recursive` of a mount", "25.0", "volumes"))
    if any(mount.subpath for mount in plan.mounts):
        found.append(("`subpath` of a volume", "26.0", "volumes"))
    check = plan.value("healthcheck")
    if check is not None and check.start_interval is not None:
        found.append(("`start_interval` of the health check", "25.0", "healthcheck"))
    networks = plan.value("networks") or {}
    if len(networks) > 1:
        found.append(("more than one network", "25.0", "networks"))
    if any(attachment.gw_priority for attachment in networks.values()):
        found.append(("`gw_priority`", "28.0", "networks"))
    return found


CHECKS = (
    Check(
        "engine",
        "engine",
        "The engine's program is on PATH.",
        Need("always", lambda situation: True),
        _program,
    ),
    Check(
        "daemon",
        "daemon",
        "The Docker daemon answers, and answers this user; it is no snap that does not see the "
        "mounts, and maps no ids that the spec needs.",
        Need("Docker", lambda situation: situation.engine == "docker"),
        _daemon,
    ),
    Check(
        "version",
        "version",
        "The engine is new enough for what the spec asks for.",
        Need("always", lambda situation: True),
        _new_enough,
    ),
)
