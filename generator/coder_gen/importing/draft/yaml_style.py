"""Scalars and lists in YAML: plain style where all YAML readers agree."""

from __future__ import annotations

import re

from coder_gen.options.option_values import Data, text_of
from coder_gen.quoting.yaml import is_plain
from coder_gen.quoting.yaml import scalar as quoted

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_WIDTH = 88
_MOST = 8


def scalar(value: Data, *, flow: bool = False, number: bool = True) -> str:
    """A scalar on one line; ``number`` is whether the key accepts a plain number."""
    text = text_of(value)
    if isinstance(value, (bool, int)):
        return text
    if number and _NUMBER.fullmatch(text):
        return text
    if is_plain(text, flow=flow):
        return text
    if text.isascii() and text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return quoted(text)


def key_of(name: str) -> str:
    """A key of a mapping; a number is quoted, because it is a port or an id."""
    return name if is_plain(name, flow=True) and ":" not in name else quoted(name)


def block_lines(value: Data, indent: int) -> list[str] | None:
    """The lines of a text in literal block style, or None where that cannot hold it."""
    lines = text_of(value).split("\n")
    body = lines if lines[-1] else lines[:-1]
    first = next((line for line in body if line), "")
    if len(lines) < 3 or not body[-1] or first.startswith((" ", "\t")):
        return None
    for line in body:
        plain = line.isascii() and line.replace("\t", "").isprintable()
        if not plain or line.endswith((" ", "\t")):
            return None
    head = "|" if not lines[-1] else "|-"
    pad = "  " * indent
    return [head, *(pad + line for line in body)]


def flow_list(values: list[Data], used: int) -> str | None:
    """A list on one line, or None where it is long or holds more than words."""
    if any(isinstance(value, (list, dict)) or value is None for value in values):
        return None
    if any(block_lines(value, 0) for value in values):
        return None
    written = [scalar(value, flow=True) for value in values]
    line = f"[{', '.join(written)}]"
    return line if len(values) <= _MOST and used + len(line) <= _WIDTH else None
