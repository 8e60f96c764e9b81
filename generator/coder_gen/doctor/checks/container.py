"""The container of that name, if it exists: running, or ended and why."""

from __future__ import annotations

import shlex
from typing import Any

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import asks_daemon, inspect
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.doctor.sockets import EVERY
from coder_gen.host.probe import Probe
from coder_gen.plan.labels import OWNER_LABEL
from coder_gen.targets.identity import container_name

RUNNING = ("running", "restarting", "paused")
# What an exit status means: see docker-run(1), and signal(7) for 128 and above.
_STATUS = {
    125: "the engine could not start it",
    126: "its program is not executable",
    127: "its program is not in the image",
    134: "it aborted",
    137: "it was killed, by hand or because memory ran out",
    139: "it crashed",
    143: "it was asked to stop",
}


def name_of(context: CheckContext) -> str:
    """The container's name; empty if the engine generates one."""
    return context.text(container_name(context.plan)) or ""


def existing(context: CheckContext, probe: Probe) -> dict[str, Any]:
    """The container of this name, as Docker describes it; empty if there is none."""
    name = name_of(context)
    if not name or not asks_daemon(context, probe):
        return {}
    return inspect("container", name, probe)


def is_running_already(context: CheckContext, probe: Probe) -> bool:
    """Whether the container is running: then it holds the ports itself."""
    return _state(existing(context, probe)).get("Status") in RUNNING


def _state(found: dict[str, Any]) -> dict[str, Any]:
    return found.get("State") or {}


def _container(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if not asks_daemon(context, probe):
        return [skipped("the engine does not answer")]
    name, found = name_of(context), existing(context, probe)
    if not found:
        return [ok(f"the name {name} is free")]
    status = str(_state(found).get("Status", ""))
    labels = (found.get("Config") or {}).get("Labels") or {}
    quoted = shlex.quote(name)
    if labels.get(OWNER_LABEL) != str(context.uid):
        return [
            problem(
                f"the name {name} belongs to a container that no launcher started for you",
                "remove it if it is yours",
                f"docker rm -f {quoted}",
            )
        ]
    if status in RUNNING:
        return _running(name, status, context, probe)
    return _ended(name, found)


def _running(name: str, status: str, context: CheckContext, probe: Probe) -> list[CheckFinding]:
    url = _url(context)
    at = f" at {url}" if url else ""
    found = [
        problem(f"{name} is {status} already{at}", "stop it", f"docker stop {shlex.quote(name)}")
    ]
    why = probe.fetch(url) if url and status == "running" else ""
    if why:
        found.append(
            warning(
                f"{name} runs, but {url} gives no page: {why}",
                "its output says more; in the container its program has to listen on 0.0.0.0, "
                "not on 127.0.0.1",
                f"docker logs --tail 20 {shlex.quote(name)}",
            )
        )
    return found


def _url(context: CheckContext) -> str:
    """The URL of the first web port, as the launcher prints it."""
    web = [port for port in context.plan.ports if port.app_protocol is not None]
    for port in web or context.plan.ports:
        number = context.text(port.published)
        if port.protocol == "tcp" and number:
            address = context.text(port.host_ip) or ""
            if address in (*EVERY, "127.0.0.1", "::1"):
                address = "localhost"
            scheme = context.text(port.app_protocol) or "http"
            shown = f"[{address}]" if ":" in address else address
            return f"{'https' if scheme == 'https' else 'http'}://{shown}:{number}/"
    return ""


def _ended(name: str, found: dict[str, Any]) -> list[CheckFinding]:
    state = _state(found)
    code = int(state.get("ExitCode") or 0)
    error = str(state.get("Error") or "")
    if code == 0 and not error:
        return [ok(f"the last {name} ended well; the next start removes it")]
    memory = state.get("OOMKilled")
    why = "it ran out of memory" if memory else error or _STATUS.get(code, "its program failed")
    fix = "its output says more; --shell starts the same container with a shell instead"
    if memory:
        fix = "raise mem_limit in the spec; its output says more"
    return [
        warning(
            f"the last {name} ended with status {code}: {why}",
            fix,
            f"docker logs --tail 20 {shlex.quote(name)}",
        )
    ]


CHECKS = (
    Check(
        "container",
        "container",
        "The container's name is free; if it runs, whether it responds; if it ended, how it ended.",
        Precondition(
            "Docker, and the mode has a name",
            lambda context: context.by_daemon and bool(name_of(context)),
        ),
        _container,
    ),
)
