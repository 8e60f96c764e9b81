"""A script's `if`, `case`, `&&` and `||`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.importing.shell.conditions import is_test, test
from coder_gen.importing.shell.context import ShellContext
from coder_gen.importing.shell.state import State, without_empty_pieces
from coder_gen.importing.shell.syntax.tree import after as after_token
from coder_gen.importing.shell.syntax.tree import between, descendants
from coder_gen.importing.shell.walk import block, choose, statement
from coder_gen.importing.shell.words.values import (
    Condition,
    Pieces,
    literal,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# Commands that a script does not run for their exit status.
_NOT_TESTS = [
    ["cd"],
    ["echo"],
    ["printf"],
    ["mkdir"],
    ["touch"],
    ["set"],
    ["shift"],
    ["export"],
    ["source"],
    ["."],
]
_GRANT = re.compile(r"""(?:\S*/)?xhost\s+["']?[^-"'\s]""")


class _Step(NamedTuple):
    """A command of a chain, the operator before it, and how many steps from here share it."""

    operator: str
    node: Node
    alike: int


def if_statement(context: ShellContext, node: Node, state: State) -> list[State]:
    """``if``, with its ``elif`` and ``else``."""
    tests = node.children_by_field_name("condition")
    rest = [child for child in node.children if child.type in {"elif_clause", "else_clause"}]
    body = after_token(node, "then", {"elif_clause", "else_clause", "fi"})
    return _branches(context, tests, body, rest, state)


def _branches(
    context: ShellContext,
    conditions: Sequence[Node],
    body: list[Node],
    rest: list[Node],
    state: State,
) -> list[State]:
    def otherwise(other: State) -> list[State]:
        if not rest:
            return [other]
        if rest[0].type == "else_clause":
            return block(context, rest[0].children, [other])
        tests = between(rest[0], "elif", "then")
        return _branches(context, tests, after_token(rest[0], "then", set()), rest[1:], other)

    named = [each for each in conditions if each.is_named and each.type != "comment"]
    # `if xhost +…` opens the display in both branches.
    tried = [command for each in named for command in descendants(each, "command")]
    for command in tried:
        if _GRANT.match(context.script.text_of(command)):
            state.grants = (*state.grants, context.script.span_of(command))
    return choose(
        context,
        test(context, named[-1], state) if named else True,
        state,
        lambda s: block(context, body, [s]),
        otherwise,
    )


def and_or_list(context: ShellContext, node: Node, state: State) -> list[State]:
    """``a && b || c`` (POSIX: AND-OR list)."""
    return _steps(context, _chain(context, node), state, guarded=False)


def _chain(context: ShellContext, node: Node) -> list[_Step]:
    """The commands of `a && b || c`, each with its operator; tests at the start stay one test."""
    steps: list[_Step] = []
    while node.type == "list" and (not steps or not is_test(context, node)):
        first, operator, *_, last = node.children
        more = bool(steps) and steps[-1].operator == operator.type
        steps.append(_Step(operator.type, last, steps[-1].alike + 1 if more else 1))
        node = first
    return [_Step("", node, 1), *reversed(steps)]


def _steps(
    context: ShellContext, steps: Sequence[_Step], state: State, at: int = 0, *, guarded: bool
) -> list[State]:
    """Follow a chain; ``guarded`` is whether a test decides if its first command is reached."""

    def after(skipped: str, *, by_test: bool) -> Callable[[State], list[State]]:
        """The chain from its next step, without the steps after the skipped operator."""
        next_ = at + 1
        if next_ < len(steps) and steps[next_].operator == skipped:
            next_ += steps[next_].alike
        if next_ == len(steps):
            return lambda s: [s]
        return lambda s: _steps(context, steps, s, next_, guarded=by_test)

    node = steps[at].node
    operator = steps[at + 1].operator if at + 1 < len(steps) else ""
    if operator and (
        is_test(context, node) or (operator == "&&" and _guards(context, node, steps[-1].node))
    ):
        verdict = test(context, node, state)
        return choose(context, verdict, state, after("||", by_test=True), after("&&", by_test=True))
    done: list[State] = []
    # The command after a failed one is followed only if it starts a container.
    fails = operator == "||" and not guarded and context.starts.within(steps[at + 1].node)
    for each in statement(context, node, state):
        done += [each] if each.ended else after("" if fails else "||", by_test=guarded)(each)
    return done


def _guards(context: ShellContext, node: Node, last: Node) -> bool:
    """Whether a command is run for its exit status: `nvidia-smi && gpus="--gpus all"`."""
    if node.type not in {"command", "redirected_statement", "pipeline"}:
        return False
    first = context.script.text_of(node).split()[:1]
    runs = context.starts.between(node.start_byte, last.end_byte)
    return not runs and first not in _NOT_TESTS


def case_statement(context: ShellContext, node: Node, state: State) -> list[State]:
    """``case``: the first item with a matching pattern."""
    value = node.child_by_field_name("value")
    if value is None:
        return [state]
    subject = context.value_of(value, state)
    items = [child for child in node.children if child.type == "case_item"]
    return _cases(context, subject, context.script.span_of(value), items, state)


def _cases(
    context: ShellContext, subject: Pieces, span: Span, items: list[Node], state: State
) -> list[State]:
    if not items:
        return [state]
    item = items[0]
    patterns = [
        context.script.text_of(child).strip("\"'") for child in item.children_by_field_name("value")
    ]
    body = after_token(item, ")", set())
    known = literal(subject)
    verdict: bool | Condition
    if known is not None:
        verdict = any(fnmatch.fnmatchcase(known, pattern) for pattern in patterns)
    elif "*" in patterns:
        verdict = True
    else:
        best = max(patterns, key=len, default="")
        verdict = Condition("equals", tuple(without_empty_pieces(subject)), best, False, span)  # type: ignore[arg-type]
        for pattern in patterns:
            if state.known(verdict._replace(value=pattern)) is True:
                verdict = True
                break
    return choose(
        context,
        verdict,
        state,
        lambda s: block(context, body, [s]),
        lambda s: _cases(context, subject, span, items[1:], s),
    )
