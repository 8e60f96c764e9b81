"""Rule texts with named fields, which can be filled in for a spec or for a launcher."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple


class KeyName(NamedTuple):
    """A key of the spec language in a text, with an optional value."""

    name: str
    value: str = ""
    is_list: bool = False

    def __str__(self) -> str:
        value = f"[{self.value}]" if self.is_list else self.value
        return f"`{self.name}: {value}`" if value else f"`{self.name}`"


class RuleText(str):
    """A template filled in for the author of a spec; ``in_words`` fills it in for others.

    The field ``spec`` is the audited file; any other is a KeyName, another RuleText, or a word of
    the user's.
    """

    template: str
    fields: Mapping[str, str | KeyName]

    def __new__(cls, template: str, **fields: str | KeyName) -> RuleText:
        text = super().__new__(cls, template.format(spec="the spec", **fields))
        text.template, text.fields = template, fields
        return text

    def in_words(self, spec: str, key: Callable[[KeyName], str]) -> str:
        """The text with the audited file called ``spec``, and each key written by ``key``."""
        fields = {name: _in_words(field, spec, key) for name, field in self.fields.items()}
        return self.template.format(spec=spec, **fields)


def _in_words(field: str | KeyName, spec: str, key: Callable[[KeyName], str]) -> str:
    if isinstance(field, KeyName):
        return key(field)
    return field.in_words(spec, key) if isinstance(field, RuleText) else field
