"""Shapes of mappings: with known keys, with free names, and one that is imported on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from importlib import import_module

from coder_gen import expression
from coder_gen.language.context import ParseContext, guess
from coder_gen.language.shapes.base import (
    NAMES_ON_LINES,
    Keys,
    Setting,
    Shape,
    Value,
    alone,
    merge,
    parse,
)
from coder_gen.language.shapes.kind import Kind, Schema
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence
from coder_gen.yaml.scalars import is_absent, is_null, type_name


class RecordShape:
    """A mapping with known keys: dict of Setting. Layers merge key by key.

    ``refused`` has keys that users may try, with the reason why the language lacks them.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        noun: str = "a mapping",
        refused: AbstractMapping[str, str] | None = None,
        shorthand: Callable[[Scalar, ParseContext], dict[str, Setting] | None] | None = None,
        shorthand_schema: Schema | None = None,
        required: tuple[str, ...] = (),
    ) -> None:
        self.keys = keys
        self.noun = noun
        self.refused = refused or {}
        self.shorthand = shorthand
        self.shorthand_schema = shorthand_schema
        self.required = required

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Setting] | None:
        if isinstance(node, Scalar) and self.shorthand is not None and not is_null(node):
            return self.shorthand(node, ctx)
        if not isinstance(node, Mapping):
            ctx.wrong_type(node, self.noun, f"known here: {_first_names(self.keys)}")
            return None
        return self.parse_pairs(node.pairs, ctx, node.span)

    def parse_pairs(
        self, pairs: tuple[tuple[Scalar, Node], ...], ctx: ParseContext, span: Span
    ) -> dict[str, Setting]:
        """Parse these keys of a mapping."""
        found: dict[str, Setting] = {}
        for name, node in pairs:
            key = self.keys.get(name.text)
            if key is None:
                self._unknown(name, ctx)
                continue
            if name.text in self.required and (is_absent(node) or node.tag == "!reset"):
                ctx.reporter.error(
                    "E015", f"the key `{name.text}` has no value", name.span, "write its value"
                )
            if is_absent(node):
                continue
            value = parse(key.shape, node, ctx)
            if value is not None:
                found[name.text] = Setting(value, name.span, ctx.origin)
        present = {name.text for name, _ in pairs}
        for required in self.required:
            if required not in present:
                ctx.reporter.error(
                    "E015", f"the key `{required}` is missing here", span,
                    f"add it: {self.keys[required].summary}",
                )  # fmt: skip
        return found

    def _unknown(self, name: Scalar, ctx: ParseContext) -> None:
        if name.text.startswith("x-"):
            return  # Compose's extension fields: for anchors and for other programs
        reason = self.refused.get(name.text)
        if reason is not None:
            ctx.reporter.error(
                "E016", f"`{name.text}` has no meaning for a single container", name.span, reason
            )
            return
        near = self._by_flag(name.text) or guess(name.text, self.keys, ctx.reporter)
        shown = name.text if len(name.text) <= 60 else name.text[:57] + "..."
        fix = f"did you mean `{near}`?" if near else f"known here: {_first_names(self.keys)}"
        ctx.reporter.error("E012", f"unknown key `{shown}`", name.span, fix)

    def _by_flag(self, name: str) -> str | None:
        """The key whose option of `docker run` has that name: for `memory` it is mem_limit."""
        flag = "--" + name.lstrip("-").replace("_", "-")
        return next((known for known, key in self.keys.items() if key.flag == flag), None)

    def merge(self, base: Value, over: Value) -> Value:
        merged = dict(base)
        for name, setting in over.items():
            below = merged.get(name)
            if below is not None:
                value = merge(self.keys[name].shape, below.value, setting.value)
                setting = setting._replace(value=value)
            merged[name] = setting
        return merged

    def schema(self) -> Schema:
        schema: Schema = {
            "type": "object",
            "properties": {
                name: {
                    "description": key.summary,
                    **(
                        key.shape.schema()
                        if name in self.required
                        else _or_absent(key.shape.schema())
                    ),
                }
                for name, key in self.keys.items()
            },
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
        }
        if self.required:
            schema["required"] = list(self.required)
        if self.shorthand_schema is not None:
            schema = {"anyOf": [self.shorthand_schema, schema]}
        return schema


