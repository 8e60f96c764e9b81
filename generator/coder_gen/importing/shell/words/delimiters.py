"""Where quotes and expansions end in the text of a word.

Offsets are of the whole text; ``end`` is where the word ends, and the answer where nothing closes.
``depth`` is how deep the expansion is nested already: beyond a limit nothing is looked for.
"""

from __future__ import annotations

MAX_DEPTH = 32


def find(text: str, char: str, at: int, end: int) -> int:
    """The offset of the next such character."""
    found = text.find(char, at, end)
    return end if found < 0 else found


def after_brace(text: str, at: int, end: int, depth: int) -> int:
    """The offset after the brace that closes an expansion; ``at`` is after the one that opens it."""
    while at < end:
        if text[at] == "}":
            return at + 1
        at = _skip(text, at, end, depth)
    return end


def after_parenthesis(text: str, at: int, end: int, depth: int) -> int:
    """The offset after the parenthesis that closes the one at ``at``."""
    nested = 0
    while at < end:
        char = text[at]
        if char == "(":
            nested += 1
            at += 1
        elif char == ")":
            nested -= 1
            at += 1
            if nested == 0:
                return at
        else:
            at = _skip(text, at, end, depth)
    return end


def _skip(text: str, at: int, end: int, depth: int) -> int:
    """The offset after one character, or after a whole quote or expansion."""
    char = text[at]
    if char == "\\":
        return at + 2
    if char == "'":
        return find(text, "'", at + 1, end) + 1
    if char == '"':
        at += 1
        while at < end and text[at] != '"':
            at = at + 2 if text[at] == "\\" else _skip_expansion(text, at, end, depth)
        return at + 1
    return _skip_expansion(text, at, end, depth)


def _skip_expansion(text: str, at: int, end: int, depth: int) -> int:
    if depth >= MAX_DEPTH:
        return end
    if text.startswith("${", at):
        return after_brace(text, at + 2, end, depth + 1)
    if text.startswith("$(", at):
        return after_parenthesis(text, at + 1, end, depth + 1)
    return at + 1
