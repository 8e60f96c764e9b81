"""The shared context of the interpreter's functions: the tree, the tables and the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Union

from coder_gen.importing.shell.engine_command import ContainerStarts
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.syntax.tree import continuations, descendants
from coder_gen.importing.shell.variables import OfferedNames, Variables
from coder_gen.importing.shell.words.reader import Reader
from coder_gen.importing.shell.words.values import Pieces, Word
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_STEPS = 50_000
# The limit for all copied values together, in words, pieces and names.
MAX_COPIED = 5_000_000


class TooMuch(Exception):
    """The script has more or longer paths than the limits allow."""


class SimpleCommand(NamedTuple):
    """A command of words (POSIX: simple command), and the assignments before it."""

    node: Node
    words: list[Word]
    prefix: list[tuple[str, Pieces, Span]]


# Gives every state after a statement; tables have one for each node type of the grammar.
StatementHandler = Callable[["ShellContext", "Node", State], list[State]]
# Gives every state after a command; None if the handler does not apply.
CommandHandler = Callable[["ShellContext", SimpleCommand, State], Union["list[State]", None]]


class Tables(NamedTuple):
    """The handlers and values with which a script is read."""

    statements: Mapping[str, StatementHandler]
    commands: Mapping[str, CommandHandler]
    # Variables with a fixed value, even if the script assigns another.
    fixed: Mapping[str, Callable[[Span], Pieces]] = {}
    # The value of `((…))` as a test, if it is known.
    arithmetic: bool | None = None


class ShellContext:
    """The context of one script. The data of each path through it is in a State."""

    def __init__(self, script: Script, reporter: Reporter, tables: Tables) -> None:
        self.script = script
        self.reporter = reporter
        self.tables = tables
        self.starts = ContainerStarts(script)
        self.functions: dict[str, Node] = {}
        # The functions that are called, and the calls being followed.
        self.called: set[str] = set()
        self.calls: list[str] = []
        # Followed commands that start a container, by their first byte.
        self.visited: set[int] = set()
        # Variables set by the script's options, which stay variables.
        self.folded: frozenset[str] = frozenset()
        # Whether a node is a pure test, by its span and type.
        self.pure_tests: dict[tuple[int, int, str], bool] = {}
        # How a generated launcher passes on the display.
        self.x11 = ""
        self._names = OfferedNames(script.text)
        self._steps = 0
        self._copied = 0

    def reader(self, state: State) -> Reader:
        """A reader of words with the variables of a path."""
        return Reader(self.script, Variables(state, self._names))

    def value_of(self, node: Node, state: State) -> Pieces:
        """The value of a node where the shell does not split words."""
        return self.reader(state).scalar(self.script.start(node), self.script.end(node))

    def step(self) -> None:
        """Count a statement; raise TooMuch beyond the limit."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooMuch

    def spend(self, size: int) -> None:
        """Count copied values; raise TooMuch beyond the limit."""
        self._copied += size
        if self._copied > MAX_COPIED:
            raise TooMuch

    def assigned(self) -> frozenset[str]:
        """The names that the script assigns anywhere."""
        return frozenset(
            self.script.text_of(name)
            for node in descendants(self.script.root, "variable_assignment")
            if (name := node.child_by_field_name("name")) is not None
        )

    @cached_property
    def continued(self) -> Mapping[int, list[Node]]:
        """Lines that seem to continue a command after a comment, by the command's first byte."""
        return continuations(self.script)
