"""YAML: every string a double-quoted scalar, so that no reader changes its type."""

from __future__ import annotations

import re

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Outside of YAML's printable set, or read as a line break or a byte order mark by some reader.
_SPECIAL = re.compile(
    '[\\\\"]|[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]'
)


class Yaml(str):
    """Text that is YAML already: a template copies it as it is."""

    __slots__ = ()


def scalar(value: object) -> Yaml:
    """One scalar: a quoted string, a decimal integer, true or false.

    Raises ValueError for a string with half a surrogate pair, TypeError for what is no scalar.
    """
    if isinstance(value, Yaml):
        return value
    if isinstance(value, bool):
        return Yaml("true" if value else "false")
    if isinstance(value, int):
        return Yaml(str(value))
    if not isinstance(value, str):
        raise TypeError(f"not a YAML scalar: {value!r}")
    value.encode()
    return Yaml('"' + _SPECIAL.sub(_escaped, value) + '"')


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def comment(text: str) -> Yaml:
    """A comment line; whatever could end it is made harmless."""
    return Yaml(("# " + "".join(c if c.isprintable() else " " for c in text)).rstrip())


def block(value: object, indent: int) -> Yaml:
    """A list or mapping in block style, or a scalar, to follow ``key:`` on its line."""
    return Yaml(_block(value, indent))


def _block(value: object, indent: int) -> str:
    pad = "  " * indent
    if isinstance(value, dict):
        if not value:
            return " {}"
        return "".join(f"\n{pad}{_key(k)}:{_block(v, indent + 1)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        if not value:
            return " []"
        return "".join(f"\n{pad}-{_item(v, indent)}" for v in value)
    return "" if value is None else f" {scalar(value)}"


def _item(value: object, indent: int) -> str:
    """A list item; a mapping begins on the dash's own line."""
    if isinstance(value, dict) and value:
        return " " + _block(value, indent + 1).lstrip()
    return _block(value, indent + 1)


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Plain keys that a YAML 1.1 reader takes for booleans or null.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def _key(key: object) -> str:
    text = str(key)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else scalar(text)
