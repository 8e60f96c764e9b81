"""What options say, in the spec's words, before a key's shape has judged it."""

from __future__ import annotations

from typing import Any, NamedTuple

from coder_gen.expression import Text
from coder_gen.text.positions import Span

# Plain data: str (a literal, dollars and all), expression.Text (may hold variables, and has a
# place of its own), int, bool, None, and lists and dicts of these.
Data = Any


class KeyValue(NamedTuple):
    """A key's value, its place in the original, and the comments that stood above it there."""

    value: Data
    span: Span
    comments: tuple[str, ...] = ()


def text_of(value: Data) -> str:
    """A leaf as the spec's interpolation writes it."""
    if isinstance(value, Text):
        return value.source
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("$", "$$")


def is_text(value: Data, source: str) -> bool:
    """Whether a value is the text that a spec writes so."""
    return isinstance(value, Text) and value.source == source


def host_user(value: Data) -> Data:
    """``host``, where it is who starts the container."""
    return "host" if is_text(value, "${UID}:${GID}") else value
