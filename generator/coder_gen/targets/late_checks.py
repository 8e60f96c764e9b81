"""What a launcher has to look at before it uses a value that only its start knows.

The key that receives a value decides what the value may be, whatever type the variables have that
it is made of: a variable of type string under ``ulimits`` is checked as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coder_gen.expression import Parts, Ref, Text, joined
from coder_gen.plan import Plan, resolve
from coder_gen.spec.document import BUILT_IN, kind_of
from coder_gen.spec.kinds import ABSOLUTE, INT, NONEMPTY, PORT, Kind
from coder_gen.values import Variable


class LateCheck(NamedTuple):
    """A text under a key, and what the key takes."""

    key: str
    text: Text
    kind: Kind

    @property
    def names(self) -> list[str]:
        """The variables that the text is made of, in its order."""
        return list(dict.fromkeys(ref.name for ref in self.text.refs()))

    def says(self, value: str) -> str:
        """What is wrong with a value, in the launcher's words."""
        if self.is_one_variable:
            return f"{self.names[0]}={value} is not {self.kind.name}, for {self.key}"
        names = ", ".join(self.names)
        return f"{self.key} would be {value}, made of {names}, and is not {self.kind.name}"

    @property
    def is_one_variable(self) -> bool:
        """Whether the value is that of one variable, with nothing around it."""
        return len(self.text.parts) == 1 and len(self.names) == 1


def late_checks(plan: Plan) -> Iterator[LateCheck]:
    """Every late-bound text of a plan that may turn out to be none of its kind, in its order."""
    for key, setting in plan.settings.items():
        yield from late_checks_of(key, setting.value, plan.variables)


def late_checks_of(
    key: str, value: object, variables: Mapping[str, Variable]
) -> Iterator[LateCheck]:
    """The same for one canonical value."""
    for place, text in _texts(key, value):
        if isinstance(text.kind, Kind) and not _is_certain(text, text.kind, variables):
            yield LateCheck(place, text, text.kind)


def _texts(place: str, value: object) -> Iterator[tuple[str, Text]]:
    """Every text in a canonical value, with its key in dots."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(f"{place}.{name}" if name else place, item)
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        name = getattr(value, "name", None)
        inner = f"{place}.{name}" if isinstance(name, str) else place
        for field in value._fields:
            key = _KEYS.get(field, field)
            yield from _texts(f"{inner}.{key}" if key else inner, getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(place, item)


# Fields whose key in the spec has another name.
_KEYS = {"number": "count", "sums": "sha256", "by_architecture": ""}


def _is_certain(text: Text, kind: Kind, variables: Mapping[str, Variable]) -> bool:
    """Whether the types of its variables, or what stands around them, already make it so."""
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
    """What a variable's value is known to be once the variables were checked."""
    if name in variables:
        return kind_of(variables[name])
    return {"UID": INT, "GID": INT, "HOME": ABSOLUTE, "PWD": ABSOLUTE}.get(name)


def resolved(parts: Parts, variables: Mapping[str, Variable]) -> Parts:
    """Parts in which each reference stands for what its declaration makes of it."""
    result: list[str | Ref] = []
    for part in parts:
        if isinstance(part, Ref):
            found = resolve(part, variables)
            result += found if found == (part,) else resolved(found, variables)
        else:
            result.append(part)
    return joined(result)
