"""The settings of a launcher as text: options of a script, or entries of a Compose file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from coder_gen.audit.fragments import scalar_of
from coder_gen.engines.arguments import LAUNCHER_FOLDER, lowered, one_per_option
from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.engines.docker import port_form
from coder_gen.engines.names import DEFAULT
from coder_gen.engines.registry import engine as find_engine
from coder_gen.expression import Part, Text, source
from coder_gen.language.keys.mounts import short_form
from coder_gen.language.values import Device, Mount, Port
from coder_gen.plan import Plan
from coder_gen.quoting.bash import word

Describe = Callable[[Plan], list[str]]

# Characters that are special to a shell in double quotes.
_SPECIAL = str.maketrans({char: f"\\{char}" for char in '\\"$`'})
# The short spelling that people use.
_SHORT = {"--publish": "-p", "--env": "-e", "--volume": "-v"}
_IDS = {"UID": "$(id -u)", "GID": "$(id -g)", LAUNCHER_FOLDER: "."}


def options(engine: Engine | None) -> Describe:
    """A function that gives each option of the engine's command line, as in a script."""
    chosen = engine or find_engine(DEFAULT)
    bind = "--bind" if chosen.family == APPTAINER else "-v"

    def describe(plan: Plan) -> list[str]:
        others = {key: each for key, each in plan.settings.items() if key != "volumes"}
        items = lowered(plan._replace(settings=others), chosen.rules)
        mounts = [f"{bind} {shell(short_form(mount))}" for mount in plan.mounts]
        words = (tuple(map(shell, item.argv())) for item in one_per_option(items))
        return [*(_option(*each) for each in words if each), *mounts]

    return describe


def shell(text: Text) -> str:
    """One word of bash, with the script's variables."""
    if text.is_literal:
        return str(word(text.literal))
    return '"' + "".join(map(_part, text.parts)) + '"'


def _part(part: Part) -> str:
    if isinstance(part, str):
        return part.translate(_SPECIAL)
    return _IDS.get(part.name) or source((part,))


def _option(flag: str, *values: str) -> str:
    return " ".join([_SHORT.get(flag, flag), *values])


def entries(plan: Plan) -> list[str]:
    """Each setting of a service in a Compose file; each item of a list on its own."""
    found: list[str] = []
    for key, setting in plan.settings.items():
        value = plan.ports if key == "ports" else setting.value
        if key not in ("publish_address", "x11", "engine_options", "apptainer", "rm"):
            found += [f"{key}: {text}" for text in _entry(key, value)]
    return found


def _entry(key: str, value: Any) -> Iterator[str]:
    if key == "user" and value.source == "host":
        yield '"${UID}:${GID}"'
    elif isinstance(value, Text):
        yield scalar_of(value)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        yield from (f"[{_listed(item)}]" for item in value)
    elif isinstance(value, dict):
        yield from (f"[{name}]" for name in value)
    else:
        yield "..."


def _listed(item: Any) -> str:
    if isinstance(item, Mount):
        return scalar_of(short_form(item))
    if isinstance(item, Port):
        return f'"{port_form(item).source}"'
    if isinstance(item, Device):
        return scalar_of(item.source)
    return scalar_of(item) if isinstance(item, Text) else "..."
