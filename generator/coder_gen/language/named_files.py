"""Every place of a spec that may name a file of the host, which no output may overwrite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coder_gen.expression import Parts, Text, joined
from coder_gen.language.layers import Layer
from coder_gen.language.shapes.base import Override, Setting, Value, settle

# Files under these keys are read by the launcher and never made by coder-gen; other keys may also
# name an output, such as a set-up script that is mounted.
_ONLY_READ = frozenset(["env_file", "label_file", "secrets"])
_OVERLAYS = frozenset(["modes", "profiles"])
# Names and words about the spec itself. The files of `extends` are known because they were read.
NO_FILES = frozenset(
    ["accept", "default_mode", "description", "engines", "extends", "name", "outputs", "variables"]
)


class NamedFile(NamedTuple):
    """A text that may be a file's name, its key, and whether coder-gen never makes that file."""

    text: Text
    key: str
    only_read: bool


def named_files(layers: Iterable[Layer], *, only_read: bool = False) -> Iterator[NamedFile]:
    """Every text of these layers that may name a file, in any mode and profile.

    ``only_read`` leaves out files that coder-gen may make.

    Keys do not decide which texts are names: options are passed through, and an argument of a
    command may be a mounted file. So the result has every text that can be one.
    """
    # Layers with and without the profiles are the same objects where no profile is chosen.
    for layer in {id(layer): layer for layer in layers}.values():
        yield from _of_layer(layer, only_read)


def _of_layer(layer: Layer, only_read: bool) -> Iterator[NamedFile]:
    for key, setting in layer.items():
        value = _untagged(setting.value)
        if key in _OVERLAYS and isinstance(value, dict):
            for item in value.values():
                overlay = _untagged(item.value)
                if isinstance(overlay, dict):
                    yield from _of_layer(overlay, only_read)
        elif key == "build" and isinstance(value, dict):
            yield from _of_build(value, only_read)
        elif key not in NO_FILES:
            yield from _of_key(key, key, value, only_read)


def _of_build(build: Layer, only_read: bool) -> Iterator[NamedFile]:
    """The files that the build reads, which are relative to its context, by Compose's rule."""
    # coder-gen may make files below the context.
    context = settle(build["context"].value) if "context" in build and not only_read else None
    for name, part in build.items():
        for named in _of_key(f"build.{name}", name, part, only_read):
            yield named
            if context is not None and name not in ("context", "secrets"):
                yield named._replace(text=_below(context, named.text.parts))
    if not {"base", "dockerfile"} & build.keys() and context is not None:
        yield NamedFile(_below(context, ("Dockerfile",)), "build", False)


def _below(folder: Text, parts: Parts) -> Text:
    return Text(joined((*folder.parts, "/", *parts)), folder.span)


def _of_key(shown: str, key: str, value: Value, only_read: bool) -> Iterator[NamedFile]:
    if key in _ONLY_READ:
        # A secret may also come from a variable, whose name is not a file's.
        grants = _untagged(value)
        if isinstance(grants, dict):
            value = [
                fields.get("file")
                for item in grants.values()
                if isinstance(fields := _untagged(item), dict)
            ]
    elif only_read:
        return
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
