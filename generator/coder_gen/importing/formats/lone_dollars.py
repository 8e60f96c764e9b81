"""Dollars in a Compose file that start no variable, which Compose takes literally."""

from __future__ import annotations

import re

from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence

# compose-go, template.go: a variable needs a name or braces; `$$` is an escaped dollar.
_DOLLAR = re.compile(r"\$(\$|(?![A-Za-z_{]))")


def with_doubled_dollars(node: Node) -> Node:
    """The node with ``$$`` where a lone dollar stands for itself, as in ``$(id)`` or ``^a$``."""
    if isinstance(node, Mapping):
        return node._replace(
            pairs=tuple((key, with_doubled_dollars(value)) for key, value in node.pairs)
        )
    if isinstance(node, Sequence):
        return node._replace(items=tuple(with_doubled_dollars(item) for item in node.items))
    assert isinstance(node, Scalar)
    return node._replace(text=_DOLLAR.sub("$$", node.text)) if "$" in node.text else node
