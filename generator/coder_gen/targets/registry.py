"""Finding targets by name: the built-in ones, and those of the entry-point group."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from coder_gen.diagnostics import problem
from coder_gen.spec.context import nearest
from coder_gen.targets.base import Support

GROUP = "coder_gen.targets"
BUILT_IN = {
    name: f"coder_gen.targets.{name.replace('-', '_')}"
    for name in (
        "script", "compose", "dockerfile", "build-script", "convert-script", "setup-script",
        "env-example",
    )
}  # fmt: skip


def find(name: str) -> ModuleType:
    """The module of a target. Raises Problems (E028) for a name that nobody provides."""
    module = BUILT_IN.get(name)
    if module is not None:
        return import_module(module)
    others = _others()
    if name in others:
        return import_module(others[name])
    known = [*BUILT_IN, *others]
    guess = nearest(name, known)
    raise problem(
        "E028", f"there is no target `{name}`", None,
        f"did you mean {guess}?" if guess else f"the targets are {', '.join(known)}",
    )  # fmt: skip


def names() -> list[str]:
    """Every target's name, the built-in ones first."""
    return [*BUILT_IN, *_others()]


def columns() -> dict[str, Mapping[str, Support]]:
    """The support matrix: for each target, and each engine it knows besides, its table."""
    found: dict[str, Mapping[str, Support]] = {}
    for name in names():
        module = find(name)
        # What makes the image says nothing of the container's keys.
        if not module.SUPPORT:
            continue
        found[name] = module.SUPPORT
        for engine, table in getattr(module, "engine_support", dict)().items():
            found[f"{name} {engine}"] = table
    return found


def _others() -> dict[str, str]:
    # Imported here: reading the metadata of all installed packages takes its time.
    from importlib.metadata import entry_points

    return {point.name: point.value for point in entry_points(group=GROUP)}
