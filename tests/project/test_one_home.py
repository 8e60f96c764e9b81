"""Knowledge that many modules need is written down in one of them."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import ROOT, imports

# What begins so is the thing itself; a message or an example that mentions it does not.
_HOMES = {
    "/tmp/.X11-unix": "language/values.py",
    "coder-gen.": "plan/labels.py",
}
# A page of the documentation is made from it.
_EXAMPLES = {"codes.py"}


@pytest.mark.parametrize("text", _HOMES)
def test_a_name_that_many_need_is_in_one_module(text: str) -> None:
    """Another literal of it could differ one day."""
    found = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(text)
    }
    assert found - _EXAMPLES == {_HOMES[text]}


@pytest.mark.parametrize(
    ("keys", "home"),
    [
        ({"k", "m", "g"}, "language/shapes/amounts.py"),
        ({"ns", "ms", "s"}, "language/shapes/amounts.py"),
        ({"critical", "error"}, "text/styles.py"),
    ],
    ids=["units of sizes", "units of durations", "colours"],
)
def test_a_table_that_many_need_is_in_one_module(keys: set[str], home: str) -> None:
    """Also where a part of it would do."""
    found = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        and keys <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
    }
    assert found == {home}


def test_the_place_of_nothing_is_in_one_module() -> None:
    """``NOWHERE``."""
    makers = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if 'SourceFile("", "")' in file.read_text("utf-8")
    }
    assert makers == {"text/positions.py"}


def test_the_plan_is_imported_from_its_package() -> None:
    """``coder_gen.plan`` has what others need of the modules that it is made of."""
    inner = {"coder_gen.plan.plan", "coder_gen.plan.merging", "coder_gen.plan.checks"}
    outside = {
        str(file.relative_to(ROOT))
        for file in ROOT.rglob("*.py")
        if file.parent.name != "plan" and inner & {*imports(file)}
    }
    assert not outside
