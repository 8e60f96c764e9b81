"""Follow the paths through a script: its statements in order, and both branches if unknown.

Both branches are joined if they only add words, and stay apart if they are variants that become
modes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from coder_gen.importing.shell.context import ShellContext, TooMuch
from coder_gen.importing.shell.state import State, join
from coder_gen.importing.shell.syntax.tree import descendants
from coder_gen.importing.shell.words.values import Condition

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PATHS = 64


def block(context: ShellContext, nodes: Sequence[Node], states: list[State]) -> list[State]:
    """Every state after the statements."""
    for node in nodes:
        if not node.is_named or node.type == "comment":
            continue
        live = [state for state in states if not state.ended]
        if not live:
            break
        states = [state for state in states if state.ended]
        for state in live:
            states += statement(context, node, state)
        if len(states) > MAX_PATHS:
            raise TooMuch
    return states


def statement(context: ShellContext, node: Node, state: State) -> list[State]:
    """Every state after one statement.

    A node type without a handler changes nothing; `runs` reports each command in it that starts a
    container, because none of them is visited.
    """
    context.step()
    handler = context.tables.statements.get(node.type, without_effect)
    return handler(context, node, state)


def without_effect(context: ShellContext, node: Node, state: State) -> list[State]:
    """A statement that sets no variable and starts no container, such as a test."""
    return [state]


def sequence(context: ShellContext, node: Node, state: State) -> list[State]:
    """A statement that is a sequence of statements."""
    return block(context, node.children, [state])


def compound(context: ShellContext, node: Node, state: State) -> list[State]:
    """``{ …; }``; also ``((…))``, which has the same node type but contains no statement."""
    arithmetic = bool(node.children) and node.children[0].type == "(("
    return [state] if arithmetic else sequence(context, node, state)


def redirected(context: ShellContext, node: Node, state: State) -> list[State]:
    """A statement with its redirections."""
    body = node.child_by_field_name("body")
    return [state] if body is None else statement(context, body, state)


def subshell(context: ShellContext, node: Node, state: State) -> list[State]:
    """``(…)``: its assignments have no effect after it."""
    kept = dict(state.variables)
    states = block(context, node.children, [state])
    for after in states:
        after.variables = dict(kept)
        after.ended = ""
    return states


def function_definition(context: ShellContext, node: Node, state: State) -> list[State]:
    """A function definition; the last one of a name counts."""
    name = node.child_by_field_name("name")
    if name is not None:
        context.functions[context.script.text_of(name)] = node
    return [state]


def choose(
    context: ShellContext,
    verdict: bool | Condition,
    state: State,
    then: Callable[[State], list[State]],
    otherwise: Callable[[State], list[State]],
) -> list[State]:
    """Follow the branch of a known verdict, or both branches."""
    if isinstance(verdict, Condition):
        known = state.known(verdict)
        verdict = verdict if known is None else known
    if verdict is True:
        return then(state)
    if verdict is False:
        return otherwise(state)
    assert isinstance(verdict, Condition)
    # Both branches copy the variables, and joining compares them.
    context.spend(4 * len(state.variables) + len(state.decisions))
    yes = then(state.assuming(verdict))
    no = otherwise(state.assuming(verdict.inverted()))
    # A path that ends without a container only checks something.
    yes = [s for s in yes if s.ended != "exit" or s.found]
    no = [s for s in no if s.ended != "exit" or s.found]
    if not yes or not no:
        alone = yes or no
        for each in alone:
            if verdict.kind != "equals":
                each.decisions = tuple(
                    d for d in each.decisions if d not in (verdict, verdict.inverted())
                )
        return alone
    if len(yes) == len(no) == 1:
        joined = join(verdict, state, yes[0], no[0])
        if joined is not None:
            return [joined]
    return yes + no


def inner_runs(context: ShellContext, node: Node, states: list[State]) -> list[State]:
    """Follow command substitutions that start containers: ``id=$(docker run -d …)``."""
    for inner in descendants(node, "command_substitution"):
        if context.starts.within(inner):
            states = block(context, inner.children, states)
    return states
