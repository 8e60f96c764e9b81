"""Shapes: the form of a key's value, how two values merge, and the JSON Schema.

One shape object serves the validator, the merger and the schema, so that the three cannot differ.
``parse`` reports errors and returns None; it never raises.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from typing import Any, NamedTuple, Protocol

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.language.context import ParseContext, shortened
from coder_gen.language.shapes.kind import WAITING, Kind, Schema
from coder_gen.language.shapes.scalar_types import BOOL, ENV_VALUE, KEY, STRING
from coder_gen.language.values import Inherit
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence
from coder_gen.yaml.scalars import is_null

# How to write a mapping from names.
NAMES_ON_LINES = "write NAME: VALUE, each on a line of its own"

# The type depends on the shape, whose docstring gives the result of parse.
Value = Any


class Reset(NamedTuple):
    """``!reset``: the key is unset, whatever the layers below set."""

    span: Span


class Override(NamedTuple):
    """``!override``: the value replaces that of the layers below instead of merging."""

    value: Value


class Setting(NamedTuple):
    """A key's value and its origin: the place and the layer."""

    value: Value
    span: Span
    origin: str


class Shape(Protocol):
    """The form of a key's value."""

    def parse(self, node: Node, ctx: ParseContext) -> Value:
        """The canonical value, or None after reporting errors."""

    def merge(self, base: Value, over: Value) -> Value:
        """The values of two layers merged by Compose's rules."""

    def schema(self) -> Schema:
        """The JSON Schema (draft 2020-12) of the values that ``parse`` accepts."""


def parse(shape: Shape, node: Node, ctx: ParseContext) -> Value:
    """Parse a value that may carry a merge tag."""
    if node.tag == "!reset":
        return Reset(node.span)
    if node.tag == "!override":
        value = shape.parse(node._replace(tag=None), ctx)
        return None if value is None else Override(value)
    return shape.parse(node, ctx)


def merge(shape: Shape, base: Value, over: Value) -> Value:
    """Merge one layer's value over another's.

    Tags stay in the result, because it may itself be an overlay; ``settle`` removes them.
    """
    if isinstance(over, (Reset, Override)):
        return over
    if isinstance(base, Reset):
        return Override(over)
    if isinstance(base, Override):
        return Override(shape.merge(base.value, over))
    return shape.merge(base, over)


def settle(value: Value) -> Value:
    """The value without its tags; None where it was reset."""
    kind = type(value)
    if kind is Setting:
        inner = settle(value.value)
        if inner is value.value:
            return value
        return None if inner is None else Setting(inner, value.span, value.origin)
    if kind is dict:
        settled = {key: inner for key, item in value.items() if (inner := settle(item)) is not None}
        is_same = len(settled) == len(value) and all(
            map(operator.is_, settled.values(), value.values())
        )
        return value if is_same else settled
    if kind is Override:
        return settle(value.value)
    return None if kind is Reset else value


class ScalarShape:
    """One scalar of a kind: Text. A later layer replaces the value."""

    def __init__(self, kind: Kind = STRING, *, fixed: bool = False) -> None:
        self.kind = kind
        self.fixed = fixed

    def parse(self, node: Node, ctx: ParseContext) -> Text | None:
        text = ctx.text(node, self.kind)
        if text is not None and self.fixed and ctx.known(text) is None:
            return None
        return text

    def merge(self, base: Value, over: Value) -> Value:
        return over

    def schema(self) -> Schema:
        schema = dict(self.kind.schema)
        if "enum" in schema and not self.fixed:
            schema = {"anyOf": [schema, {"type": "string", "pattern": WAITING}]}
        return schema


class BooleanShape:
    """A boolean that determines the output, so it must be known when compiling: bool."""

    def parse(self, node: Node, ctx: ParseContext) -> bool | None:
        return ctx.flag(node)

    def merge(self, base: Value, over: Value) -> Value:
        return over

    def schema(self) -> Schema:
        return dict(BOOL.schema)


class ListShape:
    """A list whose items have one form: tuple. Items with the same ``key`` are the same item.

    Layers append; an item with the key of an earlier layer's item replaces it (Compose's rule for
    ports, volumes and devices; for plain texts this drops duplicates). Two of them in one list are
    an error, since one would have no effect; ``what`` names them in its message. Without a key all
    items are kept, as in a list of commands.
    """

    def __init__(
        self,
        item: Callable[[Node, ParseContext], Value],
        schema: Schema,
        key: Callable[[Value], object] | None,
        *,
        single: bool = False,
        noun: str = "a list",
        what: str = "",
    ) -> None:
        self.item = item
        self.item_schema = schema
        self.key = key
        self.single = single
        self.noun = noun
        self.what = what

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Value, ...] | None:
        if isinstance(node, Sequence):
            nodes = node.items
        elif self.single and not (isinstance(node, Scalar) and is_null(node)):
            nodes = (node,)
        else:
            ctx.wrong_type(node, self.noun, "begin each item with `- ` on a line of its own")
            return None
        found: list[Value] = []
        seen: dict[object, Span] = {}
        for item in nodes:
            if not ctx.untagged(item):
                continue
            value = self.item(item, ctx)
            values = value if isinstance(value, list) else [] if value is None else [value]
            if self.key is not None:
                self._second(map(self.key, values), seen, item, ctx)
            found += values
        return self._unique(found)

    def _second(
        self, keys: Iterable[object], seen: dict[object, Span], node: Node, ctx: ParseContext
    ) -> None:
        """Report an item whose key the list already has, once for each item."""
        reported = False
        for key in keys:
            if key in seen and not reported:
                shown = shortened(key if isinstance(key, str) else node.span.text)
                ctx.twice(self.what, shown, node.span, seen[key])
                reported = True
            seen.setdefault(key, node.span)

    def merge(self, base: Value, over: Value) -> Value:
        return self._unique([*base, *over])

    def _unique(self, items: list[Value]) -> tuple[Value, ...]:
        if self.key is None:
            return tuple(items)
        return tuple({self.key(item): item for item in items}.values())

    def schema(self) -> Schema:
        items: Schema = {"type": "array", "items": self.item_schema}
        return {"anyOf": [self.item_schema, items]} if self.single else items


