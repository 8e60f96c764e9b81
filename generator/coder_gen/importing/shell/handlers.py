"""The handlers of statements, by node type of tree-sitter-bash's grammar.

Parts of a statement have no handler, because the statement's handler reads them. A type without
a handler changes nothing; commands in it that start a container are reported.
"""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.importing.shell.assignments import declaration, unset, variable_assignment
from coder_gen.importing.shell.branches import and_or_list, case_statement, if_statement
from coder_gen.importing.shell.builtins import BUILTINS
from coder_gen.importing.shell.commands import command
from coder_gen.importing.shell.context import StatementHandler, Tables
from coder_gen.importing.shell.loops import arithmetic_for_loop, for_loop, while_loop
from coder_gen.importing.shell.walk import (
    compound,
    function_definition,
    redirected,
    sequence,
    subshell,
    without_effect,
)

HANDLERS: Mapping[str, StatementHandler] = {
    "ERROR": sequence,
    "c_style_for_statement": arithmetic_for_loop,
    "case_statement": case_statement,
    "command": command,
    "compound_statement": compound,
    "declaration_command": declaration,
    "do_group": sequence,
    "else_clause": sequence,
    "for_statement": for_loop,
    "function_definition": function_definition,
    "if_statement": if_statement,
    "list": and_or_list,
    "negated_command": sequence,
    "pipeline": sequence,
    "program": sequence,
    "redirected_statement": redirected,
    "subshell": subshell,
    "test_command": without_effect,
    "unset_command": unset,
    "variable_assignment": variable_assignment,
    "variable_assignments": sequence,
    "while_statement": while_loop,
}
# The tables for any script that this tool did not generate.
ANY_SCRIPT = Tables(HANDLERS, BUILTINS)
