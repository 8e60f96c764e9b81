"""Evaluate a script's conditions: true, false, or known only on the host."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Union

from coder_gen.expression import Ref
from coder_gen.importing.shell.context import ShellContext
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.words.reader import Expansion, Reader
from coder_gen.importing.shell.words.values import Condition, Pieces, Word, literal
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

Verdict = Union[bool, Condition]  # noqa: UP007 - also evaluated at run time

_TESTS_ALONE = [["test"], ["["], ["true"], ["false"], ["grep"], ["which"], ["type"], ["hash"]]


def test(context: ShellContext, node: Node, state: State) -> Verdict:
    """Evaluate a condition.

    A node type without a handler is a condition known only on the host, kept as its text.
    """
    text = context.script.text_of(node)
    if context.tables.arithmetic is not None and text.startswith("(("):
        return context.tables.arithmetic
    handler = CONDITIONS.get(node.type)
    verdict = handler(context, node, state) if handler is not None else None
    return _question(context, node) if verdict is None else verdict


def is_test(context: ShellContext, node: Node) -> bool:
    """Whether a command is run only for its exit status."""
    place = (node.start_byte, node.end_byte, node.type)
    if place not in context.pure_tests:
        handler = PURE_TESTS.get(node.type, _is_arithmetic)
        context.pure_tests[place] = handler(context, node)
    return context.pure_tests[place]


def _question(context: ShellContext, node: Node) -> Condition:
    """A condition that is known only on the host, kept as its text."""
    return Condition(
        "other", (context.script.text_of(node),), "", False, context.script.span_of(node)
    )


def _brackets(context: ShellContext, node: Node, state: State) -> Verdict | None:
    """``[ … ]`` and ``[[ … ]]``; ``((…))`` is known only on the host."""
    script = context.script
    text = script.text_of(node)
    if text.startswith("(("):
        return None
    width = 2 if text.startswith("[[") else 1
    reader = context.reader(state)
    words = reader.fields(script.start(node) + width, script.end(node) - width)
    return _expression(words, script.span_of(node), text, reader)


def _redirected(context: ShellContext, node: Node, state: State) -> Verdict | None:
    body = node.child_by_field_name("body")
    return test(context, body, state) if body is not None else None


def _negated(context: ShellContext, node: Node, state: State) -> Verdict:
    return _inverted(test(context, node.named_children[-1], state))


def _list(context: ShellContext, node: Node, state: State) -> Verdict:
    left = test(context, node.children[0], state)
    right = test(context, node.children[-1], state)
    text = context.script.text_of(node)
    return _both_tests(node.children[1].type, left, right, context.script.span_of(node), text)


def _command(context: ShellContext, node: Node, state: State) -> Verdict | None:
    script = context.script
    reader = context.reader(state)
    words = reader.fields(script.start(node), script.end(node))
    name = literal(words[0].pieces) if words else ""
    if name == "test":
        return _expression(words[1:], script.span_of(node), script.text_of(node), reader)
    if name in {"true", ":"}:
        return True
    if name == "false":
        return False
    if name in context.functions:
        context.called.add(name)
    return None


# By node type; a handler returns None if the condition is known only on the host.
CONDITIONS: Mapping[str, Callable[[ShellContext, Node, State], Verdict | None]] = {
    "command": _command,
    "list": _list,
    "negated_command": _negated,
    "redirected_statement": _redirected,
    "test_command": _brackets,
}


def _is_list_of_tests(context: ShellContext, node: Node) -> bool:
    return all(is_test(context, child) for child in node.named_children)


def _is_redirected_test(context: ShellContext, node: Node) -> bool:
    body = node.child_by_field_name("body")
    return body is not None and is_test(context, body)


def _is_command_that_tests(context: ShellContext, node: Node) -> bool:
    name = node.child_by_field_name("name")
    # The parser's error recovery inserts empty commands.
    words = context.script.text_of(node).split()
    return name is not None and (words[:1] in _TESTS_ALONE or words[:2] == ["command", "-v"])


def _is_arithmetic(context: ShellContext, node: Node) -> bool:
    return context.script.text.startswith("((", context.script.start(node))


def _always(context: ShellContext, node: Node) -> bool:
    return True


# By node type: whether it is run only for its exit status; any other type only if ((…)).
PURE_TESTS: Mapping[str, Callable[[ShellContext, Node], bool]] = {
    "command": _is_command_that_tests,
    "list": _is_list_of_tests,
    "negated_command": _always,
    "redirected_statement": _is_redirected_test,
    "test_command": _always,
}


def _inverted(verdict: Verdict) -> Verdict:
    return (not verdict) if isinstance(verdict, bool) else verdict.inverted()


def _expression(words: list[Word], span: Span, text: str, reader: Reader) -> Verdict:
    """The words of ``[ … ]``."""
    texts = [literal(word.pieces) for word in words]
    for operator in ("||", "-o", "&&", "-a"):
        if operator in texts[1:-1]:
            at = texts.index(operator, 1)
            left = _expression(words[:at], span, text, reader)
            right = _expression(words[at + 1 :], span, text, reader)
            kind = "||" if operator in {"||", "-o"} else "&&"
            return _both_tests(kind, left, right, span, text)
    if texts[:1] == ["!"]:
        return _inverted(_expression(words[1:], span, text, reader))
    if texts == ["-n"] or texts == ["-z"]:
        return texts == ["-z"]
    if len(words) == 3 and texts[1] in {"=", "==", "!="}:
        return _equal(words[0], words[2], texts[1] == "!=", span)
    if len(words) == 2 and texts[0] is not None and texts[0].startswith("-"):
        subject = tuple(piece for piece in words[1].pieces if piece != "")
        if texts[0] in {"-n", "-z"}:
            return _is_set(subject, texts[0] == "-z", span)
        if texts[0] == "-v" and texts[1]:
            held = reader.scope.expand(Expansion(texts[1], "", "", "", 0, 0, span), reader)
            if isinstance(held, tuple):
                return _is_set(held, False, span)
        if texts[0] == "-t":
            # The generated launchers check for a terminal themselves.
            return True
        if texts[0][1:] in set("defrswxSLhcbp") and len(texts[0]) == 2:
            return Condition("exists", subject, "", False, span)
    if len(words) == 1:
        return _is_set(tuple(p for p in words[0].pieces if p != ""), False, span)
    return Condition("other", (text,), "", False, span)


def _is_set(subject: Pieces, negated: bool, span: Span) -> Verdict:
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
        # `${X+set}` tests whether X is set; the others test whether it is not empty.
        value = "+" if first.operator == "+" else ""
        subject = (first._replace(operator="", operand=()),)
        return Condition("set", subject, value, negated, span)
    return Condition("set", subject, "", negated, span)


def _equal(left: Word, right: Word, negated: bool, span: Span) -> Verdict:
    one, two = literal(left.pieces), literal(right.pieces)
    if one is None and two is not None:
        subject, value = left.pieces, two
    elif one is not None and two is None:
        subject, value = right.pieces, one
    elif one is not None and two is not None:
        return (fnmatch.fnmatchcase(one, two) if not right.quoted else one == two) != negated
    else:
        return Condition("other", (span.text,), "", negated, span)
    # An idiom of old shells: [ "x$1" = "x--shell" ].
    if str(subject[0]) == "x" and value.startswith("x"):
        subject, value = subject[1:], value[1:]
    subject = tuple(piece for piece in subject if piece != "")
    if value == "":
        return _is_set(subject, not negated, span)
    return Condition("equals", subject, value, negated, span)


def _both_tests(operator: str, left: Verdict, right: Verdict, span: Span, text: str) -> Verdict:
    decisive = operator == "||"
    for one, other in ((left, right), (right, left)):
        if one is decisive:
            return decisive
        if isinstance(one, bool):
            return other
    return Condition("other", (text,), "", False, span)
