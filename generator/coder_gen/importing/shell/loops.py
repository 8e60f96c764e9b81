"""A script's loops: over known words, over its arguments, or with unknown rounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coder_gen.expression import Ref
from coder_gen.importing.shell.context import ShellContext, TooMuch
from coder_gen.importing.shell.state import State, uncertain
from coder_gen.importing.shell.walk import choose, statement
from coder_gen.importing.shell.words.values import (
    Argument,
    Condition,
    Pieces,
    UnknownValue,
    Word,
    shown,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_UNROLLED = 200


def while_loop(context: ShellContext, node: Node, state: State) -> list[State]:
    """``while`` and ``until``."""
    tests = node.children_by_field_name("condition")
    text = " ".join(context.script.text_of(test) for test in tests)
    body = node.child_by_field_name("body")
    if body is None:
        return [state]
    getopts = re.search(r"\bgetopts\s+\S+\s+(\w+)", text)
    if getopts or re.search(r"\$(#|\{#\}|1|\{1)|\$@", text) or "$1" in context.script.text_of(body):
        name = getopts[1] if getopts else ""
        return _argument_loop(context, name, body, state)
    return _once(context, body, state, context.script.span_of(node))


def arithmetic_for_loop(context: ShellContext, node: Node, state: State) -> list[State]:
    """``for ((…; …; …))``."""
    body = node.child_by_field_name("body")
    if body is None:
        return [state]
    return _once(context, body, state, context.script.span_of(node))


def for_loop(context: ShellContext, node: Node, state: State) -> list[State]:
    """``for NAME in …``, and ``select``, which has the same type in the grammar."""
    variable = node.child_by_field_name("variable")
    body = node.child_by_field_name("body")
    if variable is None or body is None:
        return [state]
    name = context.script.text_of(variable)
    values = node.children_by_field_name("value")
    words = context.reader(state).words(values)
    mine = state.positional is None
    if (not values and mine) or any(_is_all_arguments(word) for word in words):
        return _argument_loop(context, name, body, state)
    if not values:
        words = list(state.positional or ())
    if len(words) > MAX_UNROLLED:
        raise TooMuch
    if node.children[0].type == "select":
        return _select(context, name, words, body, state, context.script.span_of(variable))
    states = [state]
    for word in words:
        pieces = word.pieces
        text = "".join(piece for piece in pieces if isinstance(piece, str))
        if not word.quoted and any(char in text for char in "*?["):
            pieces = (UnknownValue("a loop over the files of the host", word.span),)
        after: list[State] = []
        for each in states:
            if each.ended:
                after.append(each)
                continue
            each.variables[name] = pieces
            if word.conditions:
                condition = word.conditions[0]
                after += choose(
                    context, condition, each, lambda s: statement(context, body, s), lambda s: [s]
                )
            else:
                after += statement(context, body, each)
        for each in after:
            if each.ended == "continue":
                each.ended = ""
        states = after
    for each in states:
        if each.ended == "break":
            each.ended = ""
    return states


def _select(
    context: ShellContext, name: str, words: list[Word], body: Node, state: State, span: Span
) -> list[State]:
    """The menu of `select`: the user chooses one word."""
    states: list[State] = []
    for word in words:
        chosen = Condition("equals", (Argument(1, (), span),), shown(word.pieces), False, span)
        each = state.assuming(chosen)
        each.variables[name] = word.pieces
        states += statement(context, body, each)
    for each in states:
        each.ended = "" if each.ended in {"break", "continue"} else each.ended
    return [each for each in states if each.ended != "exit" or each.found]


def _once(context: ShellContext, body: Node, state: State, span: Span) -> list[State]:
    """A loop with an unknown number of rounds: the values that it adds are unknown."""
    states = statement(context, body, state.copy())
    for each in states:
        for name, value in each.variables.items():
            if value != state.variables.get(name):
                each.variables[name] = (UnknownValue("a loop", span, name),)
        if each.ended in {"break", "continue"}:
            each.ended = ""
    return [each for each in states if each.ended != "exit" or each.found] or [state]


def _argument_loop(context: ShellContext, name: str, body: Node, state: State) -> list[State]:
    """The loop that reads the script's options: no round, or one round for each option."""
    first = state.copy()
    span = context.script.span_of(body)
    if name:
        first.variables[name] = (Argument(1, (), span),)
        first.variables["OPTARG"] = (Argument(2, (), span),)
    folded: dict[str, Pieces] = {}
    options: list[State] = []
    for each in statement(context, body, first):
        if each.ended in {"exit", "return"} and each.found == state.found:
            continue
        each.ended = "" if each.ended in {"break", "continue"} else each.ended
        changed = {
            key: value
            for key, value in each.variables.items()
            if value != state.variables.get(key) and key not in {name, "OPTARG"}
        }
        if changed and all(uncertain(value) for value in changed.values()):
            for key, value in changed.items():
                before = state.variables.get(key, ())
                if isinstance(value, list) or isinstance(before, list):
                    context.reporter.warning(
                        "W521",
                        f"options of the script that it passes on in {key} are left out",
                        span,
                        "pass arguments after -- to the launcher that the spec makes",
                    )
                elif not (len(before) == 1 and isinstance(before[0], Ref)):
                    context.folded |= {key}
                    folded[key] = (Ref(key, ":-" if before else "", before, span),)  # type: ignore[arg-type]
        elif changed or each.found != state.found:
            options.append(each)
    states = [state, *options]
    before_loop = dict(state.variables)
    for each in states:
        for key, value in folded.items():
            if each.variables.get(key, ()) == before_loop.get(key, ()):
                each.variables[key] = value
    return states


def _is_all_arguments(word: Word) -> bool:
    return any(isinstance(piece, Argument) and piece.number == 0 for piece in word.pieces)
