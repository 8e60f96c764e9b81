"""Long-form entries of a list, whose keys are read with the type of each."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import Any

from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.base import Key, Keys, Setting, settle
from coder_gen.language.shapes.mappings import RecordShape
from coder_gen.language.values import Inherit
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Mapping


class LongEntry:
    """One long-form entry whose keys were checked against a table."""

    def __init__(self, settings: AbstractMapping[str, Setting]) -> None:
        self._values = {name: settle(setting.value) for name, setting in settings.items()}
        self._places = {name: setting.span for name, setting in settings.items()}

    def text(self, name: str) -> Text | None:
        """The text under a key; None where it is absent."""
        value = self._values.get(name)
        return value if isinstance(value, Text) else None

    def value(self, name: str) -> Any:
        """The value under a key whose shape has a type of its own; None where it is absent."""
        return self._values.get(name)

    def fixed(self, name: str) -> str | None:
        """The value of a key that is known when compiling; None where it is absent."""
        text = self.text(name)
        return None if text is None else text.literal

    def flag(self, name: str) -> bool:
        """A boolean key; absent is false."""
        return self._values.get(name) is True

    def texts(self, name: str) -> tuple[Text, ...]:
        """A list of texts; absent is empty."""
        value = self._values.get(name)
        return value if isinstance(value, tuple) and not isinstance(value, Text) else ()

    def pairs(self, name: str) -> dict[str, Text]:
        """Names with texts; absent is empty."""
        value = self._values.get(name)
        items = value.items() if isinstance(value, dict) else ()
        return {k: v for k, v in items if not isinstance(v, Inherit)}

    def place(self, name: str) -> Span:
        """The place of a key, which must be present."""
        return self._places[name]

    def section(self, name: str) -> LongEntry:
        """A nested mapping; absent is empty."""
        value = self._values.get(name)
        return LongEntry(value if isinstance(value, dict) else {})

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None


def read_entry(
    node: Mapping,
    keys: Keys,
    required: tuple[str, ...],
    ctx: ParseContext,
    refused: AbstractMapping[str, str] | None = None,
) -> LongEntry | None:
    """The entry, or None after reporting that a required key is missing or wrong."""
    entry = LongEntry(
        RecordShape(keys, refused=refused, required=required).parse_pairs(
            node.pairs, ctx, node.span
        )
    )
    return entry if all(name in entry for name in required) else None


def entry_schema(keys: Keys, required: tuple[str, ...]) -> dict[str, object]:
    """The JSON Schema of a long-form entry."""
    return RecordShape(keys, required=required).schema()


__all__ = ["Key", "LongEntry", "entry_schema", "read_entry"]
