"""Strings with variables in them: Compose's interpolation as a tree.

The grammar is the Compose specification's: ``$NAME``, ``${NAME}`` and the operators ``:-``, ``-``,
``:?``, ``?``, ``:+``, ``+``, whose operand may contain variables again; ``$$`` is a dollar. Nothing
is looked up here: a target writes the tree in its own syntax, or frozen values replace variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, Union

from coder_gen.text.positions import Span

OPERATORS = (":-", ":?", ":+", "-", "?", "+")
MAX_NESTING = 16

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Ref(NamedTuple):
    """A late-bound variable: ``operator`` is one of OPERATORS or empty."""

    name: str
    operator: str
    operand: Parts
    span: Span


Part = Union[str, Ref]  # noqa: UP007 - forward reference
Parts = tuple[Part, ...]


class Text(NamedTuple):
    """A string of the spec; adjacent literals are joined and none is empty.

    ``kind`` is the kind (``shapes.kind.Kind``) that the text's key requires, for text that can only
    be checked when its variables are known; text made from other texts has none.
    """

    parts: Parts
    span: Span
    kind: object = None

    @property
    def is_literal(self) -> bool:
        """Whether the value is known when compiling."""
        return not self.parts or (len(self.parts) == 1 and isinstance(self.parts[0], str))

    @property
    def literal(self) -> str:
        """The value of a literal; only for text that ``is_literal``."""
        if not self.parts:
            return ""
        (value,) = self.parts
        if not isinstance(value, str):
            raise TypeError("late-bound text has no literal value")
        return value

    @property
    def source(self) -> str:
        """The text in the spec's syntax: equal for equal meaning, independent of its place."""
        return source(self.parts)

    def refs(self) -> Iterator[Ref]:
        """Every variable in the text, including those inside operands."""
        return _refs(self.parts)

    def split(self, separator: str, most: int = -1) -> list[Text]:
        """Split at a separator in the literal parts: a variable's value is never split."""
        pieces: list[list[Part]] = [[]]
        for part in self.parts:
            if isinstance(part, Ref):
                pieces[-1].append(part)
                continue
            left = most - (len(pieces) - 1) if most >= 0 else -1
            first, *others = part.split(separator, left)
            pieces[-1].append(first)
            pieces += [[other] for other in others]
        return [Text(joined(piece), self.span) for piece in pieces]

    def startswith(self, prefix: str) -> bool:
        """Whether the text begins with a literal that starts with ``prefix``."""
        return (
            bool(self.parts) and isinstance(self.parts[0], str) and self.parts[0].startswith(prefix)
        )

    def map(self, change: Callable[[str], str]) -> Text:
        """The text with its literal parts changed by a function."""
        return Text(joined(change(p) if isinstance(p, str) else p for p in self.parts), self.span)

    def __add__(self, other: object) -> Text:
        if isinstance(other, str):
            return Text(joined((*self.parts, other)), self.span)
        if isinstance(other, Text):
            return Text(joined((*self.parts, *other.parts)), self.span)
        return NotImplemented

    def __radd__(self, other: object) -> Text:
        if isinstance(other, str):
            return Text(joined((other, *self.parts)), self.span)
        return NotImplemented


