"""Findings as JSON."""

from __future__ import annotations

from typing import Any

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.levels import LEVELS
from coder_gen.quoting.json import dumped
from coder_gen.text.positions import place_record


def render(audit: Audit) -> str:
    """One object: the number of each level, the open findings, the accepted ones."""
    value = {
        "modes": list(audit.modes),
        "counts": {level: audit.count(level) for level in LEVELS},
        "findings": [record(finding) for finding in audit.open],
        "accepted": [record(finding) for finding in audit.accepted],
    }
    return dumped(value, indent=2) + "\n"


def record(finding: Finding) -> dict[str, Any]:
    """A finding with all of its fields."""
    rule = finding.rule
    found: dict[str, Any] = {
        "rule": rule.id,
        "level": finding.level,
        "title": rule.title,
        "message": finding.message,
        "modes": list(finding.modes),
        **place_record(finding.span),
        "gains": rule.gains,
        "advice": rule.advice,
        "fix": finding.fix,
        "costs": rule.costs,
        "standards": list(rule.standards),
    }
    acceptance = finding.accepted or finding.expired
    if acceptance is not None:
        found["acceptance"] = {
            "reason": acceptance.reason,
            "until": acceptance.until,
            "expired": finding.expired is not None,
        }
    return found
