"""Dollars in a Compose file that start no variable, which Compose takes literally."""

from __future__ import annotations

import re

from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence

# compose-go, template.go: a variable needs a name or braces; `$$` is an escaped dollar.
_DOLLAR = re.compile(r"\$(\$|(?![A-Za-z_{]))")


def doubled(node: Node) -> Node:
    """The node with ``$$`` for each literal dollar, as in ``$(id)`` or ``^a$``."""
    if isinstance(node, Mapping):
        return node._replace(pairs=tuple((key, doubled(value)) for key, value in node.pairs))
    if isinstance(node, Sequence):
        return node._replace(items=tuple(doubled(item) for item in node.items))
    assert isinstance(node, Scalar)
    return node._replace(text=_DOLLAR.sub("$$", node.text)) if "$" in node.text else node
