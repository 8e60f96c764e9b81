"""docs/rules.md: every rule of the audit, and what other scanners find in the same launchers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from coder_gen.audit.findings import findings
from coder_gen.audit.rules import RULES
from tests.audit.compiled import compiled
from tests.scanners import FOUND, SPECS, TOPICS, Topic

_OTHERS = ("compose-lint", "compose-harden", "checkov")


def rule_rows() -> Iterator[tuple[str, ...]]:
    """A row for each rule."""
    for rule in RULES.values():
        how = "yes" if rule.remedy is not None and rule.automatic else "by hand"
        yield f"`{rule.id}`", rule.level, rule.title, rule.gains, how, ", ".join(rule.standards)


def recorded() -> dict[str, Any]:
    """What the other scanners found when they were last run."""
    value: dict[str, Any] = json.loads(FOUND.read_bytes())
    return value


def ours() -> dict[str, set[str]]:
    """The rules that fire on each spec, now."""
    found = {}
    for spec in SPECS:
        project, planned = compiled(spec.read_text("utf-8"))
        found[spec.stem] = {finding.rule.id for finding in findings(planned, project.span)}
    return found


def comparison_head() -> tuple[str, ...]:
    """The table's head, with the versions that were run."""
    return ("What", "coder-gen", *(f"{n} {recorded()[n]['version']}" for n in _OTHERS), "Why")


def comparison_rows() -> Iterator[tuple[str, ...]]:
    """A row for each topic that anyone names: in how many of the launchers each scanner does."""
    own, others = ours(), recorded()
    for topic in TOPICS:
        cells = [_count(own, topic.ours)]
        for name, ids in zip(_OTHERS, (topic.lint, topic.harden, topic.checkov)):
            found = {spec: set(seen) for spec, seen in others[name]["found"].items()}
            cells.append(_count(found, ids))
        if set(cells) != {"–"}:
            yield (topic.what, *cells, topic.why)


def _count(found: dict[str, set[str]], ids: tuple[str, ...]) -> str:
    number = sum(bool(seen & set(ids)) for seen in found.values())
    return str(number) if number else "–"


def unmatched() -> list[str]:
    """What another scanner names in a launcher in which we name nothing of the kind."""
    own = ours()
    missing = []
    for index, name in enumerate(_OTHERS):
        for spec, seen in recorded()[name]["found"].items():
            for each in seen:
                topics = [topic for topic in TOPICS if each in _ids(topic, index)]
                if not any(own[spec] & set(topic.ours) for topic in topics):
                    missing.append(f"{name} {each} in {spec}")
    return missing


def _ids(topic: Topic, index: int) -> tuple[str, ...]:
    return (topic.lint, topic.harden, topic.checkov)[index]
