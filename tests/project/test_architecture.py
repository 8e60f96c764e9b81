"""The table and the picture of packages in docs/architecture.md are what the code does."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import architecture

# What reaches the host, the clock or the locale. Paths as text (os.path, posixpath) do not.
IMPURE = frozenset(
    """
    datetime getpass glob http io locale os pathlib platform pwd random shutil socket subprocess
    sys tempfile time urllib uuid
    """.split()  # noqa: SIM905 - a list to read
)
HARMLESS = frozenset(["urllib.parse", "os.path"])


class Row(NamedTuple):
    """A package, as the page has it."""

    name: str
    pure: bool
    imports: frozenset[str]
    everything: bool


def _rows() -> list[Row]:
    table = architecture.PAGE.read_text("utf-8").split(
        "| Package | What it knows | Imports |\n| --- | --- | --- |\n"
    )[1]
    rows = [line.split(" | ") for line in table.split("\n\n")[0].splitlines()]
    return [
        Row(
            name=re.findall("`([a-z.]+)`", first)[0],
            pure="*pure*" in first,
            imports=frozenset(re.findall("`([a-z.]+)`", last)),
            everything=last.startswith("everything"),
        )
        for first, _, last in rows
    ]


ROWS = _rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_package_imports_what_its_row_says(row: Row) -> None:
    """No more, and no less."""
    assert row.everything or architecture.graph()[row.name] == row.imports


@pytest.mark.parametrize("row", [row for row in ROWS if row.pure], ids=lambda row: row.name)
def test_a_pure_package_reaches_no_host(row: Row) -> None:
    """The same input gives the same output: nothing there asks the machine for anything."""
    wrong = [
        (file.name, name)
        for file in architecture.modules(row.name)
        for name in architecture.imports(file)
        if name.split(".")[0] in IMPURE and name not in HARMLESS
    ]
    assert not wrong


def test_every_package_has_a_row() -> None:
    """A new one says what it knows."""
    assert architecture.packages() == sorted(row.name for row in ROWS)


def test_no_package_imports_itself_through_others() -> None:
    """One direction: lazy imports count, and those for the type checker."""
    assert architecture.order(architecture.graph())[1] == []


def test_a_circle_is_seen_and_what_imports_it_is_not_in_it() -> None:
    """The test above would see one."""
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str]()}
    assert architecture.order(arrows) == (["d"], ["b", "c"])


def test_the_picture_is_drawn_from_the_imports() -> None:
    """`make architecture` draws it."""
    assert architecture.drawn() == architecture.picture()


# Sentences for people: what decides or differs by reader is a code, an audience or a named field.
SENTENCES = frozenset(["message", "advice"])
# Methods that look into a text, or change it.
READING = frozenset(
    """
    count endswith find findall finditer fullmatch index match partition removeprefix removesuffix
    replace rpartition search split startswith sub translate
    """.split()  # noqa: SIM905 - a list to read
)
# They clean and escape any text for its output.
ESCAPING = frozenset(["text", "quoting"])


def _is_sentence(node: ast.AST, names: frozenset[str]) -> bool:
    """Whether an expression is a sentence: a field of that name, or a variable that holds one."""
    if isinstance(node, ast.Attribute):
        return node.attr in SENTENCES
    return isinstance(node, ast.Name) and node.id in names


def _holders(function: ast.AST, names: frozenset[str]) -> frozenset[str]:
    """The variables of a function that hold a sentence."""
    assigned = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _is_sentence(node.value, names)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return names | assigned


def _passed_on(trees: list[ast.Module]) -> dict[str, set[int]]:
    """By a function's name: the numbers of its parameters that sentences are passed to."""
    found: dict[str, set[int]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for at, argument in enumerate(node.args):
                    if _is_sentence(argument, frozenset()):
                        found.setdefault(node.func.id, set()).add(at)
    return found


def sentences_read(sources: dict[str, str]) -> list[str]:
    """The places in modules (text by name) where a sentence is looked into, or changed."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    passed = _passed_on(list(trees.values()))
    wrong: list[str] = []
    for name, tree in trees.items():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            given = frozenset(
                argument.arg
                for at, argument in enumerate(function.args.args)
                if at in passed.get(function.name, ())
            )
            names = _holders(function, given)
            for node in ast.walk(function):
                looked: list[ast.expr] = []
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    looked = [node.func.value, *node.args] if node.func.attr in READING else []
                elif isinstance(node, ast.Compare):
                    looked = [node.left, *node.comparators]
                if any(_is_sentence(each, names) for each in looked):
                    wrong.append(f"{name}:{node.lineno}")
    return wrong


def test_no_sentence_is_an_interface() -> None:
    """Nothing is decided by the words of a message, and none is rewritten."""
    sources = {
        str(file.relative_to(architecture.ROOT)): file.read_text("utf-8")
        for file in architecture.ROOT.rglob("*.py")
        if file.relative_to(architecture.ROOT).parts[0].removesuffix(".py") not in ESCAPING
    }
    assert not sentences_read(sources)


@pytest.mark.parametrize(
    "text",
    [
        "def f(d):\n    return d.message.replace('a', 'b')",
        "def f(d):\n    message = d.message\n    return RULE.search(message)",
        "def f(d):\n    return 'a spec' in d.message",
        "def f(d):\n    return g(1, d.advice)\ndef g(kind, text):\n    return re.sub('a', 'b', text)",
    ],
)
def test_a_sentence_that_is_read_is_seen(text: str) -> None:
    assert sentences_read({"module.py": text})


# Longer modules, each with the reason why it is in one piece.
LONG = {
    "codes.py": "a catalogue: one entry after the other",
    "engines/docker.py": "one rule after the other: how a key is written",
}


def _code() -> list[Path]:
    return sorted(architecture.ROOT.rglob("*.py"))


def test_no_module_is_long() -> None:
    """Some 400 lines can be read in one go."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _code()}
    long = {str(p.relative_to(architecture.ROOT)) for p, count in lengths.items() if count > 410}
    assert long == LONG.keys()


def test_no_folder_is_a_heap() -> None:
    """Some 15 modules beside each other can be seen at once."""
    sizes = Counter(path.parent for path in _code() if path.name != "__init__.py")
    assert {str(path): count for path, count in sizes.items() if count > 16} == {}


def test_no_two_classes_have_one_name() -> None:
    """A name has one meaning in the whole package."""
    found = Counter(
        node.name
        for path in _code()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in found.items() if count > 1] == []
