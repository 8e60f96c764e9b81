"""Values as they would be with every default in force; what only the host knows stays a name."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Parts, Text
from coder_gen.plan import Plan
from coder_gen.values import Variable

# Defaults may use variables declared before them, so this ends; deeper is not worth the time.
_DEPTH = 16


def settled(text: Text | None, plan: Plan) -> str:
    """The text with defaults filled in, ``${NAME}`` where there is none; empty for None."""
    return "" if text is None else _parts(text.parts, plan.variables, _DEPTH)


def scalar(plan: Plan, key: str) -> str:
    """The settled text of a key of one scalar; empty where the spec does not set it."""
    return settled(plan.text(key), plan)


def texts(plan: Plan, key: str) -> list[tuple[Text, str]]:
    """A key's list of texts, each with what it settles to."""
    return [(text, settled(text, plan)) for text in plan.value(key) or ()]


def is_true(plan: Plan, key: str) -> bool:
    """Whether a boolean key is on."""
    return plan.value(key) is True or scalar(plan, key) == "true"


def _parts(parts: Parts, variables: Mapping[str, Variable], depth: int) -> str:
    found = ""
    for part in parts:
        if isinstance(part, str):
            found += part
            continue
        declared = variables.get(part.name)
        if part.operator in (":+", "+"):
            found += _parts(part.operand, variables, depth - 1) if declared and depth else ""
        elif declared is not None and declared.default is not None and depth:
            found += _parts(declared.default.parts, variables, depth - 1)
        elif part.operator in (":-", "-") and depth:
            found += _parts(part.operand, variables, depth - 1)
        else:
            found += f"${{{part.name}}}"
    return found
