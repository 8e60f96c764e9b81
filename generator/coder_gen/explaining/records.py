"""Explanations as JSON."""

from __future__ import annotations

from typing import Any

from coder_gen.explaining.parts import Part


def record(part: Part) -> dict[str, Any]:
    """A part with everything that is known of it."""
    span = part.span
    return {
        "flag": part.said.flag,
        "value": part.said.value,
        "now": part.now or part.said.value,
        "note": part.said.note,
        "key": part.key,
        "file": span.source.name if span is not None else None,
        "line": span.line + 1 if span is not None else None,
        "column": span.column + 1 if span is not None else None,
        "origin": part.origin,
        "does": part.meaning,
        "variables": list(part.names),
        "risks": [{"rule": f.rule.id, "level": f.level} for f in part.risks],
    }
