"""Command lines: a list of arguments, or a string that Compose splits as a shell does."""

from __future__ import annotations

from typing import Any

from coder_gen.expression import Part, Text, joined
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.kind import Schema
from coder_gen.language.shapes.scalar_types import STRING
from coder_gen.yaml.nodes import Mapping, Node, Sequence

_SPACE = " \t\r\n"


class CommandShape:
    """A command line: tuple of Text. A later layer replaces the value.

    A variable's value is always part of one argument: it is never split.
    """

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Text, ...] | None:
        if isinstance(node, Sequence):
            words = [ctx.text(item, STRING) for item in node.items]
            return tuple(word for word in words if word is not None)
        if isinstance(node, Mapping):
            wanted = "a command: a list of arguments, or a string"
            ctx.wrong_type(node, wanted, 'for example: [bash, -c, "echo hello"]')
            return None
        text = ctx.text(node)
        if text is None:
            return None
        try:
            return split(text)
        except ValueError as error:
            ctx.reporter.error(
                "E014", f"this command cannot be split: {error}", text.span,
                "write it as a list of arguments",
            )  # fmt: skip
            return None

    def merge(self, base: object, over: object) -> object:
        return over

    def schema(self) -> Schema:
        words = {"type": "array", "items": {"type": ["string", "number"]}}
        return {"anyOf": [{"type": ["string", "number"]}, words]}


class ArgumentsShape(CommandShape):
    """Further arguments: tuple of Text. Layers append, and words may be repeated."""

    def parse(self, node: Node, ctx: ParseContext) -> tuple[Text, ...] | None:
        if isinstance(node, Sequence):
            return super().parse(node, ctx)
        ctx.wrong_type(node, "a list of arguments", "begin each with `- ` on a line of its own")
        return None

    def merge(self, base: Any, over: Any) -> object:
        return (*base, *over)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": ["string", "number"]}}


def split(text: Text) -> tuple[Text, ...]:
    """Split as POSIX shells do: by blanks, with single and double quotes and backslashes.

    Raises ValueError for an open quote or a backslash at the end.
    """
    words: list[Text] = []
    word: list[Part] | None = None
    quote = ""
    escaped = False
    for part in text.parts:
        if not isinstance(part, str):
            word = word if word is not None else []
            word.append(part)
            continue
        for char in part:
            if escaped:
                # Inside double quotes a backslash escapes only these (POSIX 2.2.3).
                keep = "\\" if quote == '"' and char not in '"\\$`' else ""
                word = word if word is not None else []
                word.append(keep + char)
                escaped = False
            elif char == "\\" and quote != "'":
                escaped = True
            elif quote:
                if char == quote:
                    quote = ""
                else:
                    assert word is not None
                    word.append(char)
            elif char in "'\"":
                quote = char
                word = word or []
            elif char in _SPACE:
                if word is not None:
                    words.append(Text(joined(word), text.span))
                word = None
            else:
                word = word if word is not None else []
                word.append(char)
    if quote:
        raise ValueError(f"the quote {quote} is not closed")
    if escaped:
        raise ValueError("it ends with a backslash")
    if word is not None:
        words.append(Text(joined(word), text.span))
    return tuple(words)
