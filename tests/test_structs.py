"""Structs behave as the named tuples that a type checker takes them for."""

from __future__ import annotations

import pickle
from typing import NamedTuple

import pytest

from coder_gen.structs import Struct


class Ours(Struct):
    name: str
    size: int = 3
    more: tuple[str, ...] = ()

    @property
    def double(self) -> int:
        return self.size * 2


class Theirs(NamedTuple):
    name: str
    size: int = 3
    more: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("values", "named"),
    [(("a",), {}), (("a", 4), {}), (("a", 4, ("b",)), {}), ((), {"name": "a"}),
     (("a",), {"more": ("b",)}), ((), {"more": (), "size": 1, "name": "x"})],
)  # fmt: skip
def test_a_struct_is_the_tuple_that_a_named_tuple_is(
    values: tuple[str], named: dict[str, str]
) -> None:
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)  # type: ignore[arg-type]
    assert tuple(ours) == tuple(theirs)
    assert (ours.name, ours.size, ours.more) == (theirs.name, theirs.size, theirs.more)
    assert ours._asdict() == theirs._asdict()
    assert tuple(ours._replace(size=9)) == tuple(theirs._replace(size=9))
    assert repr(ours).removeprefix("Ours") == repr(theirs).removeprefix("Theirs")
    assert hash(ours) == hash(theirs)
    assert ours.double == ours.size * 2
    again = pickle.loads(pickle.dumps(ours))
    assert (again, type(again)) == (ours, Ours)
    assert not hasattr(ours, "__dict__")


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", 1, (), 2), {}), (("a",), {"name": "b"}), (("a",), {"colour": "b"})],
)
def test_what_a_named_tuple_refuses_is_refused(values: tuple[str], named: dict[str, str]) -> None:
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError):
            kind(*values, **named)  # type: ignore[arg-type]


def test_a_struct_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Ours("a").name = "b"  # type: ignore[misc]
