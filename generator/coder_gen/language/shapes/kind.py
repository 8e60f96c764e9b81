"""A kind of scalar: what a literal of it may say, its JSON Schema, and its pattern for a launcher.

A kind judges literals only. Text with variables in it is judged once they are frozen, or by the
launcher when it starts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from coder_gen.language.shapes.amounts import INT64

Schema = dict[str, Any]


class Kind(NamedTuple):
    """A kind of scalar: its name in messages, its test, and its JSON Schema."""

    name: str
    accepts: Callable[[str], bool]
    example: str
    schema: Schema
    # Which plain YAML types the source may use besides strings.
    types: tuple[str, ...] = ("number",)
    # What a typed format calls the value: string, number or boolean.
    native: str = "string"
    # For values that only a start of the launcher knows: what they have to match whole, in the
    # syntax that Python and POSIX share but for what ``posix`` translates; empty: anything. And the
    # bounds of an integer, both inclusive.
    pattern: str = ""
    low: int | None = None
    high: int | None = None

    def __hash__(self) -> int:
        # A schema has no hash, and text that carries its kind stands in sets.
        return hash(self.name)

    @property
    def posix(self) -> str:
        """The pattern as an extended regular expression of POSIX, for the locale C."""
        return re.sub(_IN_BRACKETS, _posix_bracket, self.pattern.replace("[\\s\\S]", ".")).replace(
            "(?:", "("
        )


# A bracket expression, or what may stand outside of one.
_IN_BRACKETS = r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wsSrnt]"
_POSIX = {"\\w": "A-Za-z0-9_", "\\s": "[:space:]", "\\r": "\r", "\\n": "\n", "\\t": "\t"}


def _posix_bracket(match: re.Match[str]) -> str:
    text = match[0]
    if text == "\\S":
        return "[^[:space:]]"
    if not text.startswith("["):
        return f"[{_POSIX[text]}]"
    return re.sub(r"\\[wsrnt]", lambda inner: _POSIX[inner[0]], text)


# A text with a variable in it, for which a schema has to wait; $$ is a dollar. For regular
# expressions of ECMA-262, as JSON Schema has them.
WAITING = r"(?:^|[^$])(?:\$\$)*\$[A-Za-z_{]"
# The numbers that a pattern takes, which YAML has as such.
WHOLE: Schema = {"type": "integer", "minimum": 0}
DECIMAL: Schema = {"type": "number", "minimum": 0}
ANY_NUMBER: Schema = {"type": "number"}


def text_schema(name: str, pattern: str, numbers: Schema | None = None, **more: Any) -> Schema:
    """The JSON Schema of a text that has to match, or of a number within bounds."""
    bounds = dict(numbers or {})
    kind = bounds.pop("type", None)
    return {
        "type": "string" if kind is None else ["string", kind],
        "pattern": f"^(?:{pattern})$|{WAITING}",
        # What yaml-language-server says instead of showing the pattern.
        "patternErrorMessage": f"this is not {name}",
        **bounds,
        **more,
    }


def pattern(
    name: str, pattern: str, example: str, numbers: Schema | None = None, *others: str
) -> Kind:
    """Texts that match; an editor suggests the example and the others."""
    # Compiled at its first use, and kept by re: most runs meet few of the patterns.
    return Kind(
        name,
        lambda value: re.fullmatch(pattern, value, re.ASCII) is not None,
        example,
        text_schema(name, pattern, numbers, examples=[example, *others]),
        pattern=pattern,
    )


def suggesting(kind: Kind, *words: str) -> Kind:
    """The same kind, for which an editor suggests words."""
    return kind._replace(schema={**kind.schema, "examples": list(words)})


def choice(*choices: str) -> Kind:
    """One of a few words; one that is a number may be written as one."""
    numbers = [
        int(word) if word.isdecimal() else float(word)
        for word in choices
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", word)
    ]
    return Kind(
        "one of " + ", ".join(choices),
        choices.__contains__,
        choices[0],
        {"type": ["string", "number"], "enum": [*choices, *numbers]}
        if numbers
        else {"type": "string", "enum": list(choices)},
        pattern="|".join(map(re.escape, choices)),
    )


def integer(low: int | None = None, high: int | None = None) -> Kind:
    """A decimal integer within bounds, both inclusive; an engine's has 64 bits at most."""
    name = "an integer"
    if low is not None and high is not None:
        name += f" from {low} to {high}"
    elif low is not None:
        name += f" of at least {low}, below 2^63"
    else:
        name += " below 2^63"

    def accepts(value: str) -> bool:
        if not re.fullmatch(r"-?(?:0|[1-9][0-9]{0,18})", value):
            return False
        least = -INT64 - 1 if low is None else low
        return least <= int(value) <= (INT64 if high is None else high)

    bounds = {k: v for k, v in (("minimum", low), ("maximum", high)) if v is not None}
    sign = "" if low is not None and low >= 0 else "-?"
    return Kind(
        name,
        accepts,
        str(max(low or 0, 1)),
        {
            **text_schema(name, f"{sign}(?:0|[1-9][0-9]{{0,18}})", bounds),
            "type": ["integer", "string"],
        },
        native="number",
        pattern=f"{sign}(?:0|[1-9][0-9]{{0,17}})",
        low=low,
        high=high,
    )
