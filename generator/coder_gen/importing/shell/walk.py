"""The paths through a script: statements one after the other, and both branches of what is unknown.

Both branches are joined again where they only add words, and stay apart where they are variants
that become modes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from coder_gen.diagnostics import Reporter
from coder_gen.importing.shell.conditions import Conditions
from coder_gen.importing.shell.engine_command import ENGINES, verb_of
from coder_gen.importing.shell.state import State, join
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.syntax.tree import descendants
from coder_gen.importing.shell.words.values import Condition

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PATHS = 64
MAX_STEPS = 50_000
# What all values that are copied hold together, in words, pieces and names.
MAX_COPIED = 5_000_000


class _After:
    """What stands after a statement in its block; a copy each would cost the block's square."""

    __slots__ = ("index", "nodes")

    def __init__(self, nodes: Sequence[Node], index: int) -> None:
        self.nodes = nodes
        self.index = index

    def __iter__(self) -> Iterator[Node]:
        return (self.nodes[at] for at in range(self.index + 1, len(self.nodes)))


class TooMuch(Exception):
    """The script has more paths, or longer ones, than anyone could read."""


class Paths(Conditions):
    """Follows statements; what kinds of them there are is for the classes made of this one."""

    def __init__(self, script: Script, reporter: Reporter) -> None:
        super().__init__(script)
        self.reporter = reporter
        self.visited: set[int] = set()
        self.calls: list[str] = []
        self.steps = 0
        self.copied = 0
        self._run_nodes: list[Node] | None = None
        self._run_starts: list[int] = []
        # Variables that options of the script set: they stay variables.
        self.folded: frozenset[str] = frozenset()

    def assigned(self) -> frozenset[str]:
        """The names that the script gives a value anywhere."""
        return frozenset(
            self.script.text_of(name)
            for node in descendants(self.script.root, "variable_assignment")
            if (name := node.child_by_field_name("name")) is not None
        )

    def spend(self, size: int) -> None:
        """Count what is copied; raise TooMuch where a script makes more of it than anyone reads."""
        self.copied += size
        if self.copied > MAX_COPIED:
            raise TooMuch

    def block(self, nodes: Sequence[Node], states: list[State]) -> list[State]:
        """Every state after the statements."""
        nodes = [node for node in nodes if node.is_named]
        for index, node in enumerate(nodes):
            if node.type == "comment":
                continue
            live = [state for state in states if not state.ended]
            after = [state for state in states if state.ended]
            for state in live:
                after += self.statement(node, state, _After(nodes, index))
            states = after
            if len(states) > MAX_PATHS:
                raise TooMuch
            if not any(not state.ended for state in states):
                break
        return states

    def statement(self, node: Node, state: State, following: Iterable[Node] = ()) -> list[State]:
        """Every state after one statement."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooMuch
        self.state = state
        handler = getattr(self, f"_{node.type}", None)
        if handler is not None:
            found: list[State] = handler(node, state)
            return found
        if node.type == "command":
            return self.command(node, state, following)
        if node.type in {"program", "compound_statement", "do_group", "pipeline", "else_clause",
                         "negated_command", "ERROR"}:  # fmt: skip
            return self.block(node.children, [state])
        return [state]

    def command(self, node: Node, state: State, following: Iterable[Node]) -> list[State]:
        """Every state after a simple command; ``following`` stands after it in its block."""
        raise NotImplementedError

    def _redirected_statement(self, node: Node, state: State) -> list[State]:
        body = node.child_by_field_name("body")
        return [state] if body is None else self.statement(body, state)

    def _subshell(self, node: Node, state: State) -> list[State]:
        kept = dict(state.variables)
        states = self.block(node.children, [state])
        for after in states:
            after.variables = dict(kept)
            after.ended = ""
        return states

    def _function_definition(self, node: Node, state: State) -> list[State]:
        name = node.child_by_field_name("name")
        if name is not None:
            self.functions[self.script.text_of(name)] = node
        return [state]

    def choose(
        self,
        verdict: bool | Condition,
        state: State,
        then: Callable[[State], list[State]],
        otherwise: Callable[[State], list[State]],
    ) -> list[State]:
        """Follow the branch that is taken, or both."""
        if isinstance(verdict, Condition):
            known = state.known(verdict)
            verdict = verdict if known is None else known
        if verdict is True:
            return then(state)
        if verdict is False:
            return otherwise(state)
        assert isinstance(verdict, Condition)
        # Both branches copy the variables, and joining them compares these.
        self.spend(4 * len(state.variables) + len(state.decisions))
        yes = then(state.assuming(verdict))
        no = otherwise(state.assuming(verdict.inverted()))
        # A path that ends without a container is a check of the script's.
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

    def inner_runs(self, node: Node, states: list[State]) -> list[State]:
        """Follow command substitutions that start containers: ``id=$(docker run -d …)``."""
        for inner in descendants(node, "command_substitution"):
            if self.holds_run(inner):
                states = self.block(inner.children, states)
        return states

    def holds_run(self, node: Node) -> bool:
        """Whether the text of a node starts a container, as far as it can be seen."""
        return any(True for _ in self.run_nodes(node))

    def run_nodes(self, node: Node) -> Iterator[Node]:
        """Commands that plainly start a container, or call a function that does."""
        return self.runs_between(node.start_byte, node.end_byte)

    def runs_between(self, start: int, end: int) -> Iterator[Node]:
        """Those between two places, in bytes."""
        if self._run_nodes is None:
            every = descendants(self.script.root, "command")
            self._run_nodes = [command for command in every if self._is_run(command)]
            self._run_starts = [command.start_byte for command in self._run_nodes]
        at = bisect_left(self._run_starts, start)
        while at < len(self._run_nodes) and self._run_starts[at] < end:
            if self._run_nodes[at].end_byte <= end:
                yield self._run_nodes[at]
            at += 1

    def _is_run(self, command: Node) -> bool:
        words = self.script.text_of(command).split()
        if words and words[0] in {"echo", "printf"}:
            return False
        for index, word in enumerate(words[:-1]):
            base = word.rsplit("/", 1)[-1].strip("\"'")
            if base in ENGINES and verb_of(base, words[index + 1 :]) is not None:
                return True
        return False
