"""`make quick` runs the tests that mirror what changed."""

from __future__ import annotations

import pytest

from tests import quick
from tests.pages import ROOT


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("generator/coder_gen/targets/launcher/lines.py", "tests/targets/launcher"),
        ("generator/coder_gen/targets/registry.py", "tests/targets"),
        ("generator/coder_gen/language/shapes/base.py", "tests/language"),
        ("generator/coder_gen/audit/launchers/fixes.py", "tests/audit/launchers"),
        ("generator/coder_gen/audit/rules/mounts.py", "tests/audit"),
        ("generator/coder_gen/expression.py", "tests/test_expression.py"),
        ("templates/machinery/x11.sh", "tests/targets"),
        ("templates/report.html.j2", "tests/reporting"),
        ("tests/language/test_merge.py", "tests/language/test_merge.py"),
        ("tests/doctor/fakes.py", "tests/doctor"),
        ("docs/audit.md", "tests/project/test_docs.py"),
    ],
)
def test_a_file_has_its_tests(changed: str, expected: str) -> None:
    assert expected in quick.tests_of([changed])


def test_a_folder_is_named_once() -> None:
    """Not once more for each folder and file in it."""
    code = "generator/coder_gen"
    changed = [f"{code}/targets/base.py", f"{code}/targets/launcher/lines.py"]
    assert quick.tests_of([*changed, "tests/targets/test_own_targets.py"]) == ["tests/targets"]


def test_every_package_has_tests() -> None:
    """Who edits a module finds them by its package's name, or in the table of exceptions."""
    modules = (ROOT / "generator" / "coder_gen").rglob("*.py")
    names = [str(path.relative_to(ROOT)) for path in modules if not path.name.startswith("__")]
    assert [name for name in names if not quick.tests_of([name])] == []
    assert all((ROOT / path).exists() for path in quick.ALWAYS)
