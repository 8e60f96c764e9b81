"""Finding targets by name: the built-in ones, and those of the entry-point group."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, cast

from coder_gen.language.context import nearest
from coder_gen.language.keys.container import KEYS
from coder_gen.targets.base import UNSUPPORTED, Artifact, Support
from coder_gen.text.diagnostics import HOST_FAILED, Problems, problem

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from coder_gen.language.load import Project
    from coder_gen.plan import Plan
    from coder_gen.targets.base import Request, Target
    from coder_gen.text.diagnostics import Reporter

GROUP = "coder_gen.targets"
# Name: module.
BUILT_IN = {
    "script": "coder_gen.targets.launcher.script",
    "compose": "coder_gen.targets.compose.compose",
    "dockerfile": "coder_gen.targets.image.dockerfile",
    "build-script": "coder_gen.targets.image.build_script",
    "convert-script": "coder_gen.targets.image.convert_script",
    "setup-script": "coder_gen.targets.image.setup_script",
    "env-example": "coder_gen.targets.compose.env_example",
}

_PARTS = ("SUMMARY", "SUPPORT", "compile")
_UNKNOWN = dict.fromkeys(KEYS, Support(UNSUPPORTED, "the target does not know this key"))


def find(name: str) -> Target:
    """The target of that name. Raises Problems: E028 for an unknown one, E201 if it fails."""
    module = BUILT_IN.get(name)
    if module is not None:
        return cast("Target", import_module(module))
    others = _others()
    if name in others:
        return _loaded(others[name])
    known = [*BUILT_IN, *others]
    guess = nearest(name, known)
    raise problem(
        "E028", f"there is no target `{name}`", None,
        f"did you mean {guess}?" if guess else f"the targets are {', '.join(known)}",
    )  # fmt: skip


def available() -> tuple[dict[str, Target], list[Problems]]:
    """Every target by name, the built-in ones first; and the problems of those that fail."""
    found: dict[str, Target] = {}
    broken: list[Problems] = []
    for name in (*BUILT_IN, *_others()):
        try:
            found[name] = find(name)
        except Problems as problems:
            broken.append(problems)
    return found, broken


def columns() -> dict[str, Mapping[str, Support]]:
    """The support matrix: a table for each target, and for each further engine of it.

    A target of another package may have been written for a language with fewer keys.
    """
    found: dict[str, Mapping[str, Support]] = {}
    targets, _ = available()
    for name, target in targets.items():
        # Targets that make the image do not use the container's keys.
        if not target.SUPPORT:
            continue
        found[name] = target.SUPPORT if name in BUILT_IN else {**_UNKNOWN, **target.SUPPORT}
        for engine, table in getattr(target, "engine_support", dict)().items():
            found[f"{name} {engine}"] = table
    return found


def compiled(
    name: str,
    project: Project,
    plans: Mapping[str, Plan],
    request: Request,
    reporter: Reporter,
) -> Artifact:
    """Compile with a target. Raises Problems; E201 for any other error of another package."""
    target = find(name)
    if name in BUILT_IN:
        return target.compile(project, plans, request, reporter)
    try:
        made = target.compile(project, plans, request, reporter)
    except Problems:
        raise
    except Exception as error:
        from traceback import extract_tb

        place = extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error}, at {place.filename}:{place.lineno}"
        raise _failure(_others()[name], why) from error
    if not isinstance(made, Artifact):
        raise _failure(_others()[name], f"it made no Artifact, but {type(made).__name__}")
    return made


def _others() -> dict[str, EntryPoint]:
    # Imported here: reading the metadata of all installed packages is slow.
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


def _loaded(point: EntryPoint) -> Target:
    """A target of another package, which may raise anything when it is imported."""
    try:
        target = point.load()
    except Exception as error:
        raise _failure(point, f"{type(error).__name__}: {error}") from error
    lacking = [name for name in _PARTS if not hasattr(target, name)]
    if lacking:
        raise _failure(point, f"{point.value} has no {', '.join(lacking)}")
    return cast("Target", target)


def _failure(point: EntryPoint, why: str) -> Problems:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else point.value
    return problem(
        "E201", f"the target `{point.name}` of the package {package} does not work: {why}", None,
        "tell its authors", status=HOST_FAILED,
    )  # fmt: skip
