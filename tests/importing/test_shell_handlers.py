"""Every type of node that bash's grammar has is read by a handler or by who reads what holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from tree_sitter import Language, Node
from tree_sitter_bash import language

from coder_gen.importing.shell import conditions
from coder_gen.importing.shell import runs as runs_module
from coder_gen.importing.shell.commands import REDIRECTIONS_AND_COMMENTS
from coder_gen.importing.shell.conditions import CONDITIONS, PURE_TESTS
from coder_gen.importing.shell.context import ShellContext
from coder_gen.importing.shell.handlers import ANY_SCRIPT, HANDLERS
from coder_gen.importing.shell.runs import runs
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.words.values import Condition
from coder_gen.text.diagnostics import Reporter

GRAMMAR = Language(language())
# The state of the parser before it has read anything; 0 is for mending errors.
START_STATE = 1

# Types that are no statement, by who reads them.
READ_BY_OTHERS = {
    "the handler of the statement": [
        "case_item", "comment", "elif_clause", "variable_name",
    ],
    "the reader of words, character by character": [
        "ansi_c_string", "arithmetic_expansion", "array", "brace_expression", "command_name",
        "command_substitution", "concatenation", "expansion", "extglob_pattern", "number",
        "process_substitution", "raw_string", "regex", "simple_expansion", "special_variable_name",
        "string", "string_content", "subscript", "test_operator", "translated_string", "word",
    ],
    "arithmetic, which starts no container": [
        "binary_expression", "parenthesized_expression", "postfix_expression",
        "ternary_expression", "unary_expression",
    ],
    "nobody: where a command reads and writes makes no other container": [
        "file_descriptor", "file_redirect", "heredoc_body", "heredoc_content", "heredoc_end",
        "heredoc_redirect", "heredoc_start", "herestring_redirect",
    ],
}  # fmt: skip

START = "docker run i"
# For each type of statement a script in which one holds a container's start.
STATEMENTS = {
    "ERROR": "{ docker run i",
    "c_style_for_statement": "for ((n = 0; n < 2; n++)); do docker run i; done",
    "case_statement": 'case "$A" in a) docker run i;; esac',
    "command": START,
    "compound_statement": "{ docker run i; }",
    "declaration_command": "export A=$(docker run i)",
    "do_group": "while read -r line; do docker run i; done",
    "else_clause": 'if [ "$A" ]; then :; else docker run i; fi',
    "for_statement": "for a in b; do docker run i; done",
    "function_definition": "f() { docker run i; }\nf",
    "if_statement": 'if [ "$A" ]; then docker run i; fi',
    "list": "mkdir -p a && docker run i",
    "negated_command": "! docker run i",
    "pipeline": "docker run i | tee log",
    "program": START,
    "redirected_statement": "docker run i > log",
    "subshell": "(docker run i)",
    "test_command": '[ "$(docker run i)" ]',
    "unset_command": "unset $(docker run i)",
    "variable_assignment": "a=$(docker run i)",
    "variable_assignments": "a=$(docker run i) b=c",
    "while_statement": "until docker ps; do docker run i; done",
}


def kinds(numbers: Iterable[int]) -> set[str]:
    """The types of nodes, by their numbers in the grammar."""
    return {
        str(GRAMMAR.node_kind_for_id(number))
        for number in numbers
        if GRAMMAR.node_kind_is_named(number) and GRAMMAR.node_kind_is_visible(number)
    }


def every_node(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from every_node(child)


def context(script: str) -> ShellContext:
    return ShellContext(Script(script, "run.sh"), Reporter(), ANY_SCRIPT)


def node_of(kind: str, script: Script) -> Node:
    return next(node for node in every_node(script.root) if node.type == kind)


def is_left_out(script: str) -> bool:
    """Whether no run is found; each that is left out has to be reported."""
    reporter = Reporter()
    found = runs(script, "run.sh", reporter)
    reported = [d.span.line for d in reporter.diagnostics if d.code == "W524" and d.span]
    assert bool(found) != bool(reported), (found, reporter.diagnostics)
    return not found


def test_every_type_of_the_grammar_has_its_reader() -> None:
    """A new version of the grammar may bring more."""
    others = [kind for kinds_ in READ_BY_OTHERS.values() for kind in kinds_]
    assert len(others) == len(set(others))
    # What cannot be parsed has a type that is not the grammar's own.
    assert sorted([*others, *HANDLERS]) == sorted({*kinds(range(GRAMMAR.node_kind_count)), "ERROR"})


def test_what_may_begin_a_statement_is_one_or_a_part_of_a_command() -> None:
    """By the parser's own table: what may stand at the start of a script."""
    first = kinds(number for number, _ in GRAMMAR.lookahead_iterator(START_STATE) or ())
    parts = {kind for kinds_ in READ_BY_OTHERS.values() for kind in kinds_}
    assert {"if_statement", "command", "subshell"} <= first - parts
    assert first - parts <= {*HANDLERS}
    # The others are a clause each, which its statement's handler follows as a block.
    assert {*HANDLERS} - first == {"ERROR", "do_group", "else_clause"}


def test_redirections_are_no_words() -> None:
    assert {kind for kind in REDIRECTIONS_AND_COMMENTS if kind.endswith("_redirect")} == {
        kind for kind in kinds(range(GRAMMAR.node_kind_count)) if kind.endswith("_redirect")
    }


def test_conditions_are_statements() -> None:
    assert CONDITIONS.keys() == PURE_TESTS.keys()
    assert CONDITIONS.keys() <= HANDLERS.keys()


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_no_start_vanishes(kind: str) -> None:
    """A start in a statement of any type is found; in a test, or words to unset, it is reported."""
    node = node_of(kind, Script(STATEMENTS[kind], "run.sh"))
    assert START in node.text.decode()
    assert is_left_out(STATEMENTS[kind]) == (kind in {"test_command", "unset_command"})


@pytest.mark.parametrize("kind", sorted(HANDLERS.keys() - {"program", "else_clause"}))
def test_a_type_without_a_handler_is_reported(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a new version of the grammar brings."""
    without = {name: handler for name, handler in HANDLERS.items() if name != kind}
    monkeypatch.setattr(runs_module, "ANY_SCRIPT", ANY_SCRIPT._replace(statements=without))
    assert is_left_out(STATEMENTS[kind])


@pytest.mark.parametrize("kind", sorted(HANDLERS.keys() - CONDITIONS.keys()))
def test_a_condition_without_a_handler_is_a_question_with_its_text(kind: str) -> None:
    walk = context(STATEMENTS[kind])
    node = node_of(kind, walk.script)
    verdict = conditions.test(walk, node, State())
    assert isinstance(verdict, Condition)
    assert (verdict.kind, verdict.subject) == ("other", (walk.script.text_of(node),))


def test_arithmetic_is_no_block() -> None:
    """The grammar has one type for both."""
    assert not is_left_out("((A > 1)); docker run i")
    assert not is_left_out("((A++))\ndocker run i")
