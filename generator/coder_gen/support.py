"""How far a target supports a key, and the rule that expresses it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from coder_gen.plan import Plan

EXACT = "exact"
APPROXIMATE = "approximate"
UNSUPPORTED = "unsupported"


class Support(NamedTuple):
    """How far a target supports a key; ``note`` is the difference, or the reason for no support."""

    level: str
    note: str = ""


Judge = Callable[[Any, Plan], Support]
Values = Callable[[Any, Plan], Iterable[Any]]


def whole(value: Any, plan: Plan) -> Iterable[Any]:
    """A key's value as a single one."""
    return (value,)


def each_value(value: Any, plan: Plan) -> Iterable[Any]:
    """Each item of a list; each name of a mapping with its value."""
    values: Iterable[Any] = value.items() if isinstance(value, Mapping) else value
    return values


class KeyRule(NamedTuple):
    """How a target expresses a key, and its support.

    ``lower`` makes the target's output from a value and the plan (and further arguments of the
    target). ``judge`` gives the support of one value, where it depends on the value; ``support``
    is then the lowest level of any value. ``values`` splits the key's value where ``lower`` takes
    one of several.
    """

    lower: Callable[..., Any]
    support: Support = Support(EXACT)
    judge: Judge | None = None
    values: Values = whole

    def support_of(self, value: Any, plan: Plan) -> Support:
        """The support of this value."""
        return self.support if self.judge is None else self.judge(value, plan)

    def judged(self, level: str, note: str, judge: Judge | None = None) -> KeyRule:
        """The same rule with another support."""
        return self._replace(support=Support(level, note), judge=judge)


Rules = Mapping[str, KeyRule]


def rule(
    lower: Callable[..., Any], level: str = EXACT, note: str = "", judge: Judge | None = None
) -> KeyRule:
    """A rule for a key's whole value; the note says how the target differs."""
    return KeyRule(lower, Support(level, note), judge)


def rule_for_each(
    lower: Callable[..., Any], level: str = EXACT, note: str = "", judge: Judge | None = None
) -> KeyRule:
    """A rule for each value of a list or a mapping; its support is that of the whole."""
    return KeyRule(lower, Support(level, note), judge, each_value)


def nothing(*_: object) -> None:
    """For keys that the rules of other keys, or the output itself, express."""


def unsupported(note: str) -> KeyRule:
    """A rule for a key that a target cannot express, and the reason."""
    return KeyRule(nothing, Support(UNSUPPORTED, note))


def based_on(rules: Rules, differences: Mapping[str, KeyRule | str]) -> Rules:
    """Another engine's rules with this engine's differences: a rule, or why it has none."""
    own = {k: unsupported(r) if isinstance(r, str) else r for k, r in differences.items()}
    return {**rules, **own}
