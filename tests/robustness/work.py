"""Work counted instead of timed: the package's own code, with a counter at every operation.

The modules of ``coder_gen`` are compiled from a changed tree: each operation adds what it has to
touch to the count of its place. A call of the package's own function is counted inside it; one of
the library's costs the size of what it is given; ``in`` on a list costs its length, as do a slice,
a sum and a display with ``*`` that of their result; a loop costs one a turn. So a place whose work
grows with the square of the input is found by its line, at small sizes, on every machine alike.

``python -m tests.robustness.work`` reads cases as JSON, one list of command lines a line, and
prints the count of each place.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

PACKAGE = "coder_gen"
_HOOKS = "__work__"
# What reads the names of its caller, or needs the call as it is written.
_LEFT = frozenset(["super", "locals", "globals", "isinstance", "len", "getattr", "hasattr", "type"])
# Methods of texts, lists, mappings and sets that touch what they are called on as a whole.
_WHOLE = frozenset(
    [
        *("split", "rsplit", "splitlines", "replace", "lower", "upper", "encode", "decode"),
        *("strip", "rstrip", "lstrip", "partition", "rpartition", "translate", "isprintable"),
        *("isascii", "isalnum", "copy", "sort", "reverse", "remove", "insert", "removeprefix"),
        *("removesuffix", "format", "expandtabs", "casefold", "title"),
    ]
)
_SEARCHES = frozenset(["find", "index", "rfind", "rindex"])
_SIZED = (str, bytes, bytearray, list, tuple, dict, set, frozenset)

COUNTS: Counter[tuple[str, int]] = Counter()


def _size(value: object) -> int:
    return len(value) if isinstance(value, _SIZED) else 0  # type: ignore[arg-type]


class Hooks:
    """What the changed code calls; ``place`` is its file and line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def tick(self, line: int) -> None:
        COUNTS[self.file, line] += 1

    def made(self, line: int, value: Any) -> Any:
        """A new value, which was put together from parts."""
        COUNTS[self.file, line] += 1 + _size(value)
        return value

    def over(self, line: int, value: Any) -> Any:
        """What a comprehension goes through."""
        if isinstance(value, _SIZED):
            COUNTS[self.file, line] += len(value)
            return value
        return self._each(line, value)

    def _each(self, line: int, value: Any) -> Iterator[Any]:
        for item in value:
            COUNTS[self.file, line] += 1
            yield item

    def within(self, line: int, item: Any, held: Any) -> bool:
        if isinstance(held, (str, list, tuple)):
            COUNTS[self.file, line] += len(held)
        return item in held

    def grown(self, line: int, value: Any, more: Any) -> Any:
        """The right side of ``+=``: a list grows in its place, a text is made anew."""
        COUNTS[self.file, line] += 1 + _size(more)
        if isinstance(value, (str, tuple, bytes)):
            COUNTS[self.file, line] += len(value)
        return more

    def read(self, line: int, owner: Any, name: str) -> Any:
        """An attribute that a node of the parser makes anew each time."""
        value = getattr(owner, name)
        if type(owner).__module__.startswith("tree_sitter"):
            COUNTS[self.file, line] += 1 + _size(value)
        return value

    def call(self, line: int, called: Any, /, *given: Any, **named: Any) -> Any:
        module = getattr(called, "__module__", None) or ""
        if module.startswith(PACKAGE):
            return called(*given, **named)
        made = called(*given, **named)
        COUNTS[self.file, line] += 1 + self._cost(called, given, named, made)
        return made

    @staticmethod
    def _cost(called: Any, given: Sequence[Any], named: dict[str, Any], made: Any) -> int:
        owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
        if isinstance(owner, re.Pattern) and name in {"match", "search", "fullmatch"}:
            text, start = given[0], given[1] if len(given) > 1 else 0
            return (
                made.end() - start
                if made is not None
                else (0 if name == "match" else len(text) - start)
            )
        if isinstance(owner, _SIZED):
            if name in _SEARCHES and isinstance(owner, (str, bytes)):
                start = given[1] if len(given) > 1 else 0
                stop = given[2] if len(given) > 2 else len(owner)
                return (made - start if made >= 0 else stop - start) if name[0] != "r" else 1
            if name == "count" and isinstance(owner, (str, bytes)):
                start = given[1] if len(given) > 1 else 0
                return (given[2] if len(given) > 2 else len(owner)) - start
            if name in _WHOLE or (name in {"index", "count"} and isinstance(owner, (list, tuple))):
                return len(owner) + sum(map(_size, given))
            if name == "pop" and isinstance(owner, list) and given and given[0] == 0:
                return len(owner)
            if name in {"join", "extend", "update", "union", "difference"}:
                return sum(map(_size, given)) + _size(made)
            return sum(len(g) for g in given if isinstance(g, str)) if name == "startswith" else 0
        if name in {"bisect_left", "bisect_right", "bool", "id", "islice", "map", "zip"}:
            return 0
        return sum(map(_size, given)) + sum(map(_size, named.values()))


