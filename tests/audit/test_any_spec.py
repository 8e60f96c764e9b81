"""Specs put together from the golden ones' keys: every one can be audited, fixed, explained."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coder_gen.audit.findings import audit, findings
from coder_gen.audit.fragments import changes
from coder_gen.audit.overlay import fixed, overlay
from coder_gen.comparing.changes import Side, compare
from coder_gen.engines.registry import engines
from coder_gen.explaining.parts import parts
from coder_gen.language.keys.container import KEYS
from coder_gen.plan.image import with_image
from coder_gen.reporting.crossings import crossings
from coder_gen.text.diagnostics import Problems
from tests import golden
from tests.audit.compiled import compiled
from tests.audit.risks import RISKS
from tests.audit.specs import PAIRS
from tests.importing.plans import meaning

_ALONE = ("image", "env_file", "label_file")


@cache
def pieces() -> dict[str, list[Any]]:
    """What golden specs, and those on which rules fire, say under each key of the container."""
    texts = [case.spec.read_text("utf-8-sig") for case in golden.cases() if case.spec]
    texts += [text for pair in PAIRS.values() for text in pair]
    texts += [risk.spec for risk in RISKS if not risk.or_refused]
    found: dict[str, list[Any]] = {}
    for text in texts:
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            continue  # merge tags
        for key, item in value.items():
            if key in KEYS and key not in _ALONE and item is not None:
                found.setdefault(key, []).append(item)
    return found


@st.composite
def specs(draw: st.DrawFn) -> str:
    """A spec of a few keys, and of a few others in a mode."""

    def some() -> dict[str, Any]:
        keys = draw(st.lists(st.sampled_from(sorted(pieces())), unique=True, max_size=6))
        return {key: draw(st.sampled_from(pieces()[key])) for key in keys}

    spec = {"image": "app:1.0", **some(), "modes": {"service": some(), "other": some()}}
    return json.dumps(spec, default=str)


@pytest.mark.parametrize(
    "keys",
    [
        "configs: {motd: {content: hello}, users: {file: /etc/shadow}}",
        "configs: {users: {file: /etc/shadow}, motd: {content: hello}}",
        "secrets: {users: {file: /etc/shadow}, token: {file: ./token}}",
        "env_file: [a.env, /etc/shadow]",
        "env_file: [/etc/shadow, {path: b.env, required: false}, {path: c.env, format: raw}]",
    ],
)
def test_one_of_several_is_taken_away(keys: str) -> None:
    """What a fix says leaves the others as they are."""
    text = f"image: app:1.0\n{keys}\n"
    check(text)
    project, planned = compiled(text)
    made = overlay(project, planned, "./base.yaml", frozenset())
    _, safer = compiled(made.text, files={"base.yaml": text})
    (key,) = (key for key in ("configs", "secrets", "env_file") if keys.startswith(key))
    before, after = planned["service"].value(key), safer["service"].value(key)
    kept = [meaning(each) for each in before if "/etc/shadow" not in str(each)]
    assert [meaning(each) for each in after] == kept


@pytest.mark.parametrize(
    "modes",
    [
        "{service: {publish_address: 127.0.0.1}, other: {}}",
        "{service: {}, other: {publish_address: 127.0.0.1}}",
        "{service: {}, other: {ports: !reset null}}",
        "{service: {}, other: {}}",
        "{service: {ports: !override ['81:81']}, other: {}}",
    ],
)
def test_a_mode_without_the_risk_stays_as_it_is(modes: str) -> None:
    """What is to change in some modes alone stands under these."""
    check(f"image: app:1.0\nports: ['80:80']\nmodes: {modes}\n")


@settings(deadline=None, max_examples=150)
@given(specs())
def test_any_spec(text: str) -> None:
    check(text)


def check(text: str) -> None:
    """What holds of every spec's audit."""
    try:
        project, planned = compiled(text)
    except Problems:
        assume(False)
    found = audit(project, planned, "2026-11-24")
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={"base.yaml": text})
    left = findings(with_image(safer, safer_plans), safer.span)
    assert {f.rule.id for f in left} == {f.rule.id for f in made.left}
    assert not {f.rule.id for f in left if f.rule.remedy is not None and f.rule.automatic}
    for mode, plan in with_image(project, planned).items():
        # The overlay gives each mode what its own remedies make of it, and no other mode's.
        alone = fixed(plan, frozenset())[0]
        one, other = {mode: alone}, {mode: with_image(safer, safer_plans)[mode]}
        assert compare(Side("a", project, one), Side("b", safer, other)).same
    for mode, plan in planned.items():
        for engine in engines():
            parts(plan, engine.rules, list(found.open))
        crossings(plan, list(found.open))
        # A remedy makes nothing wider, but for a cookie in place of a socket mounted by hand.
        alone = {mode: plan}, {mode: safer_plans[mode]}
        difference = compare(Side("a", project, alone[0]), Side("b", safer, alone[1]))
        wider = {c.key for m in difference.modes for c in m.changes if c.security == "wider"}
        assert wider <= {"x11"}
        assert difference.same == (not changes(plan, safer_plans[mode]))
