"""The checks that a launcher makes before it uses a late-bound value.

The key that receives a value decides which values are valid, whatever the types of the variables
in it: a variable of type string under ``ulimits`` is checked as a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from coder_gen.expression import Ref, Text
from coder_gen.language.keys.document import BUILT_IN, kind_of
from coder_gen.language.shapes.kind import Kind
from coder_gen.language.shapes.scalar_types import ABSOLUTE, INT, NONEMPTY, PORT, STRING
from coder_gen.language.values import Variable, placed_texts
from coder_gen.plan import Plan
from coder_gen.plan.defaults import resolved
from coder_gen.text.positions import Span


class LateCheck(NamedTuple):
    """A text under a key, and the kind of values that the key accepts."""

    key: str
    text: Text
    kind: Kind

    @property
    def names(self) -> list[str]:
        """The variables in the text, in order."""
        return list(dict.fromkeys(ref.name for ref in self.text.refs()))

    def message(self, value: str) -> str:
        """The launcher's message for a wrong value."""
        if self.is_one_variable:
            return f"{self.names[0]}={value} is not {self.kind.name}, for {self.key}"
        names = ", ".join(self.names)
        return f"{self.key} would be {value}, made of {names}, and is not {self.kind.name}"

    @property
    def is_one_variable(self) -> bool:
        """Whether the text is one variable and nothing else."""
        return len(self.text.parts) == 1 and len(self.names) == 1


class WrongValue(NamedTuple):
    """A wrong value on this host: ``name`` is the variable to set, ``span`` its place or the key's;
    ``alone`` means that the whole value is that variable's."""

    message: str
    name: str
    kind: Kind
    span: Span
    alone: bool = True


def wrong_variable(variable: Variable, value: str) -> WrongValue | None:
    """The fault of a declared variable's value, if any; an empty value counts as unset."""
    kind = kind_of(variable)
    if not value or kind.accepts(value):
        return None
    message = f"{variable.name}={value} is not {kind.name}"
    return WrongValue(message, variable.name, kind, variable.span)


def wrong_texts(
    checks: Iterable[LateCheck], evaluated: Callable[[Text], str | None]
) -> Iterator[WrongValue]:
    """The values that keys do not accept; ``evaluated`` gives a text's value here, if it has one."""
    for check in checks:
        value = evaluated(check.text)
        if value is not None and not check.kind.accepts(value):
            alone = check.is_one_variable
            yield WrongValue(
                check.message(value), check.names[0], check.kind, check.text.span, alone
            )


def late_checks(plan: Plan) -> Iterator[LateCheck]:
    """Every late-bound text of a plan whose value may not be valid, in order."""
    for key, setting in plan.settings.items():
        yield from late_checks_of(key, setting.value, plan.variables)


def late_checks_of(
    key: str, value: object, variables: Mapping[str, Variable]
) -> Iterator[LateCheck]:
    """The same for one canonical value."""
    for place, text in placed_texts(value, key):
        if isinstance(text.kind, Kind) and not _is_certain(text, text.kind, variables):
            yield LateCheck(place, text, text.kind)


def _is_certain(text: Text, kind: Kind, variables: Mapping[str, Variable]) -> bool:
    """Whether its variables' types, or the text around them, already guarantee a valid value."""
    parts = resolved(text.parts, variables)
    first = parts[0] if parts else ""
    if kind.pattern == NONEMPTY.pattern and any(_never_empty(part, variables) for part in parts):
        return True
    if kind.pattern == ABSOLUTE.pattern and isinstance(first, str):
        return first.startswith("/")
    if not isinstance(first, Ref) or first.operator:
        return False
    declared = _kind(first.name, variables)
    if kind.pattern == ABSOLUTE.pattern:
        return declared is not None and declared.pattern == ABSOLUTE.pattern
    if len(parts) > 1 or declared is None:
        return False
    if declared.pattern == PORT.pattern:
        return all(map(kind.accepts, ("1", "10", "8080", "65535")))
    variable = variables.get(first.name)
    if variable is not None and variable.choices:
        return all(map(kind.accepts, variable.choices))
    if first.name in ("UID", "GID"):
        return all(map(kind.accepts, ("0", "1", "1000", "4294967295")))
    same = kind.pattern == declared.pattern
    return same and (kind.low is None or kind.pattern != INT.pattern) and kind.high is None


def _never_empty(part: str | Ref, variables: Mapping[str, Variable]) -> bool:
    if isinstance(part, str):
        return True
    variable = variables.get(part.name)
    if part.operator or variable is None:
        return not part.operator and part.name in BUILT_IN
    return variable.default is None or any(isinstance(p, str) for p in variable.default.parts)


def _kind(name: str, variables: Mapping[str, Variable]) -> Kind | None:
    """The kind of a variable's value that the variable's own check guarantees."""
    if name in variables:
        return kind_of(variables[name])
    kind = BUILT_IN[name].kind if name in BUILT_IN else STRING
    return None if kind is STRING else kind
