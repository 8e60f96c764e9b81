"""Findings as SARIF 2.1.0, which code-scanning services read."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from coder_gen import __version__
from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.formats.package_files import built_in
from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.rule import Rule
from coder_gen.quoting.json import dumped
from coder_gen.text.positions import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {CRITICAL: "error", HIGH: "error", MEDIUM: "warning", LOW: "note"}
# GitHub expects a number: critical above 9.0, high from 7.0, medium from 4.0.
_SEVERITY = {CRITICAL: "9.5", HIGH: "8.0", MEDIUM: "5.5", LOW: "2.0"}
_PACKAGE = "CODER_GEN"


def render(audit: Audit) -> str:
    """One run with every rule and a result per finding; accepted findings are suppressed."""
    index = {rule: number for number, rule in enumerate(audit.rules)}
    found = [*audit.open, *audit.accepted]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "coder-gen",
                "version": __version__,
                "rules": [_rule(rule) for rule in audit.rules.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule.id]) for finding in found],
    }
    if any(built_in(finding.span) for finding in found):
        run["originalUriBaseIds"] = {
            _PACKAGE: {"description": {"text": "The files that coder-gen brings along."}}
        }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumped(log, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"An attacker gains: {rule.gains}"},
        "help": {"text": rule.advice},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {
            "security-severity": _SEVERITY[rule.level],
            "tags": ["security", *rule.standards],
        },
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    text = f"{finding.message}. An attacker gains: {finding.rule.gains} {finding.rule.advice}"
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": _LEVELS[finding.level],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding.span)}],
        "partialFingerprints": {"rule/message": f"{finding.rule.id}/{finding.message}"},
        "properties": {
            "security-severity": _SEVERITY[finding.level],
            "modes": list(finding.modes),
            "fix": finding.fix,
        },
    }
    if finding.accepted is not None:
        result["suppressions"] = [
            {
                "kind": "inSource",
                "status": "accepted",
                "justification": f"{finding.accepted.reason} (until {finding.accepted.until})",
            }
        ]
    return result


def _location(span: Span) -> dict[str, Any]:
    own = built_in(span)
    artifact = (
        {"uri": quote(span.source.name.replace("\\", "/"))}
        if own is None
        else {"uri": quote(f"builtin/{own}"), "uriBaseId": _PACKAGE}
    )
    return {
        "artifactLocation": artifact,
        "region": {
            "startLine": span.line + 1,
            "startColumn": span.column + 1,
            "endLine": span.line + 1,
            "endColumn": max(span.end, span.column + 1) + 1,
        },
    }
