"""Every place of a spec that may name a file of the host: what nothing may write over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coder_gen.expression import Parts, Text, joined
from coder_gen.language.load import Layer
from coder_gen.language.shapes.base import Override, Setting, Value, settle

# What stands there is read by the launcher, and never made by coder-gen; the others may name an
# output too, such as a set-up script that is mounted.
_ONLY_READ = frozenset(["env_file", "label_file", "secrets"])
_OVERLAYS = frozenset(["modes", "profiles"])
# Names and words about the spec itself. What `extends` names was read, which is known otherwise.
NO_FILES = frozenset(
    ["accept", "default_mode", "description", "engines", "extends", "name", "outputs", "variables"]
)


class NamedFile(NamedTuple):
    """A text that may be a file's name, under which key, and whether coder-gen never makes it."""

    text: Text
    key: str
    only_read: bool


def named_files(layers: Iterable[Layer]) -> Iterator[NamedFile]:
    """Every text of these layers that may name a file, in any mode and profile.

    Which of them do, the keys do not tell: options are passed through, and a word of a command
    may be a mounted file. So it is every text but those that cannot.
    """
    for layer in layers:
        yield from _of_layer(layer)


def _of_layer(layer: Layer) -> Iterator[NamedFile]:
    for key, setting in layer.items():
        value = _untagged(setting.value)
        if key in _OVERLAYS and isinstance(value, dict):
            for item in value.values():
                overlay = _untagged(item.value)
                if isinstance(overlay, dict):
                    yield from _of_layer(overlay)
        elif key == "build" and isinstance(value, dict):
            yield from _of_build(value)
        elif key not in NO_FILES:
            yield from _of_key(key, key, value)


def _of_build(build: Layer) -> Iterator[NamedFile]:
    """What the build reads, which is relative to its context, by Compose's rule."""
    context = settle(build["context"].value) if "context" in build else None
    for name, part in build.items():
        for named in _of_key(f"build.{name}", name, part):
            yield named
            if context is not None and name not in ("context", "secrets"):
                yield named._replace(text=_below(context, named.text.parts))
    if not {"base", "dockerfile"} & build.keys() and context is not None:
        yield NamedFile(_below(context, ("Dockerfile",)), "build", False)


def _below(folder: Text, parts: Parts) -> Text:
    return Text(joined((*folder.parts, "/", *parts)), folder.span)


def _of_key(shown: str, key: str, value: Value) -> Iterator[NamedFile]:
    if key in _ONLY_READ:
        # A secret may also come from a variable, whose name is no file's.
        grants = _untagged(value)
        if isinstance(grants, dict):
            value = [
                fields.get("file")
                for item in grants.values()
                if isinstance(fields := _untagged(item), dict)
            ]
    for text in _texts(value):
        yield NamedFile(text, shown, key in _ONLY_READ)


def _untagged(value: Value) -> Value:
    while isinstance(value, (Override, Setting)):
        value = value.value
    return value


def _texts(value: Value) -> Iterator[Text]:
    value = _untagged(value)
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
