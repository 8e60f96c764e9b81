"""A spec, its Compose file, and the import of that: the same container."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from coder_gen.importing import read
from coder_gen.targets.base import Request
from coder_gen.targets.compose import compose
from coder_gen.text.diagnostics import Reporter
from tests.generators.specs import KEYS, Spec, specs
from tests.importing.plans import planned, said

# What Compose has no word for, so that no Compose file holds it; and what is approximated.
UNSAID = frozenset(["engine_options", "publish_all", "cpuset_mems", "rm"])
SAID = tuple(key for key in KEYS if key not in UNSAID)


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
    assert said(after["service"], UNSAID) == said(before["service"], UNSAID), imported.spec_text
    assert said(after["shell"], UNSAID) == said(before["shell"], UNSAID), imported.spec_text
