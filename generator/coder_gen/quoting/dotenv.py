"""``.env`` as Compose reads it: a value in single quotes.

Unquoted or in double quotes Compose v2 expands variables, where 1.29 does not. In single quotes
the two differ only in what is refused here (compose-go's dotenv, python-dotenv): v2 takes a
backslash at the end for an escaped quote, 1.29 makes one backslash of two, and expands ``${NAME}``.
"""

from __future__ import annotations

from coder_gen.text import characters

# What the two readers of Compose files do not read alike, and how a message names it.
_REFUSED = (
    ("'", "a quote"),
    ("\n", "a line break"),
    ("\r", "a line break"),
    ("\0", "NUL"),
    ("\\\\", "two backslashes in a row"),
    ("${", "${"),
)


def line(name: str, value: str) -> str:
    """One assignment. Raises ValueError for what some reader would not read as it is.

    So for what nobody sees: single quotes know no escapes.
    """
    for text, what in _REFUSED:
        if text in value:
            raise ValueError(what)
    if unseen := characters.hidden(value, "\t").search(value):
        raise ValueError(f"{characters.named(unseen[0])}, which nobody sees there")
    if value.endswith("\\"):
        raise ValueError("a backslash at its end")
    return f"{name}='{value}'"
