"""What an import prints means what audit and diff read: the same plans, by nodes and by text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coder_gen.importing import Imported, read
from coder_gen.language.shapes.base import Setting
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Problems, Reporter
from tests import golden, pages
from tests.importing.corpus import LINES
from tests.importing.plans import meaning, planned

HERE = Path(__file__).parent
GOLDEN = pages.ROOT / "golden"
LAUNCHERS = sorted(
    [
        *(HERE / "launchers").glob("*.sh"),
        *(HERE / "original").glob("*.sh"),
        *golden.files(".sh"),
        *(path for path in GOLDEN.glob("*/*") if path.suffix in (".yml", ".yaml")),
    ]
)
# The built-in modes have a description of their own.
_BUILT_IN = ("service", "shell")


def _read(path: Path) -> Imported | None:
    """A launcher's import; None for a file that is none, or one that is refused."""
    try:
        return read(path.read_text(encoding="utf-8"), path.name)
    except Problems:
        return None


def _all(plan: Plan) -> dict[str, Any]:
    """Everything that a plan says, without places."""
    found = {key: meaning(setting.value) for key, setting in plan.settings.items()}
    return {
        "name": plan.name,
        "named": plan.is_named,
        "settings": found,
        "entry": plan.entry_arguments,
        "variables": meaning(dict(plan.variables)),
        "description": "" if plan.mode in _BUILT_IN else plan.description,
    }


def check(imported: Imported) -> None:
    """The plans by the nodes are those by the text; the text has the built-in modes besides."""
    project = imported.project("coder.yaml")
    by_nodes = plans(project, Reporter())
    printed, by_text = planned(imported.spec_text)
    modes = [run.mode for run in imported.runs]
    assert list(by_nodes) == list(dict.fromkeys(modes))
    assert {mode: _all(plan) for mode, plan in by_nodes.items()} == {
        mode: _all(by_text[mode]) for mode in modes
    }
    assert (project.name, project.default_mode) == (printed.name, printed.default_mode)
    assert _build(project.build) == _build(printed.build)


def _build(value: Any) -> Any:
    """A setting in all its parts, whichever layer said it."""
    if isinstance(value, Setting):
        return _build(value.value)
    if isinstance(value, dict):
        return {name: _build(item) for name, item in value.items()}
    return meaning(value)


READ = {
    f"{path.parent.name}/{path.name}": imported
    for path in LAUNCHERS
    if (imported := _read(path)) is not None
}


def test_many_launchers_are_read() -> None:
    assert len(READ) >= 80
    assert {imported.kind for imported in READ.values()} >= {"script", "compose"}


@pytest.mark.parametrize("name", READ)
def test_a_launcher_s_nodes_mean_what_is_printed(name: str) -> None:
    check(READ[name])


@pytest.mark.parametrize("line", LINES, ids=[str(line.number) for line in LINES])
def test_a_line_s_nodes_mean_what_is_printed(line: Any) -> None:
    check(read(line.text, "line"))
