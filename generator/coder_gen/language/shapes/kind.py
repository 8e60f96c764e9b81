"""A kind of scalar: the literals it accepts, its JSON Schema, and its pattern for a launcher.

A kind checks only literals. Text with variables is checked when they are frozen, or by the
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
    # Plain YAML types that the source may use besides strings.
    types: tuple[str, ...] = ("number",)
    # The value's type in a typed format: string, number or boolean.
    native: str = "string"
    # For late-bound values: a pattern that the whole value must match, in the syntax that Python
    # and POSIX share except for what ``posix`` translates; empty: anything. And the bounds of an
    # integer, both inclusive.
    pattern: str = ""
    low: int | None = None
    high: int | None = None

    def __hash__(self) -> int:
        # A schema has no hash, but sets contain texts with their kind.
        return hash(self.name)

    @property
    def posix(self) -> str:
        """The pattern as a POSIX extended regular expression, for the locale C."""
        return re.sub(_IN_BRACKETS, _posix_bracket, self.pattern.replace("[\\s\\S]", ".")).replace(
            "(?:", "("
        )


# A bracket expression, or a class escape outside of one.
_IN_BRACKETS = r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wsSrnt]"
_POSIX = {"\\s": "[:space:]", "\\r": "\r", "\\n": "\n", "\\t": "\t"}


def _posix_bracket(match: re.Match[str]) -> str:
    text = match[0]
    if text == "\\S":
        return "[^[:space:]]"
    if not text.startswith("["):
        return f"[{_POSIX[text]}]"
    return re.sub(r"\\[srnt]", lambda inner: _POSIX[inner[0]], text)


# A text with a variable, whose value a schema cannot check; $$ is a dollar. JSON Schema uses the
# regular expressions of ECMA-262.
WAITING = r"(?:^|[^$])(?:\$\$)*\$[A-Za-z_{]"
# Schemas of the YAML numbers that a pattern accepts.
WHOLE: Schema = {"type": "integer", "minimum": 0}
DECIMAL: Schema = {"type": "number", "minimum": 0}
ANY_NUMBER: Schema = {"type": "number"}


def text_schema(name: str, pattern: str, numbers: Schema | None = None, **more: Any) -> Schema:
    """The JSON Schema of a text that must match, or of a number within bounds."""
    bounds = dict(numbers or {})
    kind = bounds.pop("type", None)
    return {
        "type": "string" if kind is None else ["string", kind],
        "pattern": f"^(?:{pattern})$|{WAITING}",
        # yaml-language-server shows this instead of the pattern.
        "patternErrorMessage": f"this is not {name}",
        **bounds,
        **more,
    }


def pattern(
    name: str, pattern: str, example: str, numbers: Schema | None = None, *others: str
) -> Kind:
    """Texts that match; an editor suggests the example and the other words."""
    # re compiles and caches the pattern at first use: most runs use few patterns.
    return Kind(
        name,
        lambda value: re.fullmatch(pattern, value, re.ASCII) is not None,
        example,
        text_schema(name, pattern, numbers, examples=[example, *others]),
        pattern=pattern,
    )


def suggesting(kind: Kind, *words: str) -> Kind:
    """The same kind with words that an editor suggests."""
    return kind._replace(schema={**kind.schema, "examples": list(words)})


def choice(*choices: str) -> Kind:
    """One of the given words; a word that is a number may be a YAML number."""
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
    """A decimal integer of at most 64 bits within bounds, both inclusive."""
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
