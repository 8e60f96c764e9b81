"""The mutants of a Python module: operators that change meaning, applied to its syntax tree.

Left alone: docstrings, annotations, ``if TYPE_CHECKING``, ``__all__``, decorators, assertions (they
are for the type checker), text within f-strings, and strings of several plain words: those are
sentences for people.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

from tests.mutation.model import Mutant, numbered

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# Two plain words in a row: a sentence for people, whose wording is no matter of meaning.
_PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
# Calls whose arguments are types.
_OF_TYPES = frozenset(["cast", "TypeVar"])
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def mutants(path: str, text: str) -> list[Mutant]:
    """Every mutant of a module, in the order of the text."""
    return numbered(list(_Module(path, text).mutants()))


class _Module:
    """One module: its text, and where its lines begin."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def mutants(self) -> Iterator[Mutant]:
        yield from self._below(ast.parse(self.text), "")

    def _offset(self, line: int, column: int) -> int:
        """Columns of the syntax tree count bytes."""
        before = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(before)

    def _mutant(self, node: ast.expr | ast.stmt, function: str, operator: str, new: str) -> Mutant:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self._offset(node.lineno, node.col_offset)
        end = self._offset(node.end_lineno, node.end_col_offset)
        old = self.text[start:end]
        return Mutant(self.path, function, operator, old, new, start, end, node.lineno, 0)

    def _below(self, node: ast.AST, function: str) -> Iterator[Mutant]:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            function = f"{function}.{node.name}".lstrip(".")
        for child in _children(node):
            for changed, operator, new in _changes(child, function):
                yield self._mutant(changed, function, operator, new)
            yield from self._below(child, function)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The children in which a change would be one of meaning."""
    if isinstance(node, ast.JoinedStr | ast.Assert | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        return
    if isinstance(node, ast.Assign) and any(_named(each, "__all__") for each in node.targets):
        return
    if isinstance(node, ast.Call) and any(_named(node.func, name) for name in _OF_TYPES):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield child


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_type_checking(test: ast.expr) -> bool:
    return _named(test, "TYPE_CHECKING")


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and (isinstance(node.value.value, str) or node.value.value is ...)
    )


def _changes(node: ast.AST, function: str) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """What can change at a node: the part that is replaced, the operator, and the new text."""
    match node:
        case ast.Compare(ops=[op]):
            yield node, "comparison", _written(node, ops=[_COMPARISONS[type(op)]()])
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, "and/or", _written(node, op=other)
        case ast.UnaryOp(op=ast.Not()):
            yield node, "not", f"({ast.unparse(node.operand)})"
        case ast.Constant():
            for operator, new in _other_constants(node.value):
                yield node, operator, new
        case ast.If() | ast.IfExp() if not _is_type_checking(node.test):
            for value in (True, False):
                yield node.test, "condition", f"({value})"
        case ast.While():
            # Not True: an endless loop would tell nothing about the tests.
            yield node.test, "condition", "(False)"
        case ast.comprehension():
            for test in node.ifs:
                yield test, "condition", "(True)"
        case ast.Return(value=ast.expr() as returned):
            yield node, "return value", f"return {_other_value(returned)}"
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield node, "statement deleted", "pass"
        case ast.Continue() | ast.Break() | ast.Raise():
            yield node, "statement deleted", "pass"
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC and _is_arithmetic(node, function):
            yield node, "arithmetic", _written(node, op=_ARITHMETIC[type(op)]())
        case ast.Slice():
            for bound in ("lower", "upper"):
                if getattr(node, bound) is not None:
                    yield node, "slice bound", ast.unparse(_copied(node, **{bound: None}))
        case _:
            pass


def _is_arithmetic(node: ast.BinOp, function: str) -> bool:
    """Not text put together, nor an alternative of types at the top of a module."""
    if isinstance(node.op, ast.BitAnd | ast.BitOr):
        return bool(function)
    if isinstance(node.op, ast.Add):
        return any(
            isinstance(each, ast.Constant) and isinstance(each.value, int | float)
            for each in (node.left, node.right)
        )
    # `%` and `*` with a text are not arithmetic.
    return not any(
        isinstance(each, ast.Constant | ast.JoinedStr | ast.List)
        and not isinstance(getattr(each, "value", None), int | float)
        for each in (node.left, node.right)
    )


def _other_constants(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield "constant", repr(not value)
    elif isinstance(value, int):
        yield "number", str(value + 1)
        yield "number", f"({value - 1})" if value < 1 else str(value - 1)
    elif isinstance(value, str) and not _PROSE.search(value):
        yield "string", repr(value + "x")


def _other_value(value: ast.expr) -> str:
    """Another value of the same type, where the expression tells the type."""
    match value:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return f"not ({ast.unparse(value)})"
        case ast.Constant(value=bool(known)):
            return repr(not known)
        case ast.List() | ast.ListComp():
            return "[]"
        case ast.Dict() | ast.DictComp():
            return "{}"
        case ast.Set() | ast.SetComp():
            return "set()"
        case ast.Tuple():
            return "()"
        case ast.JoinedStr() | ast.Constant(value=str()):
            return "''"
        case ast.Constant(value=None):
            return "''"
        case _:
            return "None"


def _copied(node: ast.expr, **fields: object) -> ast.expr:
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _written(node: ast.expr, **fields: object) -> str:
    return f"({ast.unparse(_copied(node, **fields))})"