def texts(
    kind: Kind = STRING, *, single: bool = False, fixed: bool = False, repeated: bool = False
) -> ListShape:
    """A list of scalars: tuple of Text; ``repeated`` allows equal items."""
    scalars = ScalarShape(kind, fixed=fixed)
    key = None if repeated else lambda text: text.source
    return ListShape(scalars.parse, scalars.schema(), key, single=single)


class PairsShape:
    """Names with values, as a mapping or a list of ``NAME=VALUE``: dict of Text.

    ``bare``: what a name without a value means: ``inherit`` the host's variable, ``empty``, or
    None for an error. Names must be known when compiling, as in Compose.
    """

    def __init__(
        self, value: Kind = ENV_VALUE, bare: str | None = "empty", key: Kind = KEY
    ) -> None:
        self.value = value
        self.bare = bare
        self.key = key

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Value] | None:
        if isinstance(node, Mapping):
            found: Iterator[tuple[str, Value] | None] = (
                self._pair(key, value, ctx) for key, value in node.pairs
            )
        elif isinstance(node, Sequence):
            found = self._items(node.items, ctx)
        else:
            ctx.wrong_type(node, "a mapping or a list of NAME=VALUE", NAMES_ON_LINES)
            return None
        return dict(pair for pair in found if pair is not None)

    def _items(
        self, nodes: tuple[Node, ...], ctx: ParseContext
    ) -> Iterator[tuple[str, Value] | None]:
        """The pairs of a list, each name once; in a mapping names are always distinct."""
        seen: dict[str, Span] = {}
        for node in nodes:
            pair = self._item(node, ctx)
            if pair is not None and pair[0] in seen:
                ctx.twice("", pair[0], node.span, seen[pair[0]])
            elif pair is not None:
                seen[pair[0]] = node.span
            yield pair

    def _pair(self, key: Scalar, node: Node, ctx: ParseContext) -> tuple[str, Value] | None:
        if ctx.checked(expression.literal(key.text, key.span), self.key) is None:
            return None
        if node.tag == "!reset":
            return key.text, Reset(node.span)
        if isinstance(node, Scalar) and is_null(node):
            return self._without_value(key.text, key.span, ctx)
        # A single value always replaces the one below, so a tag changes nothing.
        text = ctx.text(node._replace(tag=None), self.value)
        return None if text is None else (key.text, text)

    def _item(self, node: Node, ctx: ParseContext) -> tuple[str, Value] | None:
        whole = ctx.text(node)
        if whole is None:
            return None
        name, *rest = whole.split("=", 1)
        known = ctx.known(name)
        if known is None or ctx.checked(name, self.key) is None:
            return None
        if not rest:
            return self._without_value(known, whole.span, ctx)
        text = ctx.checked(rest[0], self.value)
        return None if text is None else (known, text)

    def _without_value(self, name: str, span: Span, ctx: ParseContext) -> tuple[str, Value] | None:
        if self.bare == "inherit":
            ctx.names.setdefault(name, span)
            return name, Inherit(span)
        if self.bare == "empty":
            return name, expression.literal("", span)
        ctx.reporter.error("E015", f"`{name}` has no value", span, f"write {name}=VALUE")
        return None

    def merge(self, base: Value, over: Value) -> Value:
        return {**base, **over}

    def schema(self) -> Schema:
        value = dict(self.value.schema)
        if self.bare is not None:
            value = {"anyOf": [value, {"type": "null"}]}
        return {
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": value,
                    "propertyNames": {"pattern": alone(self.key)},
                },
                {"type": "array", "items": self._item_schema()},
            ]
        }

    def _item_schema(self) -> Schema:
        if self.bare is None:
            return {"type": "string", "pattern": "^[^=]+="}
        return {"type": ["string", "number"], "pattern": "^[^=]"}


class Key(NamedTuple):
    """A key of the language: its shape, its meaning, and its option of ``docker run``."""

    shape: Shape
    summary: str
    flag: str = ""

    @property
    def is_switch(self) -> bool:
        """Whether the value is a boolean, so that the option stands alone."""
        if isinstance(self.shape, ScalarShape):
            return self.shape.kind.native == "boolean"
        return isinstance(self.shape, BooleanShape)


Keys = AbstractMapping[str, Key]


def alone(name: Kind) -> str:
    """The pattern for a name, which cannot contain variables."""
    pattern: str = name.schema["pattern"]
    return pattern.removesuffix(f"|{WAITING}")
