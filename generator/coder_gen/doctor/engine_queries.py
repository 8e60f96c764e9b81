"""Queries to an engine about itself and its objects; the probe asks each one only once.

Podman is asked only for its version. Any other command creates folders in the user's home and
leaves a process behind, but a check must not change anything: its store is read instead.
"""

from __future__ import annotations

import json
import re
from typing import Any

from coder_gen.doctor.context import CheckContext
from coder_gen.host.probe import Answer, Probe

DEFAULT_ENDPOINT = "unix:///var/run/docker.sock"


def docker_version(probe: Probe) -> Answer:
    """The versions of the client and the daemon; fails if the daemon does not answer."""
    return probe.run("docker", "version", "--format", "{{json .}}")


def asks_daemon(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine has a daemon and it answers this user."""
    return context.by_daemon and docker_version(probe).succeeded


def program(context: CheckContext, probe: Probe) -> str:
    """The engine's program: the first of its names that is on PATH."""
    names = context.engine.programs
    return next((name for name in names if probe.which(name) is not None), names[0])


def info(context: CheckContext, probe: Probe) -> dict[str, Any]:
    """The output of `docker info` about the daemon and its kernel; empty if it does not answer."""
    if not asks_daemon(context, probe):
        return {}
    return _object(probe.run("docker", "info", "--format", "{{json .}}"))


def inspect(kind: str, name: str, probe: Probe) -> dict[str, Any]:
    """The output of `docker KIND inspect` for an image, a container or a network; empty if absent."""
    return _object(probe.run("docker", kind, "inspect", "--format", "{{json .}}", "--", name))


def _object(answer: Answer) -> dict[str, Any]:
    if not answer.succeeded:
        return {}
    try:
        found = json.loads(answer.stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def endpoint(context: CheckContext, probe: Probe) -> str:
    """The address of the engine: from the environment, or else from Docker's context."""
    if not context.by_daemon:
        return probe.environment.get(context.engine.host_variable, "")
    if host := probe.environment.get("DOCKER_HOST"):
        return host
    answer = probe.run("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return (answer.stdout.strip() if answer.succeeded else "") or DEFAULT_ENDPOINT


def is_remote(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine runs on another host, with other ports and files."""
    where = endpoint(context, probe)
    return bool(where) and not where.startswith("unix://")


def socket_path(context: CheckContext, probe: Probe) -> str:
    """The path of the daemon's socket."""
    return endpoint(context, probe).removeprefix("unix://")


def is_rootless(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine runs rootless, with no more rights than the user has."""
    if not context.by_daemon:
        return probe.user.uid != 0
    options = info(context, probe).get("SecurityOptions") or []
    return "name=rootless" in options


def versions(context: CheckContext, probe: Probe) -> list[str]:
    """The version of the program and, where there is a daemon, the daemon's version."""
    if context.by_daemon:
        answer = docker_version(probe)
        try:
            parts = json.loads(answer.stdout)
        except ValueError:
            return []
        found = [(parts.get(part) or {}).get("Version") for part in ("Client", "Server")]
        return [str(version) for version in found if version]
    answer = probe.run(program(context, probe), "--version")
    match = re.search(r"\d+(?:\.\d+)+", answer.stdout) if answer.succeeded else None
    return [match[0]] if match else []


def number(version: str) -> tuple[int, ...]:
    """A version as numbers, for comparison."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
