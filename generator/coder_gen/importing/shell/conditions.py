"""What a script's conditions come to: true, false, or a question to the host."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from coder_gen.expression import Ref
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.variables import Values
from coder_gen.importing.shell.words.reader import Expansion
from coder_gen.importing.shell.words.values import (
    Condition,
    Pieces,
    Word,
    literal,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node


_TESTS_ALONE = [["test"], ["["], ["true"], ["false"], ["grep"], ["which"], ["type"], ["hash"]]


class Conditions(Values):
    """Reads tests: ``[ … ]``, ``[[ … ]]``, ``test`` and commands that stand in for one."""

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.functions: dict[str, Node] = {}
        self.called: set[str] = set()
        self._tests: dict[tuple[int, int, str], bool] = {}

    def is_test(self, node: Node) -> bool:
        """Whether a command is there for its exit status alone."""
        place = (node.start_byte, node.end_byte, node.type)
        if place not in self._tests:
            self._tests[place] = self._is_test(node)
        return self._tests[place]

    def _is_test(self, node: Node) -> bool:
        if node.type == "negated_command":
            return True
        if node.type == "list":
            return all(self.is_test(child) for child in node.named_children)
        if node.type == "redirected_statement":
            body = node.child_by_field_name("body")
            return body is not None and self.is_test(body)
        if node.type == "command":
            name = node.child_by_field_name("name")
            # The parser mends what it cannot read with commands of no characters.
            words = self.script.text_of(node).split()
            return name is not None and (
                words[:1] in _TESTS_ALONE or words[:2] == ["command", "-v"]
            )
        return node.type == "test_command" or self.script.text.startswith(
            "((", self.script.start(node)
        )

    def test(self, node: Node, state: State) -> bool | Condition:
        """What a condition comes to."""
        self.state = state
        span = self.script.span_of(node)
        text = self.script.text_of(node)
        if node.type == "test_command":
            start, end = self.script.start(node), self.script.end(node)
            width = 2 if text.startswith(("[[", "((")) else 1
            if not text.startswith("(("):
                return self._expression(self.reader.fields(start + width, end - width), span, text)
        elif node.type == "redirected_statement":
            body = node.child_by_field_name("body")
            if body is not None:
                return self.test(body, state)
        elif node.type == "negated_command":
            inner = self.test(node.named_children[-1], state)
            return (not inner) if isinstance(inner, bool) else inner.inverted()
        elif node.type == "list":
            left = self.test(node.children[0], state)
            right = self.test(node.children[-1], state)
            return _both_tests(node.children[1].type, left, right, span, text)
        elif node.type == "command":
            words = self.reader.fields(self.script.start(node), self.script.end(node))
            name = literal(words[0].pieces) if words else ""
            if name == "test":
                return self._expression(words[1:], span, text)
            if name in {"true", ":"}:
                return True
            if name == "false":
                return False
            if name in self.functions:
                self.called.add(name)
        return Condition("other", (text,), "", False, span)

    def _expression(self, words: list[Word], span: Span, text: str) -> bool | Condition:
        """The words of ``[ … ]``."""
        texts = [literal(word.pieces) for word in words]
        for operator in ("||", "-o", "&&", "-a"):
            if operator in texts[1:-1]:
                at = texts.index(operator, 1)
                left = self._expression(words[:at], span, text)
                right = self._expression(words[at + 1 :], span, text)
                kind = "||" if operator in {"||", "-o"} else "&&"
                return _both_tests(kind, left, right, span, text)
        if texts[:1] == ["!"]:
            inner = self._expression(words[1:], span, text)
            return (not inner) if isinstance(inner, bool) else inner.inverted()
        if texts == ["-n"] or texts == ["-z"]:
            return texts == ["-z"]
        if len(words) == 3 and texts[1] in {"=", "==", "!="}:
            return self._equal(words[0], words[2], texts[1] == "!=", span)
        if len(words) == 2 and texts[0] is not None and texts[0].startswith("-"):
            subject = tuple(piece for piece in words[1].pieces if piece != "")
            if texts[0] in {"-n", "-z"}:
                return self._is_set(subject, texts[0] == "-z", span)
            if texts[0] == "-v" and texts[1]:
                held = self.expand(Expansion(texts[1], "", "", "", 0, 0, span), self.reader)
                if isinstance(held, tuple):
                    return self._is_set(held, False, span)
            if texts[0] == "-t":
                # The launchers look for a terminal themselves.
                return True
            if texts[0][1:] in set("defrswxSLhcbp") and len(texts[0]) == 2:
                return Condition("exists", subject, "", False, span)
        if len(words) == 1:
            return self._is_set(tuple(p for p in words[0].pieces if p != ""), False, span)
        return Condition("other", (text,), "", False, span)

    def _is_set(self, subject: Pieces, negated: bool, span: Span) -> bool | Condition:
        text = literal(subject)
        if text is not None:
            return (text == "") == negated
        if any(isinstance(piece, str) and piece for piece in subject):
            return not negated
        first = subject[0]
        if len(subject) == 1 and isinstance(first, Ref) and first.operator == ":-":
            if literal(first.operand):
                return not negated
            subject = (first._replace(operator="", operand=()),)
        elif len(subject) == 1 and isinstance(first, Ref) and first.operator in {"-", "+", ":+"}:
            # `${X+set}` asks whether X is set at all; the others whether it is not empty.
            value = "+" if first.operator == "+" else ""
            subject = (first._replace(operator="", operand=()),)
            return Condition("set", subject, value, negated, span)
        return Condition("set", subject, "", negated, span)

    def _equal(self, left: Word, right: Word, negated: bool, span: Span) -> bool | Condition:
        one, two = literal(left.pieces), literal(right.pieces)
        if one is None and two is not None:
            subject, value = left.pieces, two
        elif one is not None and two is None:
            subject, value = right.pieces, one
        elif one is not None and two is not None:
            return (fnmatch.fnmatchcase(one, two) if not right.quoted else one == two) != negated
        else:
            return Condition("other", (span.text,), "", negated, span)
        # The idiom of old shells: [ "x$1" = "x--shell" ].
        if str(subject[0]) == "x" and value.startswith("x"):
            subject, value = subject[1:], value[1:]
        subject = tuple(piece for piece in subject if piece != "")
        if value == "":
            return self._is_set(subject, not negated, span)
        return Condition("equals", subject, value, negated, span)


def _both_tests(
    operator: str, left: bool | Condition, right: bool | Condition, span: Span, text: str
) -> bool | Condition:
    decisive = operator == "||"
    for one, other in ((left, right), (right, left)):
        if one is decisive:
            return decisive
        if isinstance(one, bool):
            return other
    return Condition("other", (text,), "", False, span)
