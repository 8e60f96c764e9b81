"""Variables: each one without a default is set, and each value matches its type."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem
from coder_gen.expression import Ref
from coder_gen.host.probe import Probe
from coder_gen.language.keys.document import kind_of
from coder_gen.language.values import Variable, texts_in
from coder_gen.plan import grants_of
from coder_gen.targets.launcher.late_checks import (
    WrongValue,
    late_checks,
    wrong_texts,
    wrong_variable,
)
from coder_gen.text.positions import Span


def _variables(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    declared = context.project.variables
    for variable in declared.values():
        value = probe.environment.get(variable.name, "")
        wrong = wrong_variable(variable, value)
        if wrong is not None:
            found.append(_wrong(wrong))
        elif not value and variable.default is None and not variable.auto:
            reason = variable.help or "the spec gives it no default"
            found.append(_missing(variable.name, reason, variable.span, _example(variable)))
    if not found:
        found += map(_wrong, wrong_texts(late_checks(context.plan), context.text))
    for ref in _demands(context):
        here = probe.environment.get(ref.name)
        if ref.name not in declared and (not here if ref.operator == ":?" else here is None):
            message = "".join(part for part in ref.operand if isinstance(part, str))
            found.append(_missing(ref.name, message or "a value is needed", ref.span))
    for grant in grants_of(context.plan):
        if grant.environment and grant.environment not in probe.environment:
            reason = f"it holds the content of {grant.name}"
            found.append(_missing(grant.environment, reason, grant.span))
    set_here = sum(bool(probe.environment.get(name)) for name in declared)
    return found or [ok(f"{set_here} of {len(declared)} set here, the others have defaults")]


def _wrong(value: WrongValue) -> CheckFinding:
    command = f"export {value.name}={value.kind.example}" if value.alone else ""
    return problem(value.message, "set it to one", command, span=value.span)


def _missing(name: str, reason: str, span: Span, example: str = "VALUE") -> CheckFinding:
    return problem(f"{name} is not set: {reason}", "set it", f"export {name}={example}", span=span)


def _example(variable: Variable) -> str:
    return "VALUE" if variable.type == "string" else kind_of(variable).example


def _demands(context: CheckContext) -> Iterator[Ref]:
    """Each variable that the mode requires: ${NAME:?message}."""
    seen = set()
    for setting in context.plan.settings.values():
        for text in texts_in(setting.value):
            for ref in text.refs():
                if ref.operator in (":?", "?") and ref.name not in seen:
                    seen.add(ref.name)
                    yield ref


CHECKS = (
    Check(
        "variables",
        "variables",
        "Variables without a default are set; each value is valid for its type.",
        Precondition(
            "the spec declares or requires variables",
            lambda context: bool(context.project.variables or [*_demands(context)]),
        ),
        _variables,
    ),
)
