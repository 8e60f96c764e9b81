"""The document's own keys in a merged layer: their values, as a Project holds them."""

from __future__ import annotations

from typing import NamedTuple

from coder_gen.engines.names import NAMES
from coder_gen.language.layers import Layer
from coder_gen.language.shapes.base import Override, Setting, Value, settle
from coder_gen.language.shapes.entries import LongEntry
from coder_gen.language.values import Acceptance
from coder_gen.text.positions import Span


class Output(NamedTuple):
    """A file to generate that the spec lists, and how."""

    file: str
    target: str
    engine: str | None
    mode: str | None
    profiles: tuple[str, ...]
    min_version: str | None
    span: Span
    target_span: Span
    engine_span: Span | None


def settle_names(setting: Setting | None) -> dict[str, Layer]:
    """The named overlays under a key, without those that were reset."""
    # Tags inside an overlay stay: it is merged over another layer later.
    named = _untagged(setting.value) if setting is not None else None
    if not isinstance(named, dict):
        return {}
    found = {name: _untagged(item.value) for name, item in named.items()}
    return {name: value for name, value in found.items() if isinstance(value, dict)}


def _untagged(value: Value) -> Value:
    while isinstance(value, Override):
        value = value.value
    return value


def outputs(merged: Layer) -> tuple[Output, ...]:
    """The files under ``outputs``, in the spec's order."""
    found = []
    for file, item in (settled_value(merged, "outputs") or {}).items():
        entry = LongEntry(item.value)
        profiles = tuple(text.literal for text in entry.texts("profiles"))
        found.append(
            Output(
                file=file,
                target=entry.fixed("target") or "",
                engine=entry.fixed("engine"),
                mode=entry.fixed("mode"),
                profiles=profiles,
                min_version=entry.fixed("min_version"),
                span=item.span,
                target_span=entry.place("target") if "target" in entry else item.span,
                engine_span=entry.place("engine") if "engine" in entry else None,
            )
        )
    return tuple(found)


def accepted(merged: Layer) -> tuple[Acceptance, ...]:
    """The findings that the spec accepts, each with its reason."""
    named = settled_value(merged, "accept")
    return tuple(
        Acceptance(rule, entry.fixed("reason") or "", entry.fixed("until") or "", item.span)
        for rule, item in (named or {}).items()
        for entry in (LongEntry(item.value),)
    )


def engines(merged: Layer) -> tuple[str, ...]:
    """The engines that ``auto`` looks for, the preferred one first; by default all."""
    named = settled_value(merged, "engines")
    return tuple(dict.fromkeys(text.literal for text in named or ())) or NAMES


def fixed_text(layer: Layer, key: str) -> str | None:
    """The literal of a key that takes no variables; None where it is not set or reset."""
    value = settled_value(layer, key)
    return value.literal if value is not None else None


def settled_value(layer: Layer, key: str) -> Value:
    """The value of a key without its tags; None where it is not set or reset."""
    setting = settle(layer.get(key))
    return None if setting is None else setting.value
