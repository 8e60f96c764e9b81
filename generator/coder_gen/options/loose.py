"""The access that an option gives, where the spec cannot express the whole option.

This is for questions about access, not about meaning: unknown fields and words are ignored, and so
is how a volume's driver reaches a folder of the host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.options.forms import KeyValues, ValueReader
from coder_gen.options.option_values import Data
from coder_gen.options.text_parts import fields, known, name_and_value

_PROPAGATION = ("shared", "rshared", "slave", "rslave", "private", "rprivate")
_TRUE = ("", "true", "1", "t")
_APART = {separator: re.compile(rf"(?<!\\){separator}") for separator in ",:"}


def _mount(value: Text) -> KeyValues | None:
    try:
        parts = [name_and_value(part) for part in fields(value)]
    except ValueError:
        return None
    given: dict[str, Text | None] = {}
    for part in parts:
        # volume-opt=device=/ names the host's folder of the volume.
        nested = name_and_value(part[1]) if part and part[0] == "volume-opt" and part[1] else None
        for pair in (part, nested):
            if pair is not None:
                given[pair[0].strip().lower()] = pair[1]
    target = given.get("target") or given.get("destination") or given.get("dst")
    source = given.get("source") or given.get("src")
    device, kind = given.get("device"), given.get("type")
    if device is not None:
        source = device
    elif source is None or kind is None or known(kind) not in ("bind", "glob"):
        return None
    return _bound(source, target or source, [
        name for name in ("ro", "readonly") if name in given and _is_on(given[name])
    ] + [known(given.get("bind-propagation") or source) or ""])  # fmt: skip


def _is_on(value: Text | None) -> bool:
    return value is None or (known(value) or "").lower() in _TRUE


def _volume(value: Text) -> KeyValues | None:
    source, *more = value.split(":")
    if not more:
        return None
    return _bound(source, more[0], (known(more[1]) or "").split(",") if len(more) > 1 else [])


def _bound(source: Text, target: Text, words: list[str]) -> KeyValues | None:
    first = source.parts[0] if source.parts else ""
    if isinstance(first, str) and not first.startswith(("/", ".", "~")):
        return None
    entry: dict[str, Data] = {"type": "bind", "source": source, "target": target}
    if {"ro", "readonly"} & set(words):
        entry["read_only"] = True
    for word in words:
        if word in _PROPAGATION:
            entry["bind"] = {"propagation": word}
    return [("volumes", [entry])]


def _split(value: Text, separator: str) -> list[Text]:
    """Apptainer's lists, in which a backslash escapes a comma or a colon."""
    texts = []
    for part in _APART[separator].split(value.source):
        try:
            texts.append(expression.parse(part, value.span, False))
        except expression.BadExpression:  # split inside of ${...}
            return [value]
    return texts


def _bind(value: Text) -> KeyValues | None:
    found: list[Data] = []
    for item in _split(value, ","):
        source, *more = (text.map(_unescaped) for text in _split(item, ":"))
        words = [known(word) or "" for word in more[1:]]
        bound = _bound(source, more[0] if more and more[0].parts else source, words)
        if bound is not None:
            found += bound[0][1]
    return [("volumes", found)] if found else None


def _unescaped(part: str) -> str:
    return re.sub(r"\\(.)", r"\1", part)


def _tmpfs(value: Text) -> KeyValues:
    return [("tmpfs", [value])]


DOCKER: Mapping[str, ValueReader] = {"mount": _mount, "volume": _volume, "tmpfs": _tmpfs}
# Its `--no-pid` undoes what a launcher asks for.
APPTAINER: Mapping[str, ValueReader] = {
    "bind": _bind,
    "mount": _mount,
    "home": _volume,
    "no-pid": lambda value: [("pid", "host")],
}
