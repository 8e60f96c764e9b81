"""Search a syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from coder_gen.importing.shell.syntax.script import Script


# Real scripts have about ten levels; the reader reads each level again with its outer ones.
MAX_NESTED = 64
_NESTING = frozenset(
    ["case_statement", "command_substitution", "compound_statement", "do_group", "expansion",
     "if_statement", "process_substitution", "subshell"]
)  # fmt: skip


def too_deep(root: Node) -> Node | None:
    """The first node inside more than MAX_NESTED nodes that the shell reads separately."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += node.type in _NESTING
        if depth > MAX_NESTED:
            return node
        waiting += ((child, depth) for child in reversed(node.children))
    return None


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


def continuations(script: Script) -> dict[int, list[Node]]:
    """Commands that only seem to continue after a comment, with the lines of their rest.

    They are by the first byte of the command. Bash ends a command at a comment, and takes the
    options below it for new commands.
    """
    found: dict[int, list[Node]] = {}
    waiting = [script.root]
    while waiting:
        parent = waiting.pop()
        children = parent.named_children
        waiting += reversed(children)
        if parent.type == "list":
            continue
        command: Node | None = None
        commented = False
        for child in children:
            option = child.type == "command" and script.text_of(child).startswith("-")
            if child.type == "comment":
                commented = True
            elif option and commented and command is not None:
                found.setdefault(command.start_byte, []).append(child)
            else:
                command, commented = child if child.type == "command" else None, False
    return found
