"""A spec, its Compose file, and the import of that: the same container."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Text
from coder_gen.importing import read
from coder_gen.plan import Plan, plans
from coder_gen.spec.load import Options, load
from coder_gen.targets import compose
from coder_gen.targets.base import Request
from tests.property.specs import KEYS, Spec, specs

# What Compose has no word for, so that no Compose file holds it; and what is approximated.
UNSAID = frozenset(["engine_options", "publish_all", "cpuset_mems", "rm"])
SAID = tuple(key for key in KEYS if key not in UNSAID)


def nothing(path: str) -> bytes:
    raise FileNotFoundError(path)


def planned(text: str) -> tuple[Any, dict[str, Plan]]:
    project = load("coder.yaml", text.encode(), Options(), nothing)
    reporter = Reporter()
    found = plans(project, reporter)
    reporter.stop_if_failed()
    return project, found


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


def said(plan: Plan) -> dict[str, Any]:
    """A plan's settings in one of several ways of saying the same."""
    found = {key: setting.value for key, setting in plan.settings.items()}
    for key in ("privileged", "read_only", "oom_kill_disable", "use_api_socket"):
        if key in found and found[key].source == "false":
            del found[key]
    for key in ("tty", "stdin_open"):
        if found.get(key) is False:
            del found[key]
    for key, default in (("network_mode", "bridge"), ("restart", "no"), ("pull_policy", "missing")):
        if key in found and found[key].source == default:
            del found[key]
    result = {key: meaning(value) for key, value in found.items() if key not in UNSAID}
    result["ports"] = meaning(plan.ports)
    return result


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # a spec takes a while to draw
@given(specs(keys=SAID))
def test_compose_and_back(spec: Spec) -> None:
    text = json.dumps(spec.data)
    project, before = planned(text)
    reporter = Reporter()
    made = compose.compile(project, before, Request(command="coder-gen compose"), reporter)
    imported = read(made.text, "docker-compose.yml", "compose")
    _, after = planned(imported.spec_text)
    assert said(after["service"]) == said(before["service"]), imported.spec_text
    assert said(after["shell"]) == said(before["shell"]), imported.spec_text