class _Change(ast.NodeTransformer):
    """Puts the counter's calls around operations."""

    def _hook(self, name: str, node: Any, *arguments: ast.expr) -> ast.Call:
        hook = ast.Attribute(ast.Name(_HOOKS, ast.Load()), name, ast.Load())
        made = ast.Call(hook, [ast.Constant(node.lineno), *arguments], [])
        return ast.copy_location(made, node)

    def _body(self, node: Any) -> Any:
        self.generic_visit(node)
        tick = ast.copy_location(ast.Expr(self._hook("tick", node)), node)
        at = 0
        if not isinstance(node, (ast.For, ast.While)) and ast.get_docstring(node) is not None:
            at = 1
        node.body.insert(at, tick)
        return node

    visit_For = visit_While = visit_FunctionDef = _body  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        node.body = [self.visit(each) for each in node.body]
        return node

    def visit_arguments(self, node: ast.arguments) -> Any:
        return node

    def visit_comprehension(self, node: ast.comprehension) -> Any:
        self.generic_visit(node)
        node.iter = self._hook("over", node.iter, node.iter)
        return node

    def visit_Compare(self, node: ast.Compare) -> Any:
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return node
        found: ast.expr = self._hook("within", node, node.left, node.comparators[0])
        if isinstance(node.ops[0], ast.NotIn):
            found = ast.copy_location(ast.UnaryOp(ast.Not(), found), node)
        return found

    def _made(self, node: Any) -> Any:
        self.generic_visit(node)
        return self._hook("made", node, node)

    visit_BinOp = visit_JoinedStr = _made  # noqa: N815

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        node.value = self.visit(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
            return self._hook("made", node, node)
        return node

    def _display(self, node: Any) -> Any:
        self.generic_visit(node)
        if isinstance(node, ast.Dict):
            parts = any(key is None for key in node.keys)
        else:
            parts = any(isinstance(each, ast.Starred) for each in node.elts)
        if parts and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            return self._hook("made", node, node)
        return node

    visit_List = visit_Tuple = visit_Dict = visit_Set = _display  # noqa: N815

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        if isinstance(node.target, (ast.Name, ast.Attribute)):
            held = ast.copy_location(
                ast.Name(node.target.id, ast.Load())
                if isinstance(node.target, ast.Name)
                else ast.Attribute(node.target.value, node.target.attr, ast.Load()),
                node,
            )
            node.value = self._hook("grown", node, held, node.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        self.generic_visit(node)
        if node.attr in {"children", "parent", "next_sibling"} and isinstance(node.ctx, ast.Load):
            return self._hook("read", node, node.value, ast.Constant(node.attr))
        return node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _LEFT:
            return node
        hook = self._hook("call", node, node.func, *node.args)
        hook.keywords = node.keywords
        return hook


class _Loader(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        tree = ast.parse(data, path)
        tree = ast.fix_missing_locations(_Change().visit(tree))
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
        return code

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__[_HOOKS] = Hooks(Path(self.path).name)
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if not name.startswith(PACKAGE):
            return None
        others = (each for each in sys.meta_path if each is not self)
        found = (each.find_spec(name, path, target) for each in others)
        spec = next((each for each in found if each is not None), None)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return spec
        spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def _forget() -> None:
    """Empty the caches of inputs: a run counts the same whatever ran before it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}.quoting"):
            for each in vars(module).values():
                with contextlib.suppress(AttributeError):
                    each.cache_clear()
        elif name == f"{PACKAGE}.language.layers":
            module._kept.clear()


def counted(files: dict[str, str], command: Sequence[str]) -> dict[str, int]:
    """The work of each place of one run of the command, in a folder with these files."""
    from coder_gen import cli

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            for file, text in files.items():
                Path(file).write_text(text, "utf-8")
            _forget()
            COUNTS.clear()
            out = io.TextIOWrapper(io.BytesIO())
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                with contextlib.suppress(SystemExit):
                    cli.main([*command])
                out.flush()
            said = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
            if "fault of coder-gen" in said:
                raise AssertionError(said)
        finally:
            os.chdir(before)
    return {f"{file}:{line}": count for (file, line), count in COUNTS.items()}


def main() -> None:
    """Count the cases that stand on standard input."""
    sys.meta_path.insert(0, _Finder())
    for line in sys.stdin:
        files, command = json.loads(line)
        print(json.dumps(counted(files, command)), flush=True)


if __name__ == "__main__":
    main()
