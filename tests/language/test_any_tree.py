"""Whatever a spec's values are, it compiles or is refused with places: no fault, no silence."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coder_gen.language.load import Options, load
from coder_gen.plan import plans
from coder_gen.targets import registry
from coder_gen.targets.base import Request
from coder_gen.text.diagnostics import ERROR, Diagnostic, Problems, Reporter
from tests.generators.sizes import part
from tests.generators.trees import specs, written


def _nothing(name: str) -> bytes:
    raise FileNotFoundError(2, "there is none", name)


def errors(text: str, profiles: tuple[str, ...] = ()) -> list[Diagnostic]:
    """What is wrong with the spec, by compiling it for both of the main targets."""
    try:
        project = load("coder.yaml", text.encode(), Options(profiles), _nothing)
        planned = plans(project, reporter := Reporter())
        reporter.stop_if_failed()
        for target in ("script", "compose"):
            registry.find(target).compile(project, planned, Request(), reporter)
        reporter.stop_if_failed()
    except Problems as problems:
        return [each for each in problems.diagnostics if each.severity == ERROR]
    return []


@part(2)
@given(specs(tags=True))
def test_any_spec_compiles_or_is_refused(tree: Any) -> None:
    errors(written(tree))


@part(2)
@given(specs(tags=True), st.sampled_from(["profiles", "modes"]))
def test_any_overlay_compiles_or_is_refused(tree: Any, kind: str) -> None:
    """Also where it lies over what it does not fit."""
    others = ("extends", "profiles", "outputs", "engines", "name")
    overlay = {key: value for key, value in tree.items() if key not in others}
    if kind == "modes":
        for key in ("accept", "build", "variables", "modes", "default_mode"):
            overlay.pop(key, None)
    errors(written({**tree, kind: {"p": overlay}}), ("p",) if kind == "profiles" else ())
