"""What parsing a layer needs as input, and what it collects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coder_gen import expression
from coder_gen.expression import Parts, Text
from coder_gen.language.shapes.kind import Kind
from coder_gen.language.shapes.scalar_types import BOOL, STRING
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Node, Scalar, Sequence
from coder_gen.yaml.scalars import as_bool, is_null, type_name


def shortened(text: str) -> str:
    """The text, shortened for a message."""
    return text if len(text) <= 60 else text[:57] + "..."


# Limit of guesses in a run: each compares with every known name.
MAX_GUESSES = 50


def guess(name: str, names: Iterable[str], reporter: Reporter) -> str | None:
    """The known name that a typo most likely meant; None after many guesses in a run."""
    reporter.guesses += 1
    return nearest(name, names) if reporter.guesses <= MAX_GUESSES else None


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The known name that a typo most likely meant."""
    from difflib import get_close_matches  # imported only after a mistake

    if len(name) > 100:
        return None  # no known name is that long, and the search takes quadratic time

    folded = {known.lower().replace("-", "_"): known for known in names}
    found = get_close_matches(name.lower().replace("-", "_"), folded, 1, 0.6)
    return folded[found[0]] if found else None


def describe(node: Node) -> str:
    """The node's type, named for a message."""
    if isinstance(node, Scalar):
        return type_name(node)
    return "a list" if isinstance(node, Sequence) else "a mapping"


class ParseContext:
    """The parse of one layer: reports errors, freezes variables, collects those that remain."""

    def __init__(
        self,
        reporter: Reporter,
        frozen: Mapping[str, Parts],
        origin: str = "the spec",
        *,
        last_counts: str = "",
    ) -> None:
        """``last_counts``: the program that takes the last of two equal items, if one does."""
        self.last_counts = last_counts
        self.reporter = reporter
        self.frozen = frozen
        self.origin = origin
        self.refs: list[expression.Ref] = []
        # Every variable that the layer reads from the host or freezes, and its first place.
        self.names: dict[str, Span] = {}
        # Texts that begin with a variable and are paths only if the variable is one.
        self.paths: list[Text] = []

    def wrong_type(self, node: Node, wanted: str, fix: str) -> None:
        """Report a node of the wrong type."""
        self.reporter.error("E013", f"this is {describe(node)}; {wanted} is needed", node.span, fix)

    def twice(self, what: str, name: str, span: Span, first: Span) -> None:
        """Report an item that a list has twice: one of the two would have no effect."""
        message = f"a second {what} `{name}`" if what else f"`{name}` is here a second time"
        where = f"on line {first.line + 1}"
        if first.line == span.line:
            where = f"in column {first.column + 1}"
        message += f" (the first is {where})"
        if self.last_counts:
            message += f": {self.last_counts} takes this one"
            self.reporter.warning("W534", message, span, "remove the first")
        else:
            self.reporter.error("E031", message, span, "keep one of the two")

    def untagged(self, node: Node) -> bool:
        """Whether the node has no merge tag; only the value of a key may have one."""
        if node.tag is None:
            return True
        self.reporter.error(
            "E027", f"{node.tag} goes before the whole value of a key, not a part of it", node.span,
            f"move {node.tag} behind the colon of the key, or remove it",
        )  # fmt: skip
        return False

    def text(self, node: Node, kind: Kind = STRING) -> Text | None:
        """A scalar of the given kind, or None after reporting an error."""
        if not isinstance(node, Scalar):
            self.wrong_type(node, kind.name, f"for example: {kind.example}")
            return None
        if not self.untagged(node):
            return None
        if node.plain:
            if is_null(node):
                self.wrong_type(node, kind.name, "remove the key if it is to have no value")
                return None
            found = type_name(node)
            if found != "a string" and found.removeprefix("a ") not in kind.types:
                self.wrong_type(node, kind.name, f'write it in quotes: "{node.text}"')
                return None
        value = node.text
        if node.plain and kind.native == "boolean" and (boolean := as_bool(node)) is not None:
            value = "true" if boolean else "false"  # YAML also allows `True` and `TRUE`
        text = self.interpolated(value, node.span)
        return text if text is None else self.checked(text, kind)

    def interpolated(self, value: str, span: Span) -> Text | None:
        """Parse variables and freeze those with a fixed value; None after an error."""
        if "$" not in value:
            return expression.literal(value, span)
        exact = span.source.line(span.line)[span.column : span.end] == value
        try:
            text = expression.parse(value, span, exact)
            for ref in text.refs():
                self.names.setdefault(ref.name, ref.span)
            text = expression.freeze(text, self.frozen)
        except expression.BadExpression as bad:
            column = span.column + bad.offset
            place = span._replace(column=column, end=column + 1) if exact else span
            self.reporter.error("E017", bad.message, place, bad.fix)
            return None
        self.refs += text.refs()
        return text

    def checked(self, text: Text, kind: Kind) -> Text | None:
        """The text if its literal is of the kind; None after reporting an error.

        Text with variables keeps its kind, so that it is checked when the values are known.
        """
        if not text.is_literal:
            return text._replace(kind=kind) if kind.pattern else text
        if not kind.accepts(text.literal):
            shown = shortened(text.literal)
            said = (
                f"`{shown}` is not {kind.name}" if shown else "an empty string is not allowed here"
            )
            self.reporter.error("E014", said, text.span, f"for example: {kind.example}")
            return None
        return text

    def fixed(self, node: Node, kind: Kind = STRING) -> str | None:
        """A scalar that must be known when compiling."""
        text = self.text(node, kind)
        return None if text is None else self.known(text)

    def known(self, text: Text) -> str | None:
        """The value of a text that must be known when compiling."""
        if text.is_literal:
            return text.literal
        name = next(text.refs()).name
        self.reporter.error(
            "E025",
            f"this decides what the launcher looks like, so it cannot wait for ${{{name}}}",
            text.span,
            f"write the value, or pass --var {name}=VALUE",
        )
        return None

    def flag(self, node: Node) -> bool | None:
        """A boolean that must be known when compiling."""
        value = self.fixed(node, BOOL)
        return None if value is None else value == "true"
