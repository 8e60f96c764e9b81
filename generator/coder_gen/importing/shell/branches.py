"""A script's `if`, `case`, `&&` and `||`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.importing.shell.paths import Paths
from coder_gen.importing.shell.state import State, normal
from coder_gen.importing.shell.syntax.tree import after as after_token
from coder_gen.importing.shell.syntax.tree import between, descendants
from coder_gen.importing.shell.words.values import (
    Condition,
    Pieces,
    literal,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# Commands that are not there for their exit status.
_DONE = [
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
    """A command of a chain, after its operator, and how many from here on have the same one."""

    operator: str
    node: Node
    alike: int


class Branches(Paths):
    """Follows what is done under a condition."""

    def _if_statement(self, node: Node, state: State) -> list[State]:
        tests = node.children_by_field_name("condition")
        rest = [child for child in node.children if child.type in {"elif_clause", "else_clause"}]
        body = after_token(node, "then", {"elif_clause", "else_clause", "fi"})
        return self._branches(tests, body, rest, state)

    def _branches(
        self, conditions: Sequence[Node], body: list[Node], rest: list[Node], state: State
    ) -> list[State]:
        def otherwise(other: State) -> list[State]:
            if not rest:
                return [other]
            if rest[0].type == "else_clause":
                return self.block(rest[0].children, [other])
            tests = between(rest[0], "elif", "then")
            return self._branches(tests, after_token(rest[0], "then", set()), rest[1:], other)

        named = [test for test in conditions if test.is_named and test.type != "comment"]
        # `if xhost +…` opens the display before it is known which way it goes.
        tried = [command for test in named for command in descendants(test, "command")]
        for command in tried:
            if _GRANT.match(self.script.text_of(command)):
                state.grants = (*state.grants, self.script.span_of(command))
        return self.choose(
            self.test(named[-1], state) if named else True,
            state,
            lambda s: self.block(body, [s]),
            otherwise,
        )

    def _list(self, node: Node, state: State) -> list[State]:
        return self._steps(self._chain(node), state, guarded=False)

    def _chain(self, node: Node) -> list[_Step]:
        """The commands of `a && b || c`, each after its operator; tests alone stay one."""
        steps: list[_Step] = []
        while node.type == "list" and not self.is_test(node):
            first, operator, *_, last = node.children
            more = bool(steps) and steps[-1].operator == operator.type
            steps.append(_Step(operator.type, last, steps[-1].alike + 1 if more else 1))
            node = first
        return [_Step("", node, 1), *reversed(steps)]

    def _steps(
        self, steps: Sequence[_Step], state: State, at: int = 0, *, guarded: bool
    ) -> list[State]:
        """Follow a chain; ``guarded`` where a test decides whether it comes to its first command."""

        def after(skipped: str, *, test: bool) -> Callable[[State], list[State]]:
            """The chain from its next step on, past those behind an operator."""
            next_ = at + 1
            if next_ < len(steps) and steps[next_].operator == skipped:
                next_ += steps[next_].alike
            if next_ == len(steps):
                return lambda s: [s]
            return lambda s: self._steps(steps, s, next_, guarded=test)

        node = steps[at].node
        operator = steps[at + 1].operator if at + 1 < len(steps) else ""
        if operator and (
            self.is_test(node) or (operator == "&&" and self._guards(node, steps[-1].node))
        ):
            verdict = self.test(node, state)
            return self.choose(verdict, state, after("||", test=True), after("&&", test=True))
        done: list[State] = []
        # What is done where a command fails matters only if it starts a container.
        fails = operator == "||" and not guarded and self.holds_run(steps[at + 1].node)
        for each in self.statement(node, state):
            done += [each] if each.ended else after("" if fails else "||", test=guarded)(each)
        return done

    def _guards(self, node: Node, last: Node) -> bool:
        """Whether a command is asked something: `nvidia-smi && gpus="--gpus all"`."""
        if node.type not in {"command", "redirected_statement", "pipeline"}:
            return False
        first = self.script.text_of(node).split()[:1]
        runs = any(True for _ in self.runs_between(node.start_byte, last.end_byte))
        return not runs and first not in _DONE

    def _case_statement(self, node: Node, state: State) -> list[State]:
        value = node.child_by_field_name("value")
        if value is None:
            return [state]
        subject = self.reader.scalar(self.script.start(value), self.script.end(value))
        items = [child for child in node.children if child.type == "case_item"]
        return self._cases(subject, self.script.span_of(value), items, state)

    def _cases(self, subject: Pieces, span: Span, items: list[Node], state: State) -> list[State]:
        if not items:
            return [state]
        item = items[0]
        patterns = [
            self.script.text_of(child).strip("\"'")
            for child in item.children_by_field_name("value")
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
            verdict = Condition("equals", tuple(normal(subject)), best, False, span)  # type: ignore[arg-type]
            for pattern in patterns:
                if state.known(verdict._replace(value=pattern)) is True:
                    verdict = True
                    break
        return self.choose(
            verdict,
            state,
            lambda s: self.block(body, [s]),
            lambda s: self._cases(subject, span, items[1:], s),
        )
