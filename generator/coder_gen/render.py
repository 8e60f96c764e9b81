"""The template environments: one per output language, each quoting every value.

``{{ x }}`` is always one token of the output language: the environment's ``finalize`` quotes it,
unless it is already in the language, which only a type made by lowering code can express.
"""

from __future__ import annotations

import os.path
from functools import cache
from importlib import import_module
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined

COMPILED = "compiled"
# By the ending of a template: the module and function that quote for its language.
_FINALIZE = {
    ".sh.j2": ("coder_gen.quoting.bash", "word"),
    ".yaml.j2": ("coder_gen.quoting.yaml", "scalar"),
    ".html.j2": ("coder_gen.quoting.html", "text"),
    ".dockerfile.j2": ("coder_gen.quoting.dockerfile", "word"),
}


@cache
def environment(ending: str) -> Environment:
    """The environment of one output language."""
    module, function = _FINALIZE[ending]
    return Environment(
        loader=_loader(),
        finalize=getattr(import_module(module), function),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@cache
def _folder() -> str:
    package = os.path.dirname(__file__)
    folder = os.path.join(package, "templates")
    return folder if os.path.isdir(folder) else os.path.join(package, "..", "..", "templates")


def _loader() -> BaseLoader:
    folder = _folder()
    # A wheel contains compiled templates; a source tree has only their sources.
    compiled = os.path.join(folder, COMPILED)
    return ModuleLoader(compiled) if os.path.isdir(compiled) else FileSystemLoader(folder)


@cache
def machinery(name: str) -> str:
    """The text of a module of bash, which scripts contain unchanged."""
    with open(os.path.join(_folder(), "machinery", f"{name}.sh"), encoding="utf-8") as file:
        return file.read()


def render(template: str, /, **values: Any) -> str:
    """Fill a template. Raises TypeError or ValueError for a value its language cannot contain."""
    ending = next(ending for ending in _FINALIZE if template.endswith(ending))
    return environment(ending).get_template(template).render(values)


def compile_templates(folder: str) -> None:
    """Compile every template to a Python module in the folder; called by the wheel's build.

    Each is compiled in its language's environment, whose quoting becomes part of the code.
    """
    for ending in _FINALIZE:
        own = environment(ending)
        names = [name for name in own.list_templates() if name.endswith(ending)]
        own.compile_templates(folder, zip=None, filter_func=names.__contains__, ignore_errors=False)
