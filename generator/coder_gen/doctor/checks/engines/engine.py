"""The engine: its program, its daemon and its version."""

from __future__ import annotations

import shlex

from coder_gen.doctor.checks.engines.restricted_docker import confined
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import (
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
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.engines.names import NAMES
from coder_gen.engines.registry import engines
from coder_gen.host.probe import Answer, Probe


def _program(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    engine, name = program(context, probe), context.engine.title
    path = probe.which(engine)
    if path is None:
        message = f"{engine} is not on PATH"
        fix = f"install {name}, or add its folder to PATH"
        if context.is_apptainer:
            message = "neither apptainer nor singularity is on PATH"
            fix = f"where the site has modules: module load apptainer; else install {name}"
        others = [other for other in NAMES if other != context.engine.name and probe.which(other)]
        if others:
            fix += f"; {others[0]} is there: look with --engine {others[0]}"
        return [problem(message, fix)]
    found = versions(context, probe)
    return [ok(f"{name} {found[0]}" if found else path)]


def _daemon(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    return _docker(context, probe) if context.by_daemon else _answers(context, probe)


def _answers(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    engine, name = context.engine, program(context, probe)
    if probe.which(name) is None:
        return [skipped(f"{engine.title} is not there")]
    answer = probe.run(name, *engine.harmless_question)
    if answer.succeeded:
        return [ok("it answers")]
    command = f"{name} {' '.join(engine.harmless_question)}"
    if answer.timed_out:
        return [problem(f"{engine.title} gives no answer", "see what holds it up", command)]
    reason = answer.last_line if answer.stderr.strip() else f"{command} failed"
    return [problem(f"{engine.title} is not usable: {reason}", "ask it yourself", command)]


def _docker(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if probe.which("docker") is None:
        return [skipped("Docker is not there")]
    answer = docker_version(probe)
    if answer.succeeded:
        where = (
            "on another host" if is_remote(context, probe) else f"at {socket_path(context, probe)}"
        )
        kind = "without root, " if is_rootless(context, probe) else ""
        found = confined(context, probe)
        return found or [ok(f"version {versions(context, probe)[-1]} answers, {kind}{where}")]
    output = f"{answer.stdout}\n{answer.stderr}".lower()
    host = probe.environment.get("DOCKER_HOST")
    at = f" at {host}" if host else ""
    if answer.timed_out:
        return [
            problem(
                f"the Docker daemon{at} takes the question and gives no answer",
                "its log says more; starting it again ends what hangs",
                *_start(context, probe, "restart"),
            )
        ]
    if "permission denied" in output:
        return [_no_permission(context, probe)]
    if any(words in output for words in ("cannot connect", "daemon running", "connection refused")):
        fix, commands = "start it", _start(context, probe)
        if host:
            fix, commands = "start it, or ask this host's own", (*commands, "unset DOCKER_HOST")
        return [problem(f"the Docker daemon does not answer{at}", fix, *commands)]
    return [
        problem(f"Docker is not usable: {_reason(answer)}", "ask it yourself", "docker version")
    ]


def _reason(answer: Answer) -> str:
    return answer.last_line if answer.stderr.strip() else "docker version failed"


def _start(context: CheckContext, probe: Probe, verb: str = "start") -> tuple[str, ...]:
    where = endpoint(context, probe)
    if where.startswith(f"unix:///run/user/{probe.user.uid}/"):
        return (f"systemctl --user {verb} docker",)
    if where != DEFAULT_ENDPOINT:
        return ()
    if "system" in probe.names("/run/systemd"):
        return (f"sudo systemctl {verb} docker",)
    return (f"sudo service docker {verb}",)


def _no_permission(context: CheckContext, probe: Probe) -> CheckFinding:
    look = probe.look(socket_path(context, probe))
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


def _new_enough(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found = versions(context, probe)
    if not found:
        return [skipped(f"{context.engine.title} does not say its version")]
    oldest = min(found, key=number)
    late: list[CheckFinding] = []
    title = context.engine.title
    for wish in context.engine.newer(context.plan):
        if number(oldest) < number(wish.since):
            late.append(
                problem(
                    f"{wish.what} needs {title} {wish.since}, and this one is {oldest}",
                    f"update {title}, or leave it out of the spec",
                    span=context.span(wish.key),
                )
            )
    wanted = context.engine.oldest
    if not late and number(oldest) < number(wanted):
        late.append(
            warning(
                f"{context.engine.title} {oldest} is older than {wanted}, the oldest that the "
                "launchers are made for",
                f"update {context.engine.title}",
            )
        )
    return late or [ok(f"{oldest} has all that the spec asks for")]


_WITH_DAEMON = ", ".join(
    engine.title for engine in engines() if engine.harmless_question or engine.by_daemon
)

CHECKS = (
    Check(
        "engine",
        "engine",
        "The engine's program is on PATH.",
        Precondition("always", lambda context: True),
        _program,
    ),
    Check(
        "daemon",
        "daemon",
        "The engine's daemon runs, and this user may use it; Docker from a snap can read the mounts, "
        "and the daemon maps no ids that the spec needs.",
        Precondition(
            _WITH_DAEMON,
            lambda context: context.by_daemon or bool(context.engine.harmless_question),
        ),
        _daemon,
    ),
    Check(
        "version",
        "version",
        "The engine is new enough for the settings of the spec.",
        Precondition("always", lambda context: True),
        _new_enough,
    ),
)
