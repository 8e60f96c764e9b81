"""How far a target can express a key, and the rule by which it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from coder_gen.plan import Plan

EXACT = "exact"
APPROXIMATE = "approximate"
UNSUPPORTED = "unsupported"


class Support(NamedTuple):
    """How far a target can express a key; ``note`` says how it differs, or why not."""

    level: str
    note: str = ""


Judge = Callable[[Any, Plan], Support]
Values = Callable[[Any, Plan], Iterable[Any]]


def whole(value: Any, plan: Plan) -> Iterable[Any]:
    """A key's value as one."""
    return (value,)


def each_value(value: Any, plan: Plan) -> Iterable[Any]:
    """Each item of a list; each name of a mapping with its value."""
    values: Iterable[Any] = value.items() if isinstance(value, Mapping) else value
    return values


class KeyRule(NamedTuple):
    """How a target expresses a key, and how exactly.

    ``lower`` makes the target's words of a value and the plan (and of what else the target
    passes). ``judge`` gives the support of one value, where it depends on the value; ``support``
    is then the least that any value gets. ``values`` takes the key's value apart where ``lower``
    is for one of several.
    """

    lower: Callable[..., Any]
    support: Support = Support(EXACT)
    judge: Judge | None = None
    values: Values = whole

    def support_of(self, value: Any, plan: Plan) -> Support:
        """How exactly this value can be expressed."""
        return self.support if self.judge is None else self.judge(value, plan)

    def judged(self, level: str, note: str, judge: Judge | None = None) -> KeyRule:
        """The same words, to which another support applies."""
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
    """A rule for each value of a list or a mapping by itself; it is judged as a whole."""
    return KeyRule(lower, Support(level, note), judge, each_value)


def nothing(*_: object) -> None:
    """For keys that other keys' words, or the output itself, take care of."""


def unsupported(note: str) -> KeyRule:
    """A rule for what a target has no words for, and why."""
    return KeyRule(nothing, Support(UNSUPPORTED, note))


def based_on(rules: Rules, differences: Mapping[str, KeyRule | str]) -> Rules:
    """The rules of another engine, and where this one differs: by a rule, or by why it has none."""
    own = {k: unsupported(r) if isinstance(r, str) else r for k, r in differences.items()}
    return {**rules, **own}
