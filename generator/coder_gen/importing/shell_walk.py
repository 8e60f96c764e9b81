"""Follows a script's paths, without running anything, to the commands that start containers.

Where a condition is not known, both branches are followed: they are joined again where they only
add words, and stay apart where they are variants that become modes.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Ref
from coder_gen.importing.shell_conditions import Conditions
from coder_gen.importing.shell_engines import ENGINES, engine_of, engine_or_text, verb_of
from coder_gen.importing.shell_state import Found, State, join, normal, uncertain
from coder_gen.importing.shell_text import Script
from coder_gen.importing.shell_tree import after as after_token
from coder_gen.importing.shell_tree import between, descendants
from coder_gen.importing.shell_values import (
    Argument,
    Condition,
    Conditional,
    Pieces,
    Unknown,
    Word,
    literal,
    shown,
    split,
)
from coder_gen.source.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_PATHS = 64
MAX_STEPS = 50_000
MAX_CALLS = 16
MAX_UNROLLED = 200
MAX_PIECES = 10_000
_GRANT = re.compile(r"""(?:\S*/)?xhost\s+["']?[^-"'\s]""")


class TooMuch(Exception):
    """The script has more paths, or longer ones, than anyone could read."""


class Walker(Conditions):
    """Follows one script; ``finish`` states hold what was found."""

    def __init__(self, script: Script, reporter: Reporter) -> None:
        super().__init__(script)
        self.reporter = reporter
        self.visited: set[int] = set()
        self.calls: list[str] = []
        self.steps = 0
        # Variables that options of the script set: they stay variables.
        self.folded: frozenset[str] = frozenset()

    def assigned(self) -> frozenset[str]:
        """The names that the script gives a value anywhere."""
        return frozenset(
            self.script.text_of(name)
            for node in descendants(self.script.root, "variable_assignment")
            if (name := node.child_by_field_name("name")) is not None
        )

    # Statements.

    def block(self, nodes: Sequence[Node], states: list[State]) -> list[State]:
        """Every state after the statements."""
        nodes = [node for node in nodes if node.is_named]
        for index, node in enumerate(nodes):
            if node.type == "comment":
                continue
            live = [state for state in states if not state.ended]
            after = [state for state in states if state.ended]
            for state in live:
                after += self.statement(node, state, nodes[index + 1 :])
            states = after
            if len(states) > MAX_PATHS:
                raise TooMuch
            if not any(not state.ended for state in states):
                break
        return states

    def statement(self, node: Node, state: State, following: Sequence[Node] = ()) -> list[State]:
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

    def _variable_assignment(self, node: Node, state: State) -> list[State]:
        states = self.inner_runs(node, [state])
        for each in states:
            self.assign(node, each)
        return states

    def _variable_assignments(self, node: Node, state: State) -> list[State]:
        return self.block(node.children, [state])

    def _declaration_command(self, node: Node, state: State) -> list[State]:
        keyword = self.script.text_of(node.children[0])
        words = [self.script.text_of(child) for child in node.named_children]
        exports = keyword == "export" or (keyword in {"declare", "typeset"} and "-x" in words)
        for child in node.named_children:
            if child.type == "variable_assignment":
                self.inner_runs(child, [state])
                self.assign(child, state)
                name = child.child_by_field_name("name")
            elif child.type == "variable_name":
                name = child
            else:
                continue
            if exports and name is not None:
                state.exported[self.script.text_of(name)] = self.script.span_of(child)
        return [state]

    def _unset_command(self, node: Node, state: State) -> list[State]:
        for child in node.named_children:
            state.variables[self.script.text_of(child)] = ()
        return [state]

    def assign(self, node: Node, state: State) -> None:
        """``NAME=value``, ``NAME+=value``, ``NAME=(…)``."""
        self.state = state
        target = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        if target is None:
            return
        name = self.script.text_of(target)
        adds = any(child.type == "+=" for child in node.children)
        if target.type == "subscript":
            span = self.script.span_of(node)
            state.variables[name.partition("[")[0]] = (Unknown("an array element", span),)
            return
        before = state.variables.get(name)
        if value is not None and value.type == "array":
            made: list[Word] = []
            for child in value.named_children:
                if child.type != "comment":
                    made += self.reader.fields(self.script.start(child), self.script.end(child))
            if adds and before is not None:
                made = [
                    *(before if isinstance(before, list) else [_word(before, node, self)]),
                    *made,
                ]
            state.variables[name] = made
            _bounded(made)
            return
        pieces: Pieces = ()
        if value is not None:
            pieces = self.reader.scalar(self.script.start(value), self.script.end(value))
        if adds and isinstance(before, list):
            state.variables[name] = [*before, _word(pieces, node, self)]
        elif adds and before is not None:
            state.variables[name] = (*before, *_unquoted(pieces))
        elif before is None and self._adds_to_itself(name, pieces):
            self.reporter.warning(
                "W527",
                f"what {name} may hold in the environment before the script is left out",
                self.script.span_of(node),
                f"set {name} to nothing before adding to it",
            )
            state.variables[name] = _named(name, tuple(p for p in pieces if p != "")[1:])
        else:
            state.variables[name] = _named(name, pieces)
        _bounded(state.variables[name])

    @staticmethod
    def _adds_to_itself(name: str, pieces: Pieces) -> bool:
        first, *rest = [piece for piece in pieces if piece != ""] or [""]
        return (
            isinstance(first, Ref)
            and first.name == name
            and literal(first.operand) == ""
            and isinstance(next(iter(rest), None), str)
            and str(rest[0])[:1].isspace()
        )

    # Branches.

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

    # Loops.

    def _while_statement(self, node: Node, state: State) -> list[State]:
        tests = node.children_by_field_name("condition")
        text = " ".join(self.script.text_of(test) for test in tests)
        body = node.child_by_field_name("body")
        if body is None:
            return [state]
        getopts = re.search(r"\bgetopts\s+\S+\s+(\w+)", text)
        if (
            getopts
            or re.search(r"\$(#|\{#\}|1|\{1)|\$@", text)
            or "$1" in self.script.text_of(body)
        ):
            name = getopts[1] if getopts else ""
            return self._argument_loop(name, body, state)
        return self._once(body, state, self.script.span_of(node))

    _until_statement = _while_statement

    def _c_style_for_statement(self, node: Node, state: State) -> list[State]:
        body = node.child_by_field_name("body")
        if body is None:
            return [state]
        return self._once(body, state, self.script.span_of(node))

    def _for_statement(self, node: Node, state: State) -> list[State]:
        variable = node.child_by_field_name("variable")
        body = node.child_by_field_name("body")
        if variable is None or body is None:
            return [state]
        name = self.script.text_of(variable)
        values = node.children_by_field_name("value")
        words: list[Word] = []
        for value in values:
            words += self.reader.fields(self.script.start(value), self.script.end(value))
        mine = state.positional is None
        if (not values and mine) or any(_is_all_arguments(word) for word in words):
            return self._argument_loop(name, body, state)
        if not values:
            words = list(state.positional or ())
        if len(words) > MAX_UNROLLED:
            raise TooMuch
        states = [state]
        for word in words:
            pieces = word.pieces
            text = "".join(piece for piece in pieces if isinstance(piece, str))
            if not word.quoted and any(char in text for char in "*?["):
                pieces = (Unknown("a loop over the files of the host", word.span),)
            after: list[State] = []
            for each in states:
                if each.ended:
                    after.append(each)
                    continue
                each.variables[name] = pieces
                if word.conditions:
                    condition = word.conditions[0]
                    after += self.choose(
                        condition, each, lambda s: self.statement(body, s), lambda s: [s]
                    )
                else:
                    after += self.statement(body, each)
            for each in after:
                if each.ended == "continue":
                    each.ended = ""
            states = after
        for each in states:
            if each.ended == "break":
                each.ended = ""
        return states

    def _once(self, body: Node, state: State, span: Span) -> list[State]:
        """A loop whose rounds are not known: what it adds is unknown."""
        states = self.statement(body, state.copy())
        for each in states:
            for name, value in each.variables.items():
                if value != state.variables.get(name):
                    each.variables[name] = (Unknown("a loop", span, name),)
            if each.ended in {"break", "continue"}:
                each.ended = ""
        return [each for each in states if each.ended != "exit" or each.found] or [state]

    def _argument_loop(self, name: str, body: Node, state: State) -> list[State]:
        """The loop that reads the script's options: no round, or one for each option."""
        first = state.copy()
        span = self.script.span_of(body)
        if name:
            first.variables[name] = (Argument(1, (), span),)
            first.variables["OPTARG"] = (Argument(2, (), span),)
        folded: dict[str, Pieces] = {}
        options: list[State] = []
        for each in self.statement(body, first):
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
                        self.reporter.warning(
                            "W521",
                            f"options of the script that it passes on in {key} are left out",
                            span,
                            "pass arguments after -- to the launcher that the spec makes",
                        )
                    elif not (len(before) == 1 and isinstance(before[0], Ref)):
                        self.folded |= {key}
                        folded[key] = (Ref(key, ":-" if before else "", before, span),)  # type: ignore[arg-type]
            elif changed or each.found != state.found:
                options.append(each)
        states = [state, *options]
        for each in states:
            for key, value in folded.items():
                if each.variables.get(key, ()) == state.variables.get(key, ()) or each is state:
                    each.variables[key] = value
        return states

    # Commands.

    def inner_runs(self, node: Node, states: list[State]) -> list[State]:
        """Follow command substitutions that start containers: ``id=$(docker run -d …)``."""
        for inner in descendants(node, "command_substitution"):
            if self.holds_run(inner):
                states = self.block(inner.children, states)
        return states

    def holds_run(self, node: Node) -> bool:
        """Whether the text of a node starts a container, as far as it can be seen."""
        return any(True for _ in self.run_nodes(node))

    def run_nodes(self, node: Node) -> Iterable[Node]:
        """Commands that plainly start a container, or call a function that does."""
        for command in descendants(node, "command"):
            words = self.script.text_of(command).split()
            if words and words[0] in {"echo", "printf"}:
                continue
            for index, word in enumerate(words[:-1]):
                base = word.rsplit("/", 1)[-1].strip("\"'")
                if base in ENGINES and verb_of(base, words[index + 1 :]) is not None:
                    yield command
                    break

    def command(self, node: Node, state: State, following: Sequence[Node]) -> list[State]:
        """A simple command: a container's start, a call, or something that does not matter."""
        states = self.inner_runs(node, [state])
        done: list[State] = []
        for each in states:
            done += self.one_command(node, each, following)
        return done

    def one_command(self, node: Node, state: State, following: Sequence[Node]) -> list[State]:
        self.state = state
        prefix: list[tuple[str, Pieces, Span]] = []
        words: list[Word] = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                name, _, _ = self.script.text_of(child).partition("=")
                value = child.child_by_field_name("value")
                pieces = (
                    self.reader.scalar(self.script.start(value), self.script.end(value))
                    if value is not None
                    else ()
                )
                prefix.append((name, pieces, self.script.span_of(child)))
            elif child.type not in {
                "file_redirect",
                "heredoc_redirect",
                "herestring_redirect",
                "comment",
            }:
                words += self.reader.fields(self.script.start(child), self.script.end(child))
        return self._simple(node, words, prefix, state, following)

    def _simple(
        self,
        node: Node,
        words: list[Word],
        prefix: list[tuple[str, Pieces, Span]],
        state: State,
        following: Sequence[Node],
    ) -> list[State]:
        name = engine_or_text(words[0]) if words else ""
        if name == "eval" and len(words) > 1:
            words = [w for word in words[1:] for w in split(_unquoted(word.pieces), word.span)]
            for word in words:
                if any(isinstance(p, str) and ("'" in p or '"' in p) for p in word.pieces):
                    self.reporter.error(
                        "E522",
                        "quotes inside a text that eval reads again are not understood",
                        word.span,
                        "write the command line out",
                    )
            name = engine_or_text(words[0]) if words else ""
        found = engine_of(words, prefix, self.reporter)
        if found is not None:
            engine, verb, rest = found
            rest = [*rest, *self.continued(node, following)]
            self.visited.add(node.start_byte)
            exported = [
                (key, value, span)
                for key, span in state.exported.items()
                if isinstance(value := state.variables.get(key), tuple)
            ]
            state.found = (
                *state.found,
                Found(engine, verb, tuple(rest), self.script.span_of(node), state.decisions,
                      self.calls[-1] if self.calls else "", (*exported, *prefix)),
            )  # fmt: skip
            if words and name == "exec":
                state.ended = "exit"
            return [state]
        if name in {"exit", "return", "break", "continue"}:
            state.ended = name
        elif name == "exec" and len(words) > 1:
            state.ended = "exit"
        elif name == "shift":
            count = literal(words[1].pieces) if len(words) > 1 else "1"
            number = int(count) if count and count.isdigit() else 1
            if state.positional is not None:
                state.positional = state.positional[number:]
            else:
                state.shifted += number
        elif name == "set" and any(literal(word.pieces) == "--" for word in words):
            at = [literal(word.pieces) for word in words].index("--")
            state.positional = tuple(words[at + 1 :])
        elif name in {"read", "mapfile", "readarray"}:
            for word in words[1:]:
                variable = literal(word.pieces)
                if variable and re.fullmatch(r"[A-Za-z_]\w*", variable):
                    unknown = Unknown("what the script reads from its input", word.span, variable)
                    state.variables[variable] = (unknown,)
        elif name == "xhost":
            if any(not shown(word.pieces).startswith("-") for word in words[1:]):
                state.grants = (*state.grants, self.script.span_of(node))
        elif not words:
            for key, value, _ in prefix:
                state.variables[key] = _named(key, value)
        elif name in self.functions:
            return self.call(name, words[1:], state)
        return [state]

    def continued(self, node: Node, following: Sequence[Node]) -> list[Word]:
        """Options after a comment between continued lines: bash ends the command there."""
        words: list[Word] = []
        between = False
        for other in following:
            if other.type == "comment":
                between = True
                continue
            text = self.script.text_of(other)
            if not between or other.type != "command" or not text.startswith("-"):
                break
            before = self.script.text[: self.script.end(node)].rstrip()
            rest = self.script.text[len(before) : self.script.end(node) + 2]
            self.reporter.warning(
                "W522",
                "bash ends the command at the comment above; this line is read as part of it",
                self.script.span_of(other),
                "move the comment above the command" if rest else None,
            )
            words += self.reader.fields(self.script.start(other), self.script.end(other))
        return words

    def call(self, name: str, arguments: list[Word], state: State) -> list[State]:
        """A call of one of the script's functions."""
        self.called.add(name)
        if len(self.calls) >= MAX_CALLS:
            return [state]
        body = self.functions[name].child_by_field_name("body")
        if body is None:
            return [state]
        kept, shifted = state.positional, state.shifted
        state.positional, state.shifted = tuple(arguments), 0
        self.calls.append(name)
        try:
            states = self.statement(body, state)
        finally:
            self.calls.pop()
        for each in states:
            each.positional, each.shifted = kept, shifted
            if each.ended == "return":
                each.ended = ""
        return states


def _bounded(value: Pieces | list[Word]) -> None:
    """Raise TooMuch where a value has grown out of measure, as `x=$x$x` does in rounds."""
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


def _named(name: str, pieces: Pieces) -> Pieces:
    """The value of an assignment: what is not known gets the variable's name."""
    pieces = tuple(piece for piece in _unquoted(pieces) if piece != "")
    nameless = [p for p in pieces if isinstance(p, Unknown) and not p.name]
    if nameless:
        return (nameless[0]._replace(name=name),)
    return tuple(
        p._replace(name=name) if isinstance(p, Argument) and not p.name else p for p in pieces
    )


def _word(pieces: Pieces, node: Node, walker: Walker) -> Word:
    return Word(pieces, walker.script.span_of(node))


def _unquoted(pieces: Pieces) -> Pieces:
    return tuple(
        str(piece)
        if isinstance(piece, str)
        else piece._replace(operand=_unquoted(piece.operand))  # type: ignore[arg-type]
        if isinstance(piece, Ref)
        else piece
        for piece in pieces
    )


def _is_all_arguments(word: Word) -> bool:
    return any(isinstance(piece, Argument) and piece.number == 0 for piece in word.pieces)
