"""Plans compared in meaning: without places, and with one of several ways of saying the same."""

from __future__ import annotations

from typing import Any

from coder_gen.expression import Text
from coder_gen.language.load import Options, Project, load
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Reporter

_DEFAULTS = (("network_mode", "bridge"), ("restart", "no"), ("pull_policy", "missing"))


def nothing(path: str) -> bytes:
    """No file is there."""
    raise FileNotFoundError(path)


def planned(text: str) -> tuple[Project, dict[str, Plan]]:
    """A spec's project and plans; raises Problems."""
    project = load("coder.yaml", text.encode(), Options(), nothing)
    reporter = Reporter()
    found = plans(project, reporter)
    reporter.stop_if_failed()
    return project, dict(found)


def meaning(value: Any) -> Any:
    """Without places, so that equal means equal."""
    if isinstance(value, Text):
        return value.source
    if value in ({}, ()):
        return None
    if isinstance(value, dict):
        return {name: meaning(item) for name, item in value.items()}
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        return [meaning(v) for n, v in zip(names, value) if n != "span"]
    return value or None


def said(plan: Plan, unsaid: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A plan's settings in one of several ways of saying the same, but for those ``unsaid``."""
    found = {key: setting.value for key, setting in plan.settings.items()}
    for key in (
        "privileged",
        "read_only",
        "oom_kill_disable",
        "use_api_socket",
        "publish_all",
        "rm",
    ):
        if key in found and getattr(found[key], "source", None) == "false":
            del found[key]
    for key in ("tty", "stdin_open", "rm"):
        if found.get(key) is False:
            del found[key]
    for key, default in _DEFAULTS:
        if key in found and found[key].source == default:
            del found[key]
    result = {key: meaning(value) for key, value in found.items() if key not in unsaid}
    result["ports"] = meaning(plan.ports)
    return result
