"""A script's `if`, `case`, `&&` and `||`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from coder_gen.importing.shell_paths import Paths
from coder_gen.importing.shell_state import State, normal
from coder_gen.importing.shell_tree import after as after_token
from coder_gen.importing.shell_tree import between, descendants
from coder_gen.importing.shell_values import (
    Condition,
    Pieces,
    literal,
)
from coder_gen.source.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_GRANT = re.compile(r"""(?:\S*/)?xhost\s+["']?[^-"'\s]""")


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
        left, operator, right = node.children[0], node.children[1], node.children[-1]
        guards = operator.type == "&&" and not (self.holds_run(left) or self.holds_run(right))
        guards = guards and left.type in {"command", "redirected_statement", "pipeline"}
        if not guards and not self.is_test(left):
            states = self.statement(left, state)
            done: list[State] = []
            for each in states:
                if each.ended or (operator.type == "||" and not self.holds_run(right)):
                    done.append(each)
                else:
                    done += self.statement(right, each)
            return done
        negate = operator.type == "||"
        verdict = self.test(left, state)
        run: Callable[[State], list[State]] = lambda s: self.statement(right, s)  # noqa: E731
        skip: Callable[[State], list[State]] = lambda s: [s]  # noqa: E731
        return self.choose(verdict, state, skip if negate else run, run if negate else skip)

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
