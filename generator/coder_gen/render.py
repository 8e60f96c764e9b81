"""The template environments: one per output language, each quoting whatever it is given.

``{{ x }}`` is one token of the output language, always: the environment's ``finalize`` makes it
so, and text that is in the language already has a type that only lowering code makes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

from coder_gen.languages import bash, yaml

COMPILED = "compiled"
_FINALIZE: dict[str, Callable[[object], str]] = {".sh.j2": bash.word, ".yaml.j2": yaml.scalar}


def languages() -> tuple[str, ...]:
    """The endings of templates, each with its environment."""
    return tuple(_FINALIZE)


@cache
def environment(ending: str) -> Environment:
    """The environment of one output language."""
    return Environment(
        loader=_loader(),
        finalize=_FINALIZE[ending],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _loader() -> BaseLoader:
    folder = Path(__file__).parent / "templates"
    if not folder.is_dir():
        folder = Path(__file__).parents[2] / "templates"
    # A wheel brings its templates compiled; in a source tree they are read as they are.
    compiled = folder / COMPILED
    return ModuleLoader(compiled) if compiled.is_dir() else FileSystemLoader(folder)


def render(template: str, /, **values: Any) -> str:
    """Fill a template. Raises TypeError or ValueError for a value its language cannot hold."""
    ending = next(ending for ending in _FINALIZE if template.endswith(ending))
    return environment(ending).get_template(template).render(values)
