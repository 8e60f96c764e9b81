"""The difference of two sides: their changes, and the risks that the audit finds only on one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from coder_gen.audit.findings import Finding, findings
from coder_gen.audit.levels import rank
from coder_gen.comparing.facts import Fact, Facts, facts
from coder_gen.comparing.security import NARROWER, WIDER, direction
from coder_gen.engines.engine_options import spelled_out
from coder_gen.expression import Text
from coder_gen.language.keys.container import KEYS
from coder_gen.language.load import Project
from coder_gen.language.values import Mount, Variable
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import dropped
from coder_gen.plan.defaults import settled
from coder_gen.plan.host_paths import holds
from coder_gen.plan.host_paths import source as source_of
from coder_gen.plan.image import with_image
from coder_gen.text.positions import NOWHERE, Span

# The section of the changes common to all modes; no mode can have this name.
EVERY_MODE = "every mode"


class Side(NamedTuple):
    """One of the two sides: its name and its modes.

    A ``foreign`` side was read from a launcher: it declares no variables and may lack modes.
    ``original`` are the plans with the places to report, if ``plans`` were recompiled.
    """

    name: str
    project: Project
    plans: Mapping[str, Plan]
    foreign: bool = False
    original: Mapping[str, Plan] | None = None


class Change(NamedTuple):
    """One difference; None on a side without the setting."""

    key: str
    name: str
    before: str | None
    after: str | None
    security: str
    span: Span | None


class Risk(NamedTuple):
    """A risk of one side that the other does not have."""

    rule: str
    level: str
    message: str


class ModeChanges(NamedTuple):
    """The differences of one mode; ``only`` names the side, if only one side has the mode."""

    mode: str
    changes: tuple[Change, ...]
    new: tuple[Risk, ...]
    gone: tuple[Risk, ...]
    only: str = ""


class Difference(NamedTuple):
    """All differences of two sides."""

    before: Side
    after: Side
    modes: tuple[ModeChanges, ...]

    @property
    def same(self) -> bool:
        """Whether both sides mean the same."""
        return not any(mode.changes or mode.only for mode in self.modes)

    @property
    def sections(self) -> tuple[ModeChanges, ...]:
        """The modes, after a section with the differences common to all of them."""
        several = [mode for mode in self.modes if not mode.only]
        if len(several) < 2:
            return self.modes
        changes, new, gone = (
            tuple(_in_all(lists)) for lists in zip(*((m.changes, m.new, m.gone) for m in several))
        )
        shared = ModeChanges(EVERY_MODE, changes, new, gone)
        return (shared, *(mode if mode.only else _without(mode, shared) for mode in self.modes))

    def count(self, security: str) -> int:
        """The number of wider or narrower changes; one common to all modes counts once."""
        return sum(c.security == security for section in self.sections for c in section.changes)


def _without(mode: ModeChanges, shared: ModeChanges) -> ModeChanges:
    return mode._replace(
        changes=tuple(_not_in(shared.changes, mode.changes)),
        new=tuple(_not_in(shared.new, mode.new)),
        gone=tuple(_not_in(shared.gone, mode.gone)),
    )


_Item = TypeVar("_Item", Change, Risk)


def _unplaced(item: _Item) -> _Item:
    """A difference without its place, because each mode of a launcher may have its own line."""
    return item._replace(span=None) if isinstance(item, Change) else item


def _in_all(lists: Sequence[Sequence[_Item]]) -> Iterator[_Item]:
    others = [{_unplaced(item) for item in each} for each in lists[1:]]
    return (item for item in lists[0] if all(_unplaced(item) in each for each in others))


def _not_in(shared: Iterable[_Item], items: Iterable[_Item]) -> Iterator[_Item]:
    known = {*map(_unplaced, shared)}
    return (item for item in items if _unplaced(item) not in known)


Reader = Callable[[Text, Plan], str]


def compare(before: Side, after: Side, read: Reader | None = None) -> Difference:
    """Compare mode by mode; a side with one mode is compared with the other's first mode.

    ``read`` gives the value of a text: by default as the spec writes it, or with every default
    filled in if one side is foreign.
    """
    foreign = before.foreign or after.foreign
    return _Comparison(before, after, foreign, read or (settled if foreign else _written)).all()


def _written(text: Text, plan: Plan) -> str:
    return text.source


class _Comparison:
    """Two sides, and the reader of their texts."""

    def __init__(self, before: Side, after: Side, foreign: bool, read: Reader) -> None:
        self.sides = (before, after)
        self.foreign = foreign
        self.read = read

    def all(self) -> Difference:
        """The differences of all modes."""
        before, after = self.sides
        found: list[ModeChanges] = []
        for mode, (one, other) in self.pairs().items():
            if one is None or other is None:
                only = before.name if one is not None else after.name
                found.append(ModeChanges(mode, (), (), (), only))
            else:
                # Variables belong to all modes, so they are compared only once.
                with_variables = not self.foreign and not found
                found.append(self.mode(mode, one, other, with_variables))
        return Difference(before, after, tuple(found))

    def pairs(self) -> dict[str, tuple[Plan | None, Plan | None]]:
        """Pairs of modes: by name, or a side's only mode with the other's first mode."""
        before, after = (side.plans for side in self.sides)
        shared = [mode for mode in before if mode in after]
        if len(before) == 1 or len(after) == 1 or (self.foreign and not shared):
            one, other = (next(iter(plans.values())) for plans in (before, after))
            if shared:
                one, other = before[shared[0]], after[shared[0]]
            name = one.mode if one.mode == other.mode else f"{one.mode} and {other.mode}"
            return {name: (one, other)}
        # A launcher may lack modes of a spec.
        modes = shared if self.foreign else dict.fromkeys([*before, *after])
        return {mode: (before.get(mode), after.get(mode)) for mode in modes}

    def mode(self, mode: str, one: Plan, other: Plan, with_variables: bool) -> ModeChanges:
        """The differences of one mode."""
        before, after = (self.facts(s, plan) for s, plan in zip(self.sides, (one, other)))
        if with_variables:
            before |= _variables(one)
            after |= _variables(other)
        changes = []
        for place in sorted({*before, *after}, key=_order):
            old, new = before.get(place), after.get(place)
            if old is None or new is None or old.value != new.value:
                changes.append(_change(old, new, one, other))
        # A launcher does not describe the image that the spec builds.
        image = all(s.project.build is not None or not self.foreign for s in self.sides)
        risks = [
            _risks(with_image(side.project, {mode: plan})[mode] if image else plan)
            for side, plan in zip(self.sides, (one, other))
        ]
        gone, new_risks = (
            tuple(risk for key, risk in risks[i].items() if key not in risks[1 - i]) for i in (0, 1)
        )
        return ModeChanges(mode, tuple(changes), new_risks, gone)

    def facts(self, side: Side, plan: Plan) -> Facts:
        """The facts of a plan; about the launcher too, if both sides are specs."""
        found = self._facts(plan)
        if side.original is None:
            return found
        return _placed(found, self._facts(side.original[plan.mode]), side.original[plan.mode])

    def _facts(self, plan: Plan) -> Facts:
        # An engine option is compared as the key that it sets.
        plan = spelled_out(plan)
        return facts(plan, lambda text: self.read(text, plan), launching=not self.foreign)


def _placed(found: Facts, originals: Facts, original: Plan) -> Facts:
    """Facts with the places of the originals of the same name or key, or without a place."""
    places = {name: fact.span for name, fact in originals.items()}
    keys = {key: setting.span for key, setting in original.settings.items()}
    return {
        name: fact._replace(span=places.get(name) or keys.get(name[0]) or NOWHERE)
        for name, fact in found.items()
    }


def _change(old: Fact | None, new: Fact | None, one: Plan, other: Plan) -> Change:
    fact = new or old
    assert fact is not None
    security = direction(old, new, lambda text: settled(text, other))
    if security and fact.key == "volumes" and (old is None or new is None):
        # A mount whose files another mount already exposes adds no access.
        security = "" if _exposed_by(fact.item, one if old is None else other) else security
    if fact.key == "cap_drop" and "ALL" in dropped(one if old is None else other):
        # The other side drops it too, with ALL.
        security = ""
    return Change(
        fact.key, fact.name, old.value if old else None, new.value if new else None,
        security, fact.span if fact.span.source.name else None,
    )  # fmt: skip


def _exposed_by(mount: Mount, plan: Plan) -> bool:
    """Whether a plan's mounts expose the files of this mount with the same access."""
    path = source_of(mount, plan)
    return any(
        holds(source_of(other, plan), path) and (mount.read_only or not other.read_only)
        for other in plan.mounts
        if path and source_of(other, plan)
    )


def _order(place: tuple[str, str]) -> tuple[int, str]:
    keys = list(KEYS)
    return (keys.index(place[0]) if place[0] in keys else len(keys), place[1])


def _variables(plan: Plan) -> Facts:
    """The declared variables: a changed default changes every setting that uses it."""
    return {
        ("variables", name): Fact(
            "variables", name, _declared(variable), "", variable.span, variable
        )
        for name, variable in plan.variables.items()
    }


def _declared(variable: Variable) -> str:
    return f"{variable.default_in_words('auto', 'no default')} ({variable.type})"


def _risks(plan: Plan) -> dict[tuple[str, str], Risk]:
    found: list[Finding] = findings({plan.mode: plan}, NOWHERE)
    # One risk per rule and level: a second port on every address is a change, not a new risk.
    worst: dict[tuple[str, str], Risk] = {}
    for finding in sorted(found, key=lambda f: rank(f.level)):
        key = (finding.rule.id, finding.level)
        worst.setdefault(key, Risk(finding.rule.id, finding.level, finding.message))
    return worst


__all__ = ["NARROWER", "WIDER", "Change", "Difference", "ModeChanges", "Risk", "Side", "compare"]
