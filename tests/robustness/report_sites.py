"""Where the package reports something: every such call in its source, and those that a run reaches.

A *report site* is a call that makes a diagnostic: of ``Diagnostic``, ``problem``, a reporter's ``error``
or ``warning``, or of a function that passes on the words it is given (``_refuse(key, why, span)``):
there each caller is a site of its own. So is a ``raise`` whose words become a diagnostic's.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple
from unittest import mock

import coder_gen
from coder_gen.text.diagnostics import Diagnostic

ROOT = Path(coder_gen.__file__).parent
_CORE = "text/diagnostics.py"
_MAKERS = {"Diagnostic", "problem", "error", "warning"}
# Exceptions whose words a diagnostic shows.
_RAISED = {"BadExpression", "ValueError", "Unseen", "NotKnown"}

# What quoting refuses by itself, and no key's value can be: see tests/quoting.
_GUARDS = frozenset(
    [
        ("quoting/bash.py", "_quote"),
        ("quoting/bash.py", "_quoted"),
        ("quoting/dockerfile.py", "bare"),
        ("quoting/dockerfile.py", "exec_form"),
    ]
)


class Site(NamedTuple):
    """A call in the source of the package, by its lines."""

    module: str
    line: int
    end: int
    function: str
    words: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.words}"


class _Function(NamedTuple):
    name: str
    texts: frozenset[str]
    """Its parameters that are texts."""


class _Call(NamedTuple):
    module: str
    node: ast.Call
    within: _Function | None


def _name(node: ast.Call) -> str:
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


class _Calls(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.calls: list[_Call] = []
        self.raised: list[_Call] = []
        self._within: list[_Function] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        texts = {
            each.arg
            for each in given
            if each.annotation is not None and ast.unparse(each.annotation) in ("str", "str | None")
        }
        self._within.append(_Function(node.name, frozenset(texts)))
        self.generic_visit(node)
        self._within.pop()

    def _found(self, node: ast.Call) -> _Call:
        return _Call(self.module, node, self._within[-1] if self._within else None)

    def visit_Call(self, node: ast.Call) -> None:
        self.calls.append(self._found(node))
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if isinstance(node.exc, ast.Call) and _name(node.exc) in _RAISED and node.exc.args:
            self.raised.append(self._found(node.exc))
        self.generic_visit(node)


def _passes_on(call: _Call) -> bool:
    """Whether the words of the call are, in part, what its function is given."""
    if call.within is None:
        return False
    named = {
        each.id
        for argument in (*call.node.args, *(k.value for k in call.node.keywords))
        for each in ast.walk(argument)
        if isinstance(each, ast.Name)
    }
    return not named.isdisjoint(call.within.texts)


def _is_prose(argument: ast.expr) -> bool:
    """Whether words for people stand here: a text with a blank in it, or one of a table's."""
    return any(
        (
            isinstance(each, ast.Constant)
            and isinstance(each.value, str)
            and " " in each.value.strip()
        )
        or (isinstance(each, ast.Subscript) and ast.unparse(each.value).isupper())
        for each in ast.walk(argument)
    )


@functools.cache
def sites() -> tuple[Site, ...]:
    """Every report site of the package."""
    calls: list[_Call] = []
    raised: list[_Call] = []
    for path in sorted(ROOT.rglob("*.py")):
        module = str(path.relative_to(ROOT))
        if module == _CORE or module.startswith("doctor/"):
            continue
        visitor = _Calls(module)
        visitor.visit(ast.parse(path.read_bytes()))
        calls += visitor.calls
        raised += visitor.raised
    found = {each for each in calls if _name(each.node) in _MAKERS}
    while True:
        makers = {
            (each.module, each.within.name)
            for each in found
            if each.within is not None and _passes_on(each)
        }
        names = {name for _, name in makers}
        more = {
            each
            for each in calls
            if _name(each.node) in names
            and any(map(_is_prose, each.node.args))
            and (not _is_of_module(each.node) or (each.module, _name(each.node)) in makers)
        }
        if more <= found:
            break
        found |= more
    every = {_site(each) for each in (*found, *raised)}
    return tuple(sorted(each for each in every if (each.module, each.function) not in _GUARDS))


def _is_of_module(node: ast.Call) -> bool:
    """Whether what is called can only be of the same module."""
    called = node.func
    return not isinstance(called, ast.Attribute) or (
        isinstance(called.value, ast.Name) and called.value.id in ("self", "cls")
    )


def _site(call: _Call) -> Site:
    node = call.node
    words = " ".join(ast.unparse(node).split())
    within = call.within.name if call.within is not None else "module"
    return Site(call.module, node.lineno, node.end_lineno or node.lineno, within, words[:90])


@functools.cache
def _of_lines() -> dict[str, dict[int, Site]]:
    """For each module, the innermost site of each line."""
    found: dict[str, dict[int, Site]] = {}
    for site in sorted(sites(), key=lambda each: each.line - each.end):  # the longest first
        lines = found.setdefault(site.module, {})
        lines.update(dict.fromkeys(range(site.line, site.end + 1), site))
    return found


@functools.cache
def _lines(file: str) -> dict[int, Site]:
    path = Path(file)
    return _of_lines().get(str(path.relative_to(ROOT)), {}) if ROOT in path.parents else {}


def _reached(frame: FrameType | None) -> Iterator[Site]:
    """The sites that are being executed: on the stack, and where a handled exception came from."""
    while frame is not None:
        if (site := _lines(frame.f_code.co_filename).get(frame.f_lineno)) is not None:
            yield site
        frame = frame.f_back
    error = sys.exc_info()[1]
    while error is not None:
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            if (site := _lines(trace.tb_frame.f_code.co_filename).get(trace.tb_lineno)) is not None:
                yield site
            trace = trace.tb_next
        error = error.__context__


Reports = dict[Diagnostic, set[Site]]


@contextmanager
def recorded() -> Iterator[Reports]:
    """Every diagnostic that is made meanwhile, with the sites that made it."""
    made: Reports = {}
    new, replace = Diagnostic.__new__, Diagnostic._replace

    def record(cls: type[Diagnostic], *given: Any, **named: Any) -> Diagnostic:
        diagnostic = new(cls, *given, **named)
        made.setdefault(diagnostic, set()).update(_reached(sys._getframe(1)))
        return diagnostic

    def record_again(diagnostic: Diagnostic, **named: Any) -> Diagnostic:
        again = replace(diagnostic, **named)
        made.setdefault(again, set()).update(made.get(diagnostic, ()))
        return again

    with (
        mock.patch.object(Diagnostic, "__new__", record),
        mock.patch.object(Diagnostic, "_replace", record_again),
    ):
        yield made
