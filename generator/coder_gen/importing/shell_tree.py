"""Ways through a syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node


def descendants(node: Node, kind: str) -> Iterable[Node]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type == kind:
            yield current
        waiting += reversed(current.children)


def after(node: Node, token: str, stops: set[str]) -> list[Node]:
    """The children after a token, up to one of the stops."""
    found: list[Node] = []
    seen = False
    for child in node.children:
        if seen and child.type in stops:
            break
        if seen:
            found.append(child)
        seen = seen or child.type == token
    return found


def between(node: Node, first: str, last: str) -> list[Node]:
    return after(node, first, {last})
