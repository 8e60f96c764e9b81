"""A regular expression less each of its alternatives, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What stands for a part that is not taken apart.
_WHOLE = "\ue000"


def reduced(pattern: re.Pattern[str], *whole: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Each alternative and each optional group, and the expression without it.

    ``whole`` are parts that another expression's rows prove.
    """
    text = pattern.pattern
    kept = {}
    for number, part in enumerate(whole):
        mark = chr(ord(_WHOLE) + number)
        text, kept[mark] = text.replace(part, mark), part
    for dropped, rest in sorted(set(_less(text))):
        for mark, part in kept.items():
            dropped, rest = dropped.replace(mark, part), rest.replace(mark, part)
        yield dropped, re.compile(rest, pattern.flags)


def _less(text: str) -> Iterator[tuple[str, str]]:
    starts: list[list[int]] = [[0]]
    at = 0
    while at < len(text):
        match text[at]:
            case "\\":
                at += 1
            case "[":
                at = text.index("]", at + 2 + (text[at + 1] == "^"))
            case "(":
                head = re.compile(r"\((?:\?(?:P<\w+>|[a-z]+:|<?[:=!]))?").match(text, at)
                assert head is not None
                starts.append([at, head.end()])
                at = head.end() - 1
            case "|":
                starts[-1].append(at + 1)
            case ")":
                group, *cuts = starts.pop()
                yield from _alternatives(text, cuts, at)
                if text[at + 1 : at + 2] == "?":
                    yield text[max(0, group - 20) : at + 2], text[:group] + text[at + 2 :]
            case _:
                pass
        at += 1
    yield from _alternatives(text, starts[0], len(text))


def _alternatives(text: str, cuts: list[int], end: int) -> Iterator[tuple[str, str]]:
    if len(cuts) == 1:
        return
    parts = [text[a:b] for a, b in zip(cuts, [cut - 1 for cut in cuts[1:]] + [end])]
    for number, part in enumerate(parts):
        rest = "|".join(parts[:number] + parts[number + 1 :])
        yield part, text[: cuts[0]] + rest + text[end:]
