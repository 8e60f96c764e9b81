"""JSON as nodes with spans; comments and trailing commas are accepted, as editors do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.expression import Text, literal
from coder_gen.text.positions import SourceFile
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar, Sequence
from coder_gen.yaml.reader import read
from coder_gen.yaml.scalars import as_bool, is_null

# A string is kept; a comment becomes blanks, so that all spans stay correct.
_TOKEN = re.compile(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/|[\t\ufeff]', re.DOTALL)


def read_json(text: str, name: str) -> tuple[SourceFile, Node | None]:
    """Read one JSON document. Raises Problems with spans in it."""

    def blank(match: re.Match[str]) -> str:
        return match[1] or re.sub(r"[^\n]", " ", match[0])

    source, node = read(name, _TOKEN.sub(blank, text).encode())
    return source, node


def pairs(node: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """A mapping's keys and values, without nulls."""
    if isinstance(node, nodes.Mapping):
        for key, value in node.pairs:
            if not (isinstance(value, Scalar) and is_null(value)):
                yield key, value


def entries(node: Node | None) -> dict[str, Node]:
    """A mapping's values by key, without nulls; empty for another node."""
    return {key.text: value for key, value in pairs(node)}


def items(node: Node | None) -> tuple[Node, ...]:
    """A list's items; empty for another node."""
    return node.items if isinstance(node, Sequence) else ()


def text(node: Node | None) -> Text | None:
    """A scalar as literal text, including dollars; None if it is null, empty or not a scalar."""
    if not isinstance(node, Scalar) or is_null(node) or not node.text:
        return None
    return literal(node.text, node.span)


def texts(node: Node | None) -> list[Text]:
    """A list of scalars as literal texts, including empty ones."""
    return [literal(item.text, item.span) for item in items(node) if isinstance(item, Scalar)]


def number(node: Node | None) -> int:
    """The integer of a node; 0 if it has none."""
    if not isinstance(node, Scalar):
        return 0
    try:
        return int(float(node.text))
    except (ValueError, OverflowError):
        return 0


def truth(node: Node | None) -> bool:
    """Whether a node is true."""
    return isinstance(node, Scalar) and as_bool(node) is True