class DeferredShape:
    """A shape whose module is imported only by specs with the key."""

    def __init__(self, module: str, name: str) -> None:
        self.module = module
        self.name = name

    def _shape(self) -> Shape:
        shape: Shape = getattr(import_module(self.module), self.name)
        return shape

    def parse(self, node: Node, ctx: ParseContext) -> Value:
        return self._shape().parse(node, ctx)

    def merge(self, base: Value, over: Value) -> Value:
        return self._shape().merge(base, over)

    def schema(self) -> Schema:
        return self._shape().schema()


class NamedShape:
    """A mapping from free names to values of one shape: dict. Layers merge name by name."""

    def __init__(
        self,
        name: Kind,
        shape: Shape,
        *,
        empty: Value = None,
        from_list: bool = False,
        example: str | None = None,
    ) -> None:
        self.example = example
        self.name = name
        self.shape = shape
        self.empty = empty
        self.from_list = from_list

    def parse(self, node: Node, ctx: ParseContext) -> dict[str, Setting] | None:
        found: dict[str, Setting] = {}
        for name, value_node in self._pairs(node, ctx):
            if ctx.checked(expression.literal(name.text, name.span), self.name) is None:
                continue
            value: Value = self.empty
            bare = value_node is None or is_absent(value_node)
            if value_node is not None and not (bare and self.empty is not None):
                value = parse(self.shape, value_node, ctx)
            if value is not None:
                found[name.text] = Setting(value, name.span, ctx.origin)
        return found

    def _pairs(self, node: Node, ctx: ParseContext) -> Iterator[tuple[Scalar, Node | None]]:
        if isinstance(node, Mapping):
            yield from node.pairs
        elif isinstance(node, Sequence) and self.from_list:
            seen: dict[str, Span] = {}
            for item in node.items:
                if not isinstance(item, Scalar) or type_name(item) in ("null", "a boolean"):
                    ctx.wrong_type(item, self.name.name, f"for example: {self.name.example}")
                elif ctx.untagged(item):
                    if item.text in seen:
                        ctx.twice("", item.text, item.span, seen[item.text])
                    seen.setdefault(item.text, item.span)
                    yield item, None
        else:
            wanted = "a mapping from names" + (" or a list" if self.from_list else "")
            example = f"for example: {self.example}" if self.example else NAMES_ON_LINES
            ctx.wrong_type(node, wanted, example)

    def merge(self, base: Value, over: Value) -> Value:
        merged = dict(base)
        for name, setting in over.items():
            below = merged.get(name)
            if below is not None:
                setting = setting._replace(value=merge(self.shape, below.value, setting.value))
            merged[name] = setting
        return merged

    def schema(self) -> Schema:
        value = self.shape.schema()
        if self.empty is not None:
            value = {"anyOf": [value, {"type": "null"}]}
        mapping: Schema = {"type": "object", "additionalProperties": value}
        if "pattern" in self.name.schema:
            mapping["propertyNames"] = {"pattern": alone(self.name)}
        if not self.from_list:
            return mapping
        names = {"type": ["string", "number"], "pattern": alone(self.name)}
        return {"anyOf": [mapping, {"type": "array", "items": names}]}


def _or_absent(schema: Schema) -> Schema:
    """The schema that also allows null: a key without a value counts as not written."""
    nothing: Schema = {"type": "null"}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], nothing]}
    return {"anyOf": [schema, nothing]}


def _first_names(keys: Keys) -> str:
    names = sorted(keys)
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
