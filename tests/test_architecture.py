"""The table and the picture of packages in docs/architecture.md are what the code does."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from . import architecture

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
            name=re.findall("`([a-z]+)`", first)[0],
            pure="*pure*" in first,
            imports=frozenset(re.findall("`([a-z]+)`", last)),
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
