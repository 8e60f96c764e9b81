"""Splitting texts: the parts of a word that may contain variables."""

from __future__ import annotations

from coder_gen.expression import Part, Ref, Text, joined


def lead(text: Text) -> str:
    """The literal at the beginning of a text."""
    first = text.parts[0] if text.parts else ""
    return first if isinstance(first, str) else ""


def drop(text: Text, count: int) -> Text:
    """The text without its first ``count`` characters, which are literal."""
    first, *rest = text.parts
    assert isinstance(first, str)
    return Text(joined((first[count:], *rest)), text.span)


def known(text: Text) -> str | None:
    """The value of a text without variables, else None."""
    return text.literal if text.is_literal else None


def reference(text: Text) -> Ref | None:
    """The variable, if the text consists of one only."""
    if len(text.parts) == 1 and isinstance(text.parts[0], Ref):
        return text.parts[0]
    return None


def fields(text: Text) -> list[Text]:
    """One record of CSV, parsed as Go's encoding/csv parses it.

    A variable's value is always part of one field. Raises ValueError for a quote in a wrong
    position.
    """
    found: list[list[Part]] = [[]]
    quoted = closed = False
    for part in text.parts:
        if isinstance(part, Ref):
            if closed:
                raise ValueError("text after a closing quote")
            found[-1].append(part)
            continue
        at = 0
        while at < len(part):
            char = part[at]
            at += 1
            if quoted:
                if char != '"':
                    found[-1].append(char)
                elif part[at : at + 1] == '"':
                    found[-1].append('"')
                    at += 1
                else:
                    quoted, closed = False, True
            elif char == ",":
                found.append([])
                closed = False
            elif closed:
                raise ValueError("text after a closing quote")
            elif char == '"':
                if found[-1]:
                    raise ValueError("a quote inside a field")
                quoted = True
            else:
                found[-1].append(char)
    if quoted:
        raise ValueError("a quote that is not closed")
    return [Text(joined(field), text.span) for field in found]


def name_and_value(text: Text) -> tuple[str, Text | None] | None:
    """``NAME=VALUE`` or ``NAME``; None where the name is not known when compiling."""
    name, *rest = text.split("=", 1)
    found = known(name)
    return None if found is None else (found, rest[0] if rest else None)


def without(text: Text, prefix: str) -> Text:
    """The text without this prefix, if it has it."""
    return drop(text, len(prefix)) if lead(text).startswith(prefix) else text
