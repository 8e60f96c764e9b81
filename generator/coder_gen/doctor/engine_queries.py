"""What an engine says of itself, asked once however many checks want it.

Podman is asked for nothing but its version. Any other call makes folders in the user's home and
leaves a process behind, and looking must not change anything: its store is read instead.
"""

from __future__ import annotations

import json
import re
from typing import Any

from coder_gen.doctor.context import CheckContext
from coder_gen.host.probe import Answer, Probe

DEFAULT_ENDPOINT = "unix:///var/run/docker.sock"


def docker_version(probe: Probe) -> Answer:
    """The client's and the daemon's version; fails where the daemon does not answer."""
    return probe.run("docker", "version", "--format", "{{json .}}")


def asks_daemon(context: CheckContext, probe: Probe) -> bool:
    """Whether there is a daemon that answers this user."""
    return context.by_daemon and docker_version(probe).succeeded


def program(context: CheckContext, probe: Probe) -> str:
    """The engine's program, by the first of its names that is here."""
    names = context.engine.programs
    return next((name for name in names if probe.which(name) is not None), names[0])


def info(context: CheckContext, probe: Probe) -> dict[str, Any]:
    """What `docker info` knows of the daemon and its kernel; empty where it cannot be asked."""
    if not asks_daemon(context, probe):
        return {}
    return _object(probe.run("docker", "info", "--format", "{{json .}}"))


def inspect(kind: str, name: str, probe: Probe) -> dict[str, Any]:
    """What Docker knows of an image, a container or a network; empty where it has none."""
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
    """Where the engine is asked: what the environment says, else Docker's context."""
    if not context.by_daemon:
        return probe.environment.get(context.engine.host_variable, "")
    if host := probe.environment.get("DOCKER_HOST"):
        return host
    answer = probe.run("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return (answer.stdout.strip() if answer.succeeded else "") or DEFAULT_ENDPOINT


def is_remote(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine is on another host, which has its own ports and files."""
    where = endpoint(context, probe)
    return bool(where) and not where.startswith("unix://")


def socket_path(context: CheckContext, probe: Probe) -> str:
    """The daemon's socket."""
    return endpoint(context, probe).removeprefix("unix://")


def is_rootless(context: CheckContext, probe: Probe) -> bool:
    """Whether the engine works without root, with the user's own rights and no more."""
    if not context.by_daemon:
        return probe.user.uid != 0
    options = info(context, probe).get("SecurityOptions") or []
    return "name=rootless" in options


def versions(context: CheckContext, probe: Probe) -> list[str]:
    """The versions that matter: of the program, and of the daemon behind it."""
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
    """A version to compare by."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
