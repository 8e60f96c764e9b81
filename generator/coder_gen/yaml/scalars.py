"""The YAML 1.2 core schema: what a plain scalar means (YAML 1.2.2, section 10.3.2).

So ``no``, ``22:22``, ``0755`` and ``2001-01-01`` are strings here, unlike in YAML 1.1.
"""

from __future__ import annotations

import re

from coder_gen.yaml.nodes import Node, Scalar

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# Only error messages use it, so re compiles it then.
_NUMBER = (
    r"[-+]?(?:[0-9]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)"
    r"|0o[0-7]+|0x[0-9a-fA-F]+|\.nan|\.NaN|\.NAN"
)


def is_null(node: Scalar) -> bool:
    """Whether the scalar is YAML's null."""
    return node.plain and node.text in _NULL


def is_absent(node: Node) -> bool:
    """Whether a key with this value counts as not written, as in Compose."""
    return isinstance(node, Scalar) and node.tag is None and is_null(node)


def as_bool(node: Scalar) -> bool | None:
    """The scalar's boolean, or None if it is not a boolean."""
    return _BOOL.get(node.text) if node.plain else None


def type_name(node: Scalar) -> str:
    """The core-schema type, named for an error message."""
    if not node.plain:
        return "a string"
    if node.text in _NULL:
        return "null"
    if node.text in _BOOL:
        return "a boolean"
    return "a number" if re.fullmatch(_NUMBER, node.text) else "a string"