class BadExpression(Exception):
    """Not in the grammar: the message, the offset of the character, and how to fix it."""

    def __init__(self, message: str, offset: int, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.fix = fix


def literal(value: str, span: Span) -> Text:
    """Text without variables: a dollar is an ordinary character."""
    return Text((value,) if value else (), span)


def joined(parts: Iterable[Part]) -> Parts:
    """Parts in normal form."""
    result: list[Part] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        if text := "".join(texts):
            result.append(text)
        texts.clear()
        result.append(part)
    if text := "".join(texts):
        result.append(text)
    return tuple(result)


def _refs(parts: Parts) -> Iterator[Ref]:
    for part in parts:
        if isinstance(part, Ref):
            yield part
            yield from _refs(part.operand)


def parse(value: str, span: Span, exact: bool = False) -> Text:
    """Parse a spec string.

    ``exact``: ``value`` is in the source character for character from the span's start, so a
    variable can have a place of its own. Raises BadExpression.
    """
    if "$" not in value:
        return literal(value, span)
    parser = _Parser(value, span, exact)
    return Text(parser.parts(0, 0)[0], span)


class _Parser:
    def __init__(self, value: str, span: Span, exact: bool) -> None:
        self.value = value
        self.whole = span
        self.exact = exact

    def span(self, start: int, end: int) -> Span:
        if not self.exact:
            return self.whole
        column = self.whole.column
        return self.whole._replace(column=column + start, end=column + end)

    def parts(self, at: int, depth: int) -> tuple[Parts, int]:
        """Parse from ``at`` to the end or, inside an operand, to its closing brace."""
        value = self.value
        found: list[Part] = []
        while at < len(value):
            char = value[at]
            if char == "}" and depth:
                break
            if char != "$":
                end = at
                while end < len(value) and value[end] != "$" and not (depth and value[end] == "}"):
                    end += 1
                found.append(value[at:end])
                at = end
            elif value.startswith("$$", at):
                found.append("$")
                at += 2
            else:
                ref, at = self.ref(at, depth)
                found.append(ref)
        return joined(found), at

    def ref(self, start: int, depth: int) -> tuple[Ref, int]:
        value = self.value
        braced = value.startswith("${", start)
        name = _NAME.match(value, start + 1 + braced)
        if name is None:
            shown = value[start : start + 12]
            raise BadExpression(
                f"`{shown}` is not a variable", start, "write $$ for a literal dollar sign"
            )
        at = name.end()
        if not braced:
            return Ref(name[0], "", (), self.span(start, at)), at
        operator = next((op for op in OPERATORS if value.startswith(op, at)), "")
        operand: Parts = ()
        if operator:
            if depth >= MAX_NESTING:
                raise BadExpression(
                    f"variables nested deeper than {MAX_NESTING} levels", start,
                    "declare some of them under `variables`",
                )  # fmt: skip
            operand, at = self.parts(at + len(operator), depth + 1)
        if at >= len(value):
            raise BadExpression(f"`${{{name[0]}` is not closed", start, "add the missing }")
        if value[at] != "}":
            raise BadExpression(
                f"`{value[at]}` may not follow the name {name[0]}",
                at,
                f"the operators are {' '.join(OPERATORS)}; write $$ for a literal dollar sign",
            )
        return Ref(name[0], operator, operand, self.span(start, at + 1)), at + 1


def freeze(text: Text, values: Mapping[str, Parts]) -> Text:
    """The text with the given variables replaced, operators applied as in Compose.

    A frozen variable counts as set; ``:-``, ``:?`` and ``:+`` also require that it is not empty.
    Raises BadExpression where ``:?`` finds an empty frozen value.
    """
    if not values or text.is_literal:
        return text
    return Text(_freeze(text.parts, values), text.span)


def _freeze(parts: Parts, values: Mapping[str, Parts]) -> Parts:
    result: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            result.append(part)
        elif part.name not in values:
            result.append(part._replace(operand=_freeze(part.operand, values)))
        else:
            result += _apply(part, values[part.name], values)
    return joined(result)


def _apply(ref: Ref, value: Parts, values: Mapping[str, Parts]) -> Parts:
    missing = not value and ref.operator.startswith(":")
    if ref.operator in (":+", "+"):
        return () if missing else _freeze(ref.operand, values)
    if not missing:
        return value
    if ref.operator == ":-":
        return _freeze(ref.operand, values)
    message = "".join(p if isinstance(p, str) else f"${{{p.name}}}" for p in ref.operand)
    raise BadExpression(
        f"{ref.name} is empty: {message or 'a value is required'}",
        0,
        f"pass --var {ref.name}=VALUE",
    )


def source(parts: Parts) -> str:
    """The parts in the spec's syntax; equal for equal meaning."""
    return "".join(
        part.replace("$", "$$")
        if isinstance(part, str)
        else f"${{{part.name}{part.operator}{source(part.operand)}}}"
        for part in parts
    )
