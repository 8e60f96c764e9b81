"""The difference between two plans of one spec, as YAML that turns the first into the second."""

from __future__ import annotations

import re
from typing import Any

from coder_gen.expression import Text
from coder_gen.language.keys.mounts import long_form
from coder_gen.language.values import (
    X11,
    Apptainer,
    Device,
    EnvFile,
    FileGrant,
    Inherit,
    Mount,
    Port,
)
from coder_gen.plan import Plan
from coder_gen.quoting.yaml import is_plain, scalar

Changes = dict[str, Any]

_SIMPLE = re.compile(r"[A-Za-z_]+")
_BOOLEANS = frozenset(["true", "false"])


def changes(before: Plan, after: Plan) -> Changes:
    """The keys that differ, with their new value; None where the key is to be unset."""
    keys = [*before.settings, *(key for key in after.settings if key not in before.settings)]
    return {key: after.value(key) for key in keys if before.value(key) != after.value(key)}


def fragment(before: Plan, after: Plan) -> str:
    """The spec lines that make the difference, without the last line break."""
    made = changes(before, after)
    return "\n".join(line for key in made for line in entry(key, before.value(key), made[key]))


def entry(key: str, before: Any, after: Any) -> list[str]:
    """The lines of one key. A list that only grows is merged; any other list is overridden."""
    if after is None:
        listed = isinstance(before, tuple) and not isinstance(before, Text)
        empty = "[]" if listed else "{}" if isinstance(before, dict) else "null"
        return [f"{key}: !reset {empty}"]
    if isinstance(after, X11):
        return [f"{key}: {after.access}"]
    if isinstance(after, Apptainer):
        own = ((name, getattr(before, name), getattr(after, name)) for name in ("home", "options"))
        lines = [
            line for name, old, new in own if old != new for line in entry(name, old, new or None)
        ]
        return [f"{key}:", *(f"  {line}".replace("\n", "\n  ") for line in lines)]
    if isinstance(after, dict):
        old = before or {}
        lines = [f"  {scalar_of(name)}: !reset null" for name in old if name not in after]
        for name, value in after.items():
            if old.get(name) != value:
                text = "" if isinstance(value, Inherit) else f" {scalar_of(value)}"
                lines.append(f"  {scalar_of(name)}:{text}")
        return [f"{key}:", *lines]
    if not isinstance(after, tuple) or isinstance(after, Text):
        return [f"{key}: {scalar_of(after)}"]
    if all(isinstance(item, FileGrant) for item in after):
        # In a spec they are a mapping by name.
        names = {item.name for item in after}
        gone = [item.name for item in before or () if item.name not in names]
        return [f"{key}:", *(f"  {scalar_of(name)}: !reset null" for name in gone)]
    old = before or ()
    if after[: len(old)] == old:
        return [f"{key}:{_listed(after[len(old) :])}"]
    if key == "volumes" and [m.target for m in old] == [m.target for m in after]:
        # Mounts merge by their target.
        return [f"{key}:{_listed(tuple(m for m, o in zip(after, old) if m != o))}"]
    return [f"{key}: !override{_listed(after)}"]


def _listed(items: tuple[Any, ...]) -> str:
    if all(isinstance(item, Text) and _is_word(item.source) for item in items):
        return f" [{', '.join(item.source for item in items)}]"
    return "".join("\n  - " + "\n    ".join(_item(item)) for item in items)


def _is_word(text: str) -> bool:
    return _SIMPLE.fullmatch(text) is not None and is_plain(text, flow=True)


def _item(item: Any) -> list[str]:
    if isinstance(item, Text):
        # No list has booleans: such a word is a string.
        return [scalar(item.source) if item.source in _BOOLEANS else scalar_of(item)]
    pairs: dict[str, Any] = {}
    if isinstance(item, Mount):
        pairs = long_form(item)
    elif isinstance(item, Port):
        pairs = {
            "target": item.target, "published": item.published, "host_ip": item.host_ip,
            "protocol": item.protocol if item.protocol != "tcp" else None, "name": item.name,
            "app_protocol": item.app_protocol,
        }  # fmt: skip
    elif isinstance(item, EnvFile):
        if item.required and not item.raw:
            return [scalar_of(item.path)]
        pairs = {
            "path": item.path, "required": None if item.required else False,
            "format": "raw" if item.raw else None,
        }  # fmt: skip
    elif isinstance(item, Device):
        pairs = {"source": item.source, "target": item.target, "permissions": item.permissions}
    else:
        raise TypeError(f"no form for a fragment: {item!r}")
    return [line for name, value in pairs.items() for line in _pair(name, value)]


def _pair(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, dict):
        inner = [line for key, item in value.items() for line in _pair(key, item)]
        return [f"{name}:", *("  " + line for line in inner)] if inner else []
    return [f"{name}: {scalar_of(value)}"]


def scalar_of(value: Text | str | bool) -> str:
    """A scalar in plain style, or in quotes where YAML would read it as another type."""
    if isinstance(value, bool):
        return scalar(value)
    text = value.source if isinstance(value, Text) else value
    if text in _BOOLEANS or (text.isdecimal() and not text.startswith("0")):
        return text
    return text if is_plain(text) else scalar(text)
