"""The table of packages in docs/architecture.md is what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from . import pages

ROOT = pages.ROOT / "generator" / "coder_gen"
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
    page = (pages.ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.split("| Package | What it knows | Imports |\n| --- | --- | --- |\n")[1]
    rows = [line.split(" | ") for line in table.split("\n\n")[0].splitlines()]
    return [
        Row(
            name=re.findall("`([a-z]+)`", first)[0],
            pure="*pure*" in first,
            imports=frozenset(re.findall("`([a-z]+)`", last)),
            everything=last.startswith("everything"),
        )
        for first, _, last in rows
    ]


ROWS = _rows()


def _modules(package: str) -> list[Path]:
    folder = ROOT / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{package}.py"]


def _imported(package: str) -> Iterator[tuple[Path, str]]:
    for file in _modules(package):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module == "coder_gen":
                yield from ((file, f"coder_gen.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield file, node.module


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_package_imports_what_its_row_says(row: Row) -> None:
    """No back edge."""
    found = {name.split(".")[1] for _, name in _imported(row.name) if name.startswith("coder_gen.")}
    ours = found - {row.name, "__version__"}
    assert row.everything or ours <= row.imports


@pytest.mark.parametrize("row", [row for row in ROWS if row.pure], ids=lambda row: row.name)
def test_a_pure_package_reaches_no_host(row: Row) -> None:
    """The same input gives the same output: nothing there asks the machine for anything."""
    wrong = [
        (file.name, name)
        for file, name in _imported(row.name)
        if name.split(".")[0] in IMPURE and name not in HARMLESS
    ]
    assert not wrong


def test_every_package_has_a_row() -> None:
    """A new one says what it knows."""
    found = {path.stem for path in ROOT.iterdir() if not path.name.startswith("__")}
    found -= {"py", "templates"}
    assert found == {row.name for row in ROWS}
