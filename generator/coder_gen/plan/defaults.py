"""Values with every default filled in; variables that only the host knows stay names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coder_gen.expression import Part, Parts, Ref, Text, joined
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.values import Variable
from coder_gen.plan.plan import Plan, resolve

# Defaults may use only variables declared before them, so recursion ends; this limits its time.
_DEPTH = 16


def settled(text: Text | None, plan: Plan) -> str:
    """The text with defaults filled in, ``${NAME}`` where there is none; empty for None."""
    return "" if text is None else _parts(text.parts, plan.variables, _DEPTH)


def filled(text: Text, plan: Plan) -> Text:
    """The text with defaults filled in; variables that only the host knows stay."""
    return Text(joined(_filled(text.parts, plan.variables, _DEPTH)), text.span)


def names(text: Text | None, plan: Plan) -> set[str]:
    """The variables that a text's value depends on, including those in other defaults."""
    return set() if text is None else set(_names(text.parts, plan.variables, _DEPTH))


def _names(parts: Parts, variables: Mapping[str, Variable], depth: int) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str) or not depth:
            continue
        yield part.name
        declared = variables.get(part.name)
        if declared is not None and declared.default is not None:
            yield from _names(declared.default.parts, variables, depth - 1)
        yield from _names(part.operand, variables, depth - 1)


def scalar(plan: Plan, key: str) -> str:
    """The value of a key of one scalar with defaults filled in; empty where it is not set."""
    return settled(plan.text(key), plan)


def texts(plan: Plan, key: str) -> list[tuple[Text, str]]:
    """A key's list of texts, each with its value with defaults filled in."""
    return [(text, settled(text, plan)) for text in plan.value(key) or ()]


def is_true(plan: Plan, key: str) -> bool:
    """Whether a boolean key is true."""
    return plan.value(key) is True or scalar(plan, key) == "true"


def _parts(parts: Parts, variables: Mapping[str, Variable], depth: int) -> str:
    return "".join(
        part if isinstance(part, str) else f"${{{part.name}}}"
        for part in _filled(parts, variables, depth)
    )


def _filled(parts: Parts, variables: Mapping[str, Variable], depth: int) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        declared = variables.get(part.name)
        if part.name in BUILT_IN:
            # A built-in variable is always set.
            if part.operator in (":+", "+") and depth:
                yield from _filled(part.operand, variables, depth - 1)
            elif part.operator not in (":+", "+"):
                yield part._replace(operator="", operand=())
        elif part.operator in (":+", "+"):
            if declared and depth:
                yield from _filled(part.operand, variables, depth - 1)
        elif declared is not None and declared.default is not None and depth:
            yield from _filled(declared.default.parts, variables, depth - 1)
        elif part.operator in (":-", "-") and depth:
            yield from _filled(part.operand, variables, depth - 1)
        else:
            yield part._replace(operator="", operand=())


def resolved(parts: Parts, variables: Mapping[str, Variable]) -> Parts:
    """The parts with each reference replaced by what its declaration makes of it."""
    result: list[str | Ref] = []
    for part in parts:
        if isinstance(part, Ref):
            found = resolve(part, variables)
            result += found if found == (part,) else resolved(found, variables)
        else:
            result.append(part)
    return joined(result)
