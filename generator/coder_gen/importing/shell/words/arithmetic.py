"""Arithmetic with known values: ``$((8000 + 80))`` is 8080.

The rules are bash's (section Shell Arithmetic of its manual), for the operators that launchers
use. A number with a leading zero or a base, an assignment or a comparison makes it unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(r"\s*(?:(\d+)|\$?\{?([A-Za-z_]\w*)\}?|([-+*/%()]))")
_PRIORITY = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}
_LIMIT = 1 << 63
MAX_TOKENS = 100


def value_of(code: str, lookup: Callable[[str], str | None]) -> int | None:
    """The value of an expression, or None if it is not known.

    ``lookup`` gives the value of a variable, or None if it is not known.
    """
    tokens = _tokens(code, lookup)
    if not tokens or len(tokens) > MAX_TOKENS:
        return None
    reader = _Reader(tokens)
    try:
        found = reader.sum(0)
    except (ValueError, ZeroDivisionError, IndexError):
        return None
    return found if reader.at == len(tokens) and -_LIMIT <= found < _LIMIT else None


def _tokens(code: str, lookup: Callable[[str], str | None]) -> list[str] | None:
    found: list[str] = []
    code = code.strip()
    at = 0
    while at < len(code):
        match = _TOKEN.match(code, at)
        if match is None:
            return None
        number, name, operator = match.groups()
        if name is not None:
            number = (lookup(name) or "").strip()
        if operator is None and not re.fullmatch(r"0|[1-9][0-9]{0,18}", number):
            return None
        found.append(operator or number)
        at = match.end()
    return found


class _Reader:
    """Precedence climbing over tokens; raises ValueError or IndexError if they are no expression."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def sum(self, priority: int) -> int:
        left = self.one()
        while self.at < len(self.tokens) and _PRIORITY.get(self.tokens[self.at], 0) > priority:
            operator = self.tokens[self.at]
            self.at += 1
            left = _result(left, operator, self.sum(_PRIORITY[operator]))
        return left

    def one(self) -> int:
        token = self.tokens[self.at]
        self.at += 1
        if token in "+-":
            return self.one() if token == "+" else -self.one()
        if token == "(":
            inner = self.sum(0)
            if self.tokens[self.at] != ")":
                raise ValueError
            self.at += 1
            return inner
        return int(token)


def _result(left: int, operator: str, right: int) -> int:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    # C's division: towards zero; the remainder has the sign of the dividend.
    whole = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return whole if operator == "/" else left - right * whole
