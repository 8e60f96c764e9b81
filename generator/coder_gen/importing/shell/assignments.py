"""The effect of a script's assignments on its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_gen.expression import Ref
from coder_gen.importing.shell.context import ShellContext, TooMuch
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.walk import inner_runs
from coder_gen.importing.shell.words.values import (
    Argument,
    Conditional,
    Pieces,
    UnknownValue,
    Word,
    literal,
    unquoted,
)

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PIECES = 10_000


def variable_assignment(context: ShellContext, node: Node, state: State) -> list[State]:
    """``NAME=value``; its value may start a container."""
    states = inner_runs(context, node, [state])
    for each in states:
        assign(context, node, each)
    return states


def declaration(context: ShellContext, node: Node, state: State) -> list[State]:
    """``export``, ``declare``, ``local``, ``readonly`` and ``typeset``."""
    keyword = context.script.text_of(node.children[0])
    words = [context.script.text_of(child) for child in node.named_children]
    exports = keyword == "export" or (keyword in {"declare", "typeset"} and "-x" in words)
    for child in node.named_children:
        if child.type == "variable_assignment":
            inner_runs(context, child, [state])
            assign(context, child, state)
            name = child.child_by_field_name("name")
        elif child.type == "variable_name":
            name = child
        else:
            continue
        if exports and name is not None:
            state.exported[context.script.text_of(name)] = context.script.span_of(child)
    return [state]


def unset(context: ShellContext, node: Node, state: State) -> list[State]:
    """``unset``: the variable is empty."""
    for child in node.named_children:
        state.variables[context.script.text_of(child)] = ()
    return [state]


def assign(context: ShellContext, node: Node, state: State) -> None:
    """``NAME=value``, ``NAME+=value``, ``NAME=(…)``."""
    target = node.child_by_field_name("name")
    value = node.child_by_field_name("value")
    if target is None:
        return
    name = context.script.text_of(target)
    fixed = context.tables.fixed.get(name)
    if fixed is not None:
        state.variables[name] = fixed(context.script.span_of(node))
        return
    adds = any(child.type == "+=" for child in node.children)
    if target.type == "subscript":
        array, _, subscript = name.rstrip("]").partition("[")
        _assign_element(context, array, subscript, node, value, state)
        return
    before = state.variables.get(name)
    if value is not None and value.type == "array":
        made = context.reader(state).words(c for c in value.named_children if c.type != "comment")
        if adds and before is not None:
            made = [
                *(
                    before
                    if isinstance(before, list)
                    else [Word(before, context.script.span_of(node))]
                ),
                *made,
            ]
        state.variables[name] = made
        context.spend(4 * len(made))
        _bounded(made)
        return
    pieces: Pieces = ()
    if value is not None:
        pieces = context.value_of(value, state)
    if adds and isinstance(before, list):
        state.variables[name] = [*before, Word(pieces, context.script.span_of(node))]
    elif adds and before is not None:
        state.variables[name] = (*before, *unquoted(pieces))
    elif before is None and _adds_to_itself(name, pieces):
        context.reporter.warning(
            "W527",
            f"what {name} may hold in the environment before the script is left out",
            context.script.span_of(node),
            f"set {name} to nothing before adding to it",
        )
        state.variables[name] = with_name(name, tuple(p for p in pieces if p != "")[1:])
    else:
        state.variables[name] = with_name(name, pieces)
    context.spend(4 * len(state.variables[name]))
    _bounded(state.variables[name])


def _assign_element(
    context: ShellContext, name: str, subscript: str, node: Node, value: Node | None, state: State
) -> None:
    """``NAME[0]=value``, in order; any other subscript makes the array's value unknown."""
    held = state.variables.get(name, [])
    span = context.script.span_of(node)
    if not isinstance(held, list) or subscript != str(len(held)) or value is None:
        state.variables[name] = (UnknownValue("an array element", span),)
        return
    pieces = context.value_of(value, state)
    context.spend(len(held))
    state.variables[name] = [*held, Word(pieces, span)]


def _adds_to_itself(name: str, pieces: Pieces) -> bool:
    first, *rest = [piece for piece in pieces if piece != ""] or [""]
    return (
        isinstance(first, Ref)
        and first.name == name
        and literal(first.operand) == ""
        and isinstance(next(iter(rest), None), str)
        and str(rest[0])[:1].isspace()
    )


def _bounded(value: Pieces | list[Word]) -> None:
    """Raise TooMuch if a value has grown too large, as in a loop over `x=$x$x`."""
    waiting: list[object] = list(value)
    for count in range(MAX_PIECES + 1):
        if not waiting:
            return
        if count == MAX_PIECES:
            raise TooMuch
        item = waiting.pop()
        if isinstance(item, Word | Conditional):
            waiting += item.pieces
        elif isinstance(item, Ref):
            waiting += item.operand
        elif isinstance(item, Argument):
            waiting += item.default


def with_name(name: str, pieces: Pieces) -> Pieces:
    """The value of an assignment: an unknown value gets the variable's name.

    One that is empty has a piece nevertheless: the variable is set.
    """
    pieces = tuple(piece for piece in unquoted(pieces) if piece != "") or ("",)
    nameless = [p for p in pieces if isinstance(p, UnknownValue) and not p.name]
    if nameless and (len(pieces) == 1 or not all(p.offer for p in nameless)):
        return (nameless[0]._replace(name=name),)
    return tuple(
        p._replace(name=name) if isinstance(p, Argument) and not p.name else p for p in pieces
    )
