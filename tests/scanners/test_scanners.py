"""The comparison in docs/rules.md: complete, and nothing found by others is missing here."""

from __future__ import annotations

from coder_gen.audit.rules import RULES
from tests.scanners import SPECS, TOPICS
from tests.scanners.page import ours, recorded, unmatched

# What the others name and we do not, on purpose.
DIFFERENT = {
    # A privileged container has every capability, dropped or not: one message is enough.
    "compose-lint CL-0006 in builder",
    "compose-harden cap_drop in builder",
}


def test_what_others_find_is_found() -> None:
    assert set(unmatched()) == DIFFERENT


def test_every_id_of_a_topic_is_a_rule() -> None:
    assert {rule for topic in TOPICS for rule in topic.ours} <= RULES.keys()


def test_every_finding_has_a_topic() -> None:
    known = {rule for topic in TOPICS for rule in topic.ours}
    found = {rule for seen in ours().values() for rule in seen}
    assert found <= known


def test_every_scanner_looked_at_every_spec() -> None:
    for scanner in recorded().values():
        assert sorted(scanner["found"]) == sorted(spec.stem for spec in SPECS)
