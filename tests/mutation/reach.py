"""Which tests reach which code: each block of statements in a copy of the tree reports that it runs.

A block is the list of statements under a ``def``, ``if``, ``else``, ``for``, ``except``…; its name is
``path:line`` of its first statement. What runs while Python imports a module is reported under the file of
tests that was being collected. A script holds modules of bash: who makes or reads one reaches them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from pathlib import Path

from tests.mutation.model import Mutant

# The module that blocks report to; in the copy alone.
HITS = "coder_gen_hits"
HITS_FILE = ".hits"
_REPORTER = '''"""Writes the name of each block that runs, once for each test, into the file that `current` names."""

import os

_seen = set()
_current = [None, None]


def _name():
    try:
        with open({current!r}, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def begin(name):
    """In the process of the tests: from now on another test runs."""
    with open({current!r} + ".new", "w", encoding="utf-8") as file:
        file.write(name)
    os.replace({current!r} + ".new", {current!r})
    _seen.clear()
    _current[0] = name


def hit(block):
    if block in _seen:
        return
    _seen.add(block)
    name = _current[0] or _name()
    if name is not None:
        line = (name + "\\t" + block + "\\n").encode()
        file = os.open({hits!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.write(file, line)
        os.close(file)
'''
_RENDER = """

def _reported(function, pattern):
    from coder_gen_hits import hit

    def call(name, /, **values):
        hit(pattern.format(name))
        return function(name, **values)

    return call


machinery = _reported(machinery, "templates/machinery/{}.sh")
render = _reported(render, "templates/{}")
"""
_GOLDEN = """

def _reported(function):
    from coder_gen_hits import hit

    def call(name):
        found = function(name)
        for path in found.rglob("*.sh"):
            for module in modules_of(path.read_text("utf-8")):
                hit(f"templates/machinery/{module}.sh")
        return found

    return call


folder = _reported(folder)
"""
_BLOCKS = ("body", "orelse", "finalbody")
_CACHES = frozenset(["cache", "lru_cache", "cached_property"])


def instrument(root: Path, blocks: Collection[str]) -> None:
    """Make these blocks below ``generator`` report, and who makes or reads a script."""
    paths = {block.rpartition(":")[0] for block in blocks if ".py:" in block}
    for name in sorted(paths):
        path = root / name
        path.write_text(instrumented(path.read_text("utf-8"), name, blocks), "utf-8")
    reporter = _REPORTER.format(current=str(root / ".current"), hits=str(root / HITS_FILE))
    (root / "generator" / f"{HITS}.py").write_text(reporter, "utf-8")
    render = root / "generator" / "coder_gen" / "render.py"
    render.write_text(render.read_text("utf-8") + _RENDER, "utf-8")
    golden = root / "tests" / "golden.py"
    before, main, after = golden.read_text("utf-8").partition("\nif __name__")
    golden.write_text(before + _GOLDEN + main + after, "utf-8")


def instrumented(text: str, path: str, blocks: Collection[str]) -> str:
    """A module in which these blocks report; its lines are then others."""
    tree = ast.parse(text)
    for node in list(ast.walk(tree)):
        for statements in _blocks(node):
            block = f"{path}:{statements[0].lineno}"
            if block in blocks:
                at = 1 if _begins_with_text(statements) else 0
                statements.insert(at, ast.parse(f"{HITS}.hit({block!r})").body[0])
    at = 0
    while at < len(tree.body) and _comes_first(tree.body[at]):
        at += 1
    tree.body.insert(at, ast.parse(f"import {HITS}").body[0])
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _comes_first(statement: ast.stmt) -> bool:
    is_future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return is_future or _begins_with_text([statement])


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """The lists of statements that run, or do not run, as one."""
    if isinstance(node, ast.Module | ast.ClassDef):
        return []
    found = [getattr(node, name, None) for name in _BLOCKS]
    return [block for block in found if isinstance(block, list) and block]


def _begins_with_text(statements: list[ast.stmt]) -> bool:
    first = statements[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def wanted(root: Path, mutants: Iterable[Mutant]) -> dict[str, set[str]]:
    """The blocks whose run may show a mutant, each with the identities of those mutants."""
    modules = _Modules(root)
    found: dict[str, set[str]] = {}
    for mutant in mutants:
        for block in modules.showing(mutant):
            found.setdefault(block, set()).add(mutant.identity)
    return found


class _Modules:
    """The modules of a tree: their blocks, and who imports whom."""

    def __init__(self, root: Path) -> None:
        self._trees = {
            path.relative_to(root).as_posix(): ast.parse(path.read_text("utf-8"))
            for path in sorted((root / "generator").rglob("*.py"))
        }

    def showing(self, mutant: Mutant) -> Iterable[str]:
        """A block of the mutant's own; where it runs once, at import or for a cache, every reader's."""
        if not mutant.path.endswith(".py"):
            return [_rendered(mutant.path)]
        block = self._block_of(mutant.path, mutant.line)
        if block is not None:
            return [block]
        readers = [mutant.path, *self._importers(mutant.path)]
        return [each for path in readers for each in self._all_blocks(path)]

    def _block_of(self, path: str, line: int) -> str | None:
        found, width = None, 1_000_000
        at_import = _called_at_import(self._trees[path])
        for node in ast.walk(self._trees[path]):
            if isinstance(node, ast.FunctionDef):
                runs_once = node.name in at_import or _is_cached(node)
                if runs_once and node.lineno <= line <= (node.end_lineno or 0):
                    return None
            for statements in _blocks(node):
                first, last = statements[0].lineno, statements[-1].end_lineno or 0
                if first <= line <= last and last - first < width:
                    found, width = f"{path}:{first}", last - first
        return found

    def _all_blocks(self, path: str) -> list[str]:
        nodes = ast.walk(self._trees[path])
        return [f"{path}:{block[0].lineno}" for node in nodes for block in _blocks(node)]

    def _importers(self, path: str) -> list[str]:
        name = path.removeprefix("generator/").removesuffix(".py").replace("/", ".")
        package, _, last = name.removesuffix(".__init__").rpartition(".")
        return [
            other
            for other, tree in self._trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (
                node.module == f"{package}.{last}"
                or (node.module == package and any(a.name == last for a in node.names))
            )
        ]


def _is_cached(node: ast.FunctionDef) -> bool:
    return any(
        isinstance(part, ast.Name) and part.id in _CACHES
        for each in node.decorator_list
        for part in ast.walk(each)
    )


def _called_at_import(tree: ast.Module) -> set[str]:
    """The module's functions that make its tables: they run once, for whoever imports it first."""
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    ahead = [each for each in tree.body if not isinstance(each, ast.FunctionDef)]
    found: set[str] = set()
    while ahead:
        for node in ast.walk(ahead.pop()):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if name in functions and name not in found:
                    found.add(name)
                    ahead.append(functions[name])
    return found


def _rendered(path: str) -> str:
    """The template that is asked for: one in a folder of its own is included by the one of that name."""
    part = Path(path)
    if part.suffix == ".j2" and len(part.parts) == 3:
        return f"templates/{part.parts[1]}.{path.split('.', 1)[1]}"
    return path
