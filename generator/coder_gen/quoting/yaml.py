"""YAML: strings are double-quoted scalars, so that no reader changes their type."""

from __future__ import annotations

import re

from coder_gen.text import characters

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SPECIAL = re.compile(r'[\\"]')


class Yaml(str):
    """Text that is already YAML: a template copies it unchanged."""

    __slots__ = ()


def scalar(value: object) -> Yaml:
    """One scalar: a quoted string, a decimal integer, true or false.

    Raises ValueError for a string with half a surrogate pair, TypeError for another type.
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
    written = _SPECIAL.sub(r"\\\g<0>", value)
    if not characters.is_plain(written):
        # This also escapes all that YAML calls unprintable, and line breaks of some readers.
        written = characters.unseen(written).sub(_escaped, written)
    return Yaml(f'"{written}"')


def _escaped(match: re.Match[str]) -> str:
    return "".join(map(_escape, match[0]))


def _escape(char: str) -> str:
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
    """A comment line; its text cannot end it early."""
    return Yaml(f"# {characters.shown(text)}".rstrip())


def block(value: object, indent: int) -> Yaml:
    """A list or mapping in block style, or a scalar, to be written after ``key:``."""
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
    """A list item; a mapping begins on the line of the dash."""
    if isinstance(value, dict) and value:
        return " " + _block(value, indent + 1).lstrip()
    return _block(value, indent + 1)


_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words that a YAML 1.1 reader takes for booleans or null.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])


def _key(key: object) -> str:
    text = str(key)
    plain = _KEY.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else scalar(text)


# Characters with which every reader of YAML 1.1 or 1.2 takes a word for a string.
_WORD = r"[A-Za-z0-9_./:@=$(){}+,;?%^~*&!<>|'\[\]-]*"
_STRING = re.compile(rf"(?:[A-Za-z_/$]|\.{{1,2}}/|~/|--?[A-Za-z]){_WORD}(?: {_WORD})*(?<![: ])|\.")
_IN_FLOW = re.compile(r"(?:[A-Za-z_/$]|\./|--?[A-Za-z])[A-Za-z0-9_./:@=$+-]*(?<!:)")
_ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){2,3}")
_AMOUNT = re.compile(r"[0-9]+(?:[kmgbKMGB]+|ms|s|h)")


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether every reader takes unquoted text for that string; ``flow``: also in a flow list."""
    if text.lower() in _WORDS:
        return False
    form = _IN_FLOW if flow else _STRING
    known = form.fullmatch(text) or _ADDRESS.fullmatch(text) or _AMOUNT.fullmatch(text)
    return known is not None and ": " not in text
