"""Accepted risks: by id, with a reason, until a day."""

from __future__ import annotations

import pytest

from coder_gen.audit.findings import Audit, audit
from coder_gen.text.diagnostics import Problems
from tests.audit.compiled import compiled

BASE = "image: app:1.0\nipc: host\n"


def audited(more: str, today: str = "2026-11-24", *profiles: str) -> Audit:
    project, planned = compiled(BASE + more, *profiles)
    return audit(project, planned, today)


def accepting(rule: str, until: str = "2027-03-01") -> str:
    return f"accept: {{{rule}: {{reason: why, until: {until}}}}}\n"


def test_accepted_risk_is_no_open_finding() -> None:
    found = audited(accepting("host-ipc"))
    assert "host-ipc" not in {f.rule.id for f in found.open}
    assert [f.rule.id for f in found.accepted] == ["host-ipc"]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("today", "held"), [("2027-02-28", True), ("2027-03-01", True), ("2027-03-02", False)]
)
def test_acceptance_holds_through_its_last_day(today: str, held: bool) -> None:
    found = audited(accepting("host-ipc"), today)
    assert ("host-ipc" in {f.rule.id for f in found.accepted}) == held
    expired = [f for f in found.open if f.expired is not None]
    assert [f.rule.id for f in expired] == ([] if held else ["host-ipc"])


def test_unknown_rule_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(Problems) as caught:
        audited(accepting("seccomp-unconfind"))
    (found,) = caught.value.diagnostics
    assert found.code == "E601" and found.fix == "did you mean seccomp-unconfined?"
    assert found.span is not None and found.span.line == 2


def test_acceptance_of_nothing_is_a_warning_with_its_place() -> None:
    found = audited(accepting("privileged"))
    (warning,) = found.warnings
    assert warning.code == "W602" and "privileged" in warning.message
    assert warning.span is not None and warning.span.line == 2


def test_a_profile_may_take_away_what_the_spec_accepts() -> None:
    assert audited(accepting("host-ipc"), "2026-11-24", "hardened").warnings == ()


def test_profile_brings_its_own_acceptances() -> None:
    more = "profiles: {gpu: {pid: host, accept: {host-pid: {reason: why, until: 2027-01-01}}}}\n"
    assert "host-pid" in {f.rule.id for f in audited(more, "2026-11-24", "gpu").accepted}


def test_accepting_the_parts_does_not_accept_the_combination() -> None:
    more = (
        "cap_add: [SYS_ADMIN]\nsecurity_opt: [seccomp=unconfined]\naccept:\n"
        "  cap-sys-admin: {reason: a, until: 2027-01-01}\n"
        "  seccomp-unconfined: {reason: b, until: 2027-01-01}\n"
    )
    found = audited(more)
    assert {f.rule.id for f in found.accepted} == {"cap-sys-admin", "seccomp-unconfined"}
    assert "mount-escape" in {f.rule.id for f in found.open}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{reason: why}", "E015"),
        ("{until: 2027-01-01}", "E015"),
        ("{reason: why, until: 2027-13-01}", "E014"),
        ("{reason: why, until: 2027-02-29}", "E014"),
        ("{reason: why, until: soon}", "E014"),
        ("{reason: '', until: 2027-01-01}", "E014"),
        ("yes", "E013"),
    ],
)
def test_an_acceptance_has_a_reason_and_a_day(entry: str, code: str) -> None:
    with pytest.raises(Problems) as caught:
        audited(f"accept: {{host-ipc: {entry}}}\n")
    assert code in {d.code for d in caught.value.diagnostics}
