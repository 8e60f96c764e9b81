"""Values with positions, as in the YAML text."""

from __future__ import annotations

from typing import NamedTuple, Union

from coder_gen.text.positions import Span


class Scalar(NamedTuple):
    """A scalar as written. ``plain`` scalars may be null, booleans or numbers (see scalars.py)."""

    text: str
    plain: bool
    tag: str | None
    span: Span


class Sequence(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    tag: str | None
    span: Span


class Mapping(NamedTuple):
    """A mapping in the order of the text; its keys are distinct."""

    pairs: tuple[tuple[Scalar, Node], ...]
    tag: str | None
    span: Span


Node = Union[Scalar, Sequence, Mapping]  # noqa: UP007 - a string annotation cannot use | on 3.10


def pairs_by_name(node: Node | None) -> dict[str, tuple[Scalar, Node]]:
    """A mapping's keys and values, by the keys' texts; empty for any other node."""
    pairs = node.pairs if isinstance(node, Mapping) else ()
    return {key.text: (key, value) for key, value in pairs}
