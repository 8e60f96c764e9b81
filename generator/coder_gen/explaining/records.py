"""Explanations as JSON."""

from __future__ import annotations

from typing import Any

from coder_gen.explaining.parts import Part
from coder_gen.text.positions import place_record


def record(part: Part) -> dict[str, Any]:
    """A part with all of its fields."""
    return {
        "flag": part.option_text.flag,
        "value": part.option_text.value,
        "now": part.now or part.option_text.value,
        "note": part.option_text.note,
        "key": part.key,
        **place_record(part.span),
        "origin": part.origin,
        "does": part.meaning,
        "variables": list(part.names),
        "risks": [{"rule": f.rule.id, "level": f.level} for f in part.risks],
    }
