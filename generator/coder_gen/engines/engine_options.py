"""Engine options converted to the keys that they stand for, so that rules see them; and back.

A spec may pass on words to an engine under ``engine_options`` and under ``options`` of
``apptainer``: see passed_options.py for how they are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from coder_gen.engines.passed_options import (
    OPTIONS,
    SECTION,
    Piece,
    home_of,
    of_apptainer,
    of_engine,
)
from coder_gen.expression import Text
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import Apptainer, Mount
from coder_gen.plan import Plan
from coder_gen.text.positions import Span

Layer = dict[str, Setting]
# Longer lists are not rewritten for each finding.
_MANY = 100


class Unfolding:
    """A plan, and ``seen``: the plan with all readable options moved to the keys they stand for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.engine = of_engine(plan)
        self.apptainer = of_apptainer(plan)
        self.seen = self._unfolded()
        self.is_long = len(self.engine) + len(self.apptainer) > _MANY
        self._at = {
            word.span: (key, piece)
            for key, pieces in ((OPTIONS, self.engine), (f"{SECTION}.options", self.apptainer))
            for piece in pieces
            for word in piece.words
        }

    def by_hand(self, place: Span | None) -> str:
        """What to remove by hand; empty if the place is not an option's."""
        if place not in self._at:
            return ""
        key, piece = self._at[place]
        return f"take out of {key}: {' '.join(word.source for word in piece.words)}"

    def _unfolded(self) -> Plan:
        settings = dict(self.plan.settings)
        _keep_unread(settings, self.engine)
        section = self.plan.value(SECTION)
        pieces = list(self.apptainer)
        if isinstance(section, Apptainer) and (section.options or section.home):
            if section.home is not None:
                at_home = ("volumes", (home_of(section.home),))
                pieces.append(Piece((), (section.home,), (), (at_home,)))
            left = tuple(w for p in self.apptainer if not p.is_read for w in p.words)
            value = section._replace(home=None, options=left)
            settings[SECTION] = settings[SECTION]._replace(value=value)
        _merge(settings, [*self.engine, *pieces])
        return self.plan._replace(settings=settings)

    def folded(self, after: Plan) -> Plan:
        """The plan for a changed ``seen``: options at fault are removed, others stay."""
        plan = self.plan
        settings = dict(after.settings)
        for key in (OPTIONS, SECTION):
            _restore(settings, plan, key)
        change = _Change(self.seen, after)
        kept: list[Piece] = []
        for piece in self.engine:
            if change.keeps(piece):
                kept.append(piece)
                continue
            for key, value in piece.settings:
                # The option replaced the value of the key itself.
                if _is_single(key, value) and key not in settings and plan.value(key) != value:
                    _restore(settings, plan, key)
        if len(kept) < len(self.engine):
            _set_words(settings, tuple(word for piece in kept for word in piece.words))
        section = plan.value(SECTION)
        if isinstance(section, Apptainer):
            kept += self._section(settings, section, change)
        _remove(settings, plan, change, kept)
        return after._replace(settings=settings)

    def _section(self, settings: Layer, section: Apptainer, change: _Change) -> list[Piece]:
        """Apptainer's own options without those that were removed; a changed mount is written anew.

        Returns the pieces whose settings must not be repeated under a key.
        """
        words: list[Text] = []
        kept: list[Piece] = []
        for piece in self.apptainer:
            if change.keeps(piece):
                words += piece.words
                kept.append(piece)
                continue
            places = {m.span for key, value in piece.settings if key == "volumes" for m in value}
            changed = tuple(m for m in change.after.mounts if m.span in places)
            words += [_bind(mount) for mount in changed if mount.source is not None]
            kept.append(piece._replace(settings=(("volumes", changed),)))
        home = section.home
        if home is not None:
            now = tuple(m for m in change.after.mounts if m.span == home.span)
            kept.append(Piece((), (), (), (("volumes", now),)))
            # Apptainer cannot mount the home read-only.
            home = now[0].source if now and not now[0].read_only else None
        value = section._replace(home=home, options=tuple(words))
        if value != section:
            settings[SECTION] = settings[SECTION]._replace(value=value)
        return kept


def unfolded(plan: Plan) -> Plan:
    """The plan with all readable options moved to the keys that they stand for."""
    return Unfolding(plan).seen


def spelled_out(plan: Plan) -> Plan:
    """The plan with ``engine_options`` moved to keys where these express them exactly."""
    pieces = [piece if piece.exact else piece._replace(settings=()) for piece in of_engine(plan)]
    settings = dict(plan.settings)
    _keep_unread(settings, pieces)
    _merge(settings, pieces)
    return plan._replace(settings=settings)


def unread(plan: Plan) -> list[Piece]:
    """The options that are passed on and stand for no key, for either family of engines."""
    return [piece for piece in (*of_engine(plan), *of_apptainer(plan)) if not piece.is_read]


