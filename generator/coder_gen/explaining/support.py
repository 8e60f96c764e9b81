"""Why a target does not support a key: the support matrix, for one key and one target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.engines.names import DEFAULT
from coder_gen.explaining.topics import key_of
from coder_gen.language.context import nearest
from coder_gen.language.keys.container import KEYS
from coder_gen.targets.base import APPROXIMATE, EXACT, Support

# The target whose column has the default engine's support.
SCRIPT = "script"
Columns = Mapping[str, Mapping[str, Support]]


class NotKnown(Exception):
    """There is no such key or target; ``guess`` is the most likely name, or None."""

    def __init__(self, what: str, guess: str | None) -> None:
        super().__init__(what)
        self.what = what
        self.guess = guess


class SupportAnswer(NamedTuple):
    """How far a target supports a key, and which targets support it better."""

    key: str
    target: str
    # None if the key does not apply to the target's output.
    support: Support | None
    better: tuple[str, ...]


def answer(field: str, target: str, columns: Columns) -> SupportAnswer:
    """The answer for a key or its flag. Raises NotKnown."""
    key = key_of(field)
    if not key:
        raise NotKnown(f"there is no key `{field}`", nearest(field.lstrip("-"), KEYS))
    name = _column(target, columns)
    if name is None:
        raise NotKnown(f"there is no target `{target}`", nearest(target, columns))
    support = columns[name].get(key)
    better = [
        other
        for other, table in columns.items()
        if support is not None and key in table and _rank(table[key]) < _rank(support)
    ]
    return SupportAnswer(key, name, support, tuple(better))


def _column(target: str, columns: Columns) -> str | None:
    """A target's name, from its name or from an engine that only one target has."""
    if target in columns:
        return target
    if target == DEFAULT:
        return SCRIPT
    ends = [name for name in columns if name.split(" ")[-1] == target]
    return ends[0] if len(ends) == 1 else None


def _rank(support: Support) -> int:
    return {EXACT: 0, APPROXIMATE: 1}.get(support.level, 2)


def sentence(answer: SupportAnswer) -> str:
    """The answer as text."""
    key, target = answer.key, answer.target
    if answer.support is None:
        return f"`{key}` is about the container, and {target} makes something else."
    note = answer.support.note
    if answer.support.level == EXACT:
        return f"`{key}` is supported exactly by {target}."
    how = "approximately supported" if answer.support.level == APPROXIMATE else "not supported"
    said = f"`{key}` is {how} by {target}" + (f": {note}." if note else ".")
    if answer.better:
        said += f"\nBetter supported by: {', '.join(answer.better)}."
    return said + "\nThe output has a comment about it; with --strict it is an error."
