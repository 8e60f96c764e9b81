"""The quoting ``$'…'`` of bash, whose escapes are those of C."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})"
    r"|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.))",
    re.DOTALL,
)
_CHARACTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


def unescaped(text: str) -> str:
    """What `$'…'` stands for; `\\x` and octal escapes are bytes of UTF-8."""
    found = bytearray()
    at = 0
    for match in _ESCAPE.finditer(text):
        found += text[at : match.start()].encode("utf-8", "replace") + _bytes_of(match)
        at = match.end()
    return (found + text[at:].encode("utf-8", "replace")).decode("utf-8", "replace")


def _bytes_of(match: re.Match[str]) -> bytes:
    char, octal, short, four, eight, control = match.groups()
    if char:
        return _CHARACTERS[char].encode()
    if control:
        return bytes([ord(control) & 0x1F])
    if octal or short:
        return bytes([int(octal, 8) & 0xFF if octal else int(short, 16)])
    number = int(four or eight, 16)
    if number > 0x10FFFF or 0xD800 <= number < 0xE000:
        number = 0xFFFD
    return chr(number).encode()
