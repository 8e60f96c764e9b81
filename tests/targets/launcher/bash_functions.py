"""The functions of a bash script: what it defines, what each part of it calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Language, Node, Parser
from tree_sitter_bash import language

# Functions and builtins that run what they are given, and which of their arguments that is.
_RUNNERS = {
    "ask": 2,
    "answering": 1,
    "exec": 0,
    "in_bytes": 0,
    "with_bytes": 0,
    "locked": 1,
    "run": 0,
    "supervise": 0,
    "command": 0,
    "clean_up_at_end": 0,
}
# Those each of whose arguments is a function to run.
_RUNNERS_OF_ALL = ("run_preflight",)


class Functions(NamedTuple):
    """``calls`` has the commands of each function, and of the main part under ''.

    A name that is only known at run time is there with a star for what is not known.
    """

    defined: list[str]
    calls: dict[str, set[str]]

    def reached(self) -> set[str]:
        """The functions that the main part calls, and those that these call."""
        found: set[str] = set()
        ahead = [""]
        while ahead:
            for called in self.calls[ahead.pop()]:
                for name in self.meant(called) - found:
                    found.add(name)
                    ahead.append(name)
        return found

    def meant(self, called: str) -> set[str]:
        """The functions behind a name that is called."""
        return {name for name in self.defined if _fits(name, called)}

    def missing(self, programs: frozenset[str]) -> set[str]:
        """What is called, and is neither a function nor one of these."""
        every = set().union(*self.calls.values())
        return {name for name in every - programs if not self.meant(name) and name != "*"}


def _fits(name: str, called: str) -> bool:
    before, star, after = called.partition("*")
    if not star:
        return name == called
    # `"${engine}"` alone is a program.
    return bool(before or after) and name.startswith(before) and name.endswith(after)


def functions(text: str) -> Functions:
    """Read a script."""
    root = _parsed(text)
    defined: list[str] = []
    calls: dict[str, set[str]] = {"": set()}

    def walk(node: Node, inside: str) -> None:
        if node.type == "function_definition":
            name = node.child_by_field_name("name")
            assert name is not None
            inside = _text(name)
            defined.append(inside)
            calls.setdefault(inside, set())
        elif node.type == "command":
            calls[inside] |= set(_called(node))
        for child in node.children:
            walk(child, inside)

    walk(root, "")
    return Functions(defined, calls)


def _parsed(text: str) -> Node:
    # The grammar takes the dash that closes a descriptor for a command.
    plain = text.replace("<&-", "<&0")
    return Parser(Language(language())).parse(plain.encode()).root_node


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def _called(command: Node) -> Iterator[str]:
    """The command's name, and what it runs of its arguments."""
    name = command.child_by_field_name("name")
    if name is None:
        return
    words = [name.children[0], *command.children_by_field_name("argument")]
    while words:
        known = _word(words[0])
        yield known
        if known == "trap" and len(words) > 1:
            action = _text(words[1]).strip("'")
            # `trap - EXIT` takes one back.
            for node in _within(_parsed(action)) if action != "-" else ():
                yield from _called(node)
        if known in _RUNNERS_OF_ALL:
            yield from map(_word, words[1:])
        if known not in _RUNNERS:
            return
        words = words[1 + _RUNNERS[known] :]
        # An option, as in `command -v`, or a redirection, as in `exec {fd}<file`.
        if known in ("command", "exec") and words and _text(words[0]).startswith(("-", "{")):
            return


def _within(node: Node) -> Iterator[Node]:
    if node.type == "command":
        yield node
    for child in node.children:
        yield from _within(child)


def _word(node: Node) -> str:
    """A word as far as it is known: a star for each expansion."""
    if node.type in ("simple_expansion", "expansion", "command_substitution"):
        return "*"
    if node.type == "raw_string":
        return _text(node)[1:-1]
    if node.type in ("string", "concatenation"):
        return "".join(_word(child) for child in node.children if child.type != '"')
    return _text(node)
