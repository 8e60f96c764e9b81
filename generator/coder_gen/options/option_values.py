"""Values of options in terms of the spec language, before a key's shape validates them."""

from __future__ import annotations

from typing import Any, NamedTuple

from coder_gen.expression import Text
from coder_gen.text.positions import Span

# Plain data: str (a literal, where a dollar is an ordinary character), expression.Text (may contain
# variables, and has a place of its own), int, bool, None, and lists and dicts of these.
Data = Any


class KeyValue(NamedTuple):
    """A key's value, its place in the original, and the comments above it there."""

    value: Data
    span: Span
    comments: tuple[str, ...] = ()


def text_of(value: Data) -> str:
    """A scalar in the syntax of the spec's interpolation."""
    if isinstance(value, Text):
        return value.source
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("$", "$$")


def is_text(value: Data, source: str) -> bool:
    """Whether a value is the text with this source."""
    return isinstance(value, Text) and value.source == source


def host_user(value: Data) -> Data:
    """``host`` if the value is the user who starts the container; else the value."""
    return "host" if is_text(value, "${UID}:${GID}") else value
