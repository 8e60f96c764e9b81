"""Comments of a YAML text, by the key that they describe."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coder_gen.text.positions import SourceFile

_WHOLE = re.compile(r"\s*#+ ?(.*)")
# A comment after a value without quotes, so that the `#` cannot be part of the value.
_AFTER = re.compile(r"[^\"'#]*[^\"'#\s][^\"'#]*\s#+ ?(.*)")


def comments_of_keys(
    source: SourceFile, keys: Sequence[int], end: int
) -> dict[int, tuple[str, ...]]:
    """Comments by the line of their key; ``keys`` are lines in order, ``end`` is the one after.

    A comment describes the key below it, or the key whose value contains it.
    """
    found: dict[int, tuple[str, ...]] = {}
    start = keys[0] if keys else end
    while start > 0 and _WHOLE.fullmatch(source.line(start - 1)):
        start -= 1
    for key, below in zip(keys, [*keys[1:], end]):
        last = below
        while last > key + 1 and below != end and _WHOLE.fullmatch(source.line(last - 1)):
            last -= 1
        lines = [source.line(at) for at in range(start, last)]
        comments = [match[1] for line in lines if (match := _WHOLE.fullmatch(line))]
        found[key] = tuple(comments)
        start = last
    return found


def comments_after_values(source: SourceFile) -> dict[int, str]:
    """Comments at the end of a line, by the line."""
    count = source.text.count("\n") + 1
    found = ((at, _AFTER.fullmatch(source.line(at))) for at in range(count))
    return {at: match[1] for at, match in found if match and match[1]}


def comments_at_top(source: SourceFile) -> tuple[str, ...]:
    """The comments that the text begins with."""
    found: list[str] = []
    while match := _WHOLE.fullmatch(source.line(len(found))):
        found.append(match[1])
    return tuple(found)