class _Set:
    """The items of a list, for many membership tests."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = tuple(items)
        self.ids = {id(item) for item in self.items}
        self.equal: frozenset[Any] | None = None

    def __contains__(self, item: Any) -> bool:
        if id(item) in self.ids:
            return True
        try:
            if self.equal is None:
                self.equal = frozenset(self.items)
            return item in self.equal
        except TypeError:  # a request for GPUs contains a mapping, which has no hash
            return item in self.items


class _Change:
    """The differences between two plans."""

    def __init__(self, seen: Plan, after: Plan) -> None:
        self.after = after
        keys = {*seen.settings, *after.settings}
        self.keys = {key for key in keys if after.value(key) is not seen.value(key)}
        self.sets = {
            key: _Set(after.value(key) or ()) for key in self.keys if _is_list(after.value(key))
        }

    def keeps(self, piece: Piece) -> bool:
        """Whether the plan still has all settings of a piece."""
        return all(key not in self.keys or self._holds(key, value) for key, value in piece.settings)

    def _holds(self, key: str, value: Any) -> bool:
        there = self.after.value(key)
        if there is None:
            return False
        if _is_list(value) and not _is_single(key, value):
            return all(item in self.sets[key] for item in value)
        if isinstance(value, dict):
            return all(there.get(name) == item for name, item in value.items())
        return bool(_merged(key, there, [value]) == there)


def _keep_unread(settings: Layer, pieces: Sequence[Piece]) -> None:
    _set_words(settings, tuple(w for p in pieces if not p.is_read for w in p.words))


def _set_words(settings: Layer, words: tuple[Text, ...]) -> None:
    if OPTIONS in settings:
        settings[OPTIONS] = settings[OPTIONS]._replace(value=words)
        if not words:
            del settings[OPTIONS]


def _restore(settings: Layer, plan: Plan, key: str) -> None:
    settings.pop(key, None)
    if key in plan.settings:
        settings[key] = plan.settings[key]


def _merge(settings: Layer, pieces: Sequence[Piece]) -> None:
    """Merge the settings of options over those of the keys."""
    by_key: dict[str, list[Any]] = {}
    places: dict[str, Piece] = {}
    for piece in pieces:
        for key, value in piece.settings:
            by_key.setdefault(key, []).append(value)
            if key not in places or _is_single(key, value):
                places[key] = piece
    for key, values in by_key.items():
        below, span = settings.get(key), places[key].words[0].span
        if below is None or _is_single(key, values[0]):
            first, *others = values
            settings[key] = Setting(_merged(key, first, others), span, OPTIONS)
        else:
            settings[key] = below._replace(value=_merged(key, below.value, values))


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and not hasattr(value, "_replace")


def _is_single(key: str, value: Any) -> bool:
    """Whether the last value of a key replaces the others."""
    return isinstance(value, (Text, bool)) or key == "entrypoint"


def _merged(key: str, below: Any, values: Sequence[Any]) -> Any:
    """Merge as an engine merges its options: lists append, mappings merge name by name."""
    if not values or _is_single(key, below):
        return values[-1] if values else below
    if isinstance(below, dict):
        return {name: item for each in (below, *values) for name, item in each.items()}
    if _is_list(below):
        return tuple(item for each in (below, *values) for item in each)
    for value in values:
        below = below._replace(**{n: v for n, v in value._asdict().items() if v})
    return below


def _remove(settings: Layer, plan: Plan, change: _Change, kept: Sequence[Piece]) -> None:
    """Remove from the keys the settings that the remaining pieces already have."""
    by_key: dict[str, list[Any]] = {}
    for piece in kept:
        for key, value in piece.settings:
            by_key.setdefault(key, []).append(value)
    for key, values in by_key.items():
        own, there = plan.value(key), change.after.value(key)
        left: Any = own
        if key in change.keys and _is_list(there) and not _is_single(key, there):
            options, keys = _Set(item for value in values for item in value), _Set(own or ())
            left = tuple(i for i in there if i not in options or i in keys)
        elif key in change.keys and isinstance(there, dict):
            names = {name for value in values for name in value}
            left = {n: i for n, i in there.items() if n not in names}
            left |= {n: i for n, i in (own or {}).items() if n in names}
        if left == own:
            _restore(settings, plan, key)
        elif left:
            settings[key] = settings[key]._replace(value=left)
        else:
            del settings[key]


def _bind(mount: Mount) -> Text:
    """A mount as an option of Apptainer."""
    assert mount.source is not None
    source, target = (text.map(_escaped) for text in (mount.source, mount.target))
    return "--bind=" + source + ":" + target + (":ro" if mount.read_only else "")


def _escaped(part: str) -> str:
    return re.sub(r"([,:\\])", r"\\\1", part)
