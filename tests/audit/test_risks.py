"""Every risky configuration of the table is found, at its level and place; the harmless ones are not."""

from __future__ import annotations

import pytest
import yaml

from coder_gen.audit.findings import Finding, findings
from coder_gen.audit.levels import LOW, at_least
from coder_gen.audit.overlay import overlay
from coder_gen.plan.image import with_image
from coder_gen.text.diagnostics import Problems
from tests.audit.compiled import compiled, over_image
from tests.audit.risks import HARMLESS, RISKS, WAYS, Risk


def found(text: str) -> list[Finding]:
    project, planned = compiled(over_image(text))
    return findings(with_image(project, planned), project.span)


BARE = {finding.rule.id for finding in found("")}
# Whoever opens the network or the display at all, or asks for root, is told so besides.
_BESIDES = BARE | {"default-bridge"}


def names(cases: tuple[Risk, ...]) -> list[str]:
    return [f"{risk.rule}: {risk.spec[:60]!r}" for risk in cases]


@pytest.mark.parametrize("risk", RISKS, ids=names(RISKS))
def test_found(risk: Risk) -> None:
    try:
        seen = [finding for finding in found(risk.spec) if finding.rule.id == risk.rule]
    except Problems:
        if not risk.or_refused:
            raise
        return
    if risk.rule in BARE:
        # Of the bare image something is missing; here something is said.
        seen = [finding for finding in seen if finding.hit.span is not None]
    assert seen, f"{risk.rule} is silent"
    assert at_least(min(seen, key=lambda f: not at_least(f.level, risk.level)).level, risk.level)


@pytest.mark.parametrize("risk", RISKS, ids=names(RISKS))
def test_place(risk: Risk) -> None:
    """A finding of something that is said points at the line that says it."""
    text = over_image(risk.spec)
    try:
        seen = [finding for finding in found(risk.spec) if finding.rule.id == risk.rule]
    except Problems:
        assert risk.or_refused
        return
    for finding in seen:
        if finding.hit.span is not None:
            assert finding.span.source.text == text
            # The line of `image:` says none of them.
            assert finding.span.line > 0 or not text.startswith("image: app:1.0\n")


@pytest.mark.parametrize("risk", RISKS, ids=names(RISKS))
def test_fix(risk: Risk) -> None:
    """What a finding proposes takes that finding away, whichever key the risk stands in."""
    text = over_image(risk.spec)
    try:
        seen = [finding for finding in found(text) if finding.rule.id == risk.rule]
    except Problems:
        assert risk.or_refused
        return
    for finding in seen:
        assert finding.fix
        # A fragment as it stands is for every mode: it is laid over the spec.
        again = f"extends: ./base.yaml\n{finding.fix}"
        project, planned = compiled(again, files={"base.yaml": text})
        if finding.rule.remedy is None:
            continue
        left = findings(with_image(project, planned), project.span)
        gone = {(f.rule.id, f.message) for f in left}
        assert (finding.rule.id, finding.message) not in gone, finding.fix


def test_in_a_long_list_the_option_is_named() -> None:
    """A thousand findings in a list of a thousand: none writes the list anew."""
    many = ", ".join(f"'-v/etc/x{n}:/e{n}'" for n in range(200))
    seen = [f for f in found(f"engine_options: [{many}]") if f.rule.id == "system-writable"]
    assert len(seen) == 200
    assert seen[7].fix == "# take out of engine_options: -v/etc/x7:/e7"


def test_what_an_option_hid_comes_back() -> None:
    """The key's own word stood below the option's: a fix opens nothing that was closed."""
    base = "image: app:1.0\nnetwork_mode: none\nengine_options: [--network=host]\n"
    fix = next(f.fix for f in found(base) if f.rule.id == "host-network")
    _, planned = compiled(f"extends: ./base.yaml\n{fix}", files={"base.yaml": base})
    assert planned["service"].text("network_mode").source == "none"  # type: ignore[union-attr]
    project, planned = compiled(base)
    made = overlay(project, planned, "./base.yaml", frozenset())
    _, planned = compiled(made.text, files={"base.yaml": base})
    assert planned["service"].text("network_mode").source == "none"  # type: ignore[union-attr]
    assert planned["service"].value("engine_options") is None


@pytest.mark.parametrize("risk", RISKS, ids=names(RISKS))
def test_overlay(risk: Risk) -> None:
    """`--fix` leaves nothing that could go, and says what it leaves."""
    base = over_image(risk.spec)
    try:
        project, planned = compiled(base)
    except Problems:
        assert risk.or_refused
        return
    made = overlay(project, planned, "./base.yaml", frozenset())
    safer, safer_plans = compiled(made.text, files={"base.yaml": base})
    left = findings(with_image(safer, safer_plans), safer.span)
    assert {(f.rule.id, f.message) for f in left} == {(f.rule.id, f.message) for f in made.left}
    assert not {f.rule.id for f in left if f.rule.remedy is not None and f.rule.automatic}


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_every_way_to_say_it(way: int) -> None:
    mount, setting = WAYS[way]
    assert "engine-socket" in {finding.rule.id for finding in found(mount)}, mount
    assert "host-pid" in {finding.rule.id for finding in found(setting)}, setting


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_in_a_profile(way: int) -> None:
    for text, rule in zip(WAYS[way], ("engine-socket", "host-pid")):
        spec = yaml.safe_load(text)
        if spec.keys() & {"modes", "variables"}:
            continue
        whole = yaml.safe_dump({"image": "app:1.0", "profiles": {"wide": spec}})
        assert rule not in {finding.rule.id for finding in found(whole)}
        project, planned = compiled(whole, "wide")
        assert rule in {finding.rule.id for finding in findings(planned, project.span)}


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless(text: str) -> None:
    seen = {f.rule.id: f.message for f in found(text) if f.level != LOW}
    assert not seen.keys() - _BESIDES, seen


def test_there_are_as_many_as_were_promised() -> None:
    assert len({risk.spec for risk in RISKS}) >= 150
    assert len(set(HARMLESS)) >= 30
