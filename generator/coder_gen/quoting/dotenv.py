"""``.env`` as Compose reads it: a value in single quotes.

Unquoted or in double quotes Compose v2 expands variables, 1.29 does not. In single quotes the two
differ only in text that is refused here (compose-go's dotenv, python-dotenv): v2 takes a
backslash at the end for an escaped quote, 1.29 makes one backslash of two, and expands ``${NAME}``.
"""

from __future__ import annotations

from coder_gen.text import characters

# Text that the two readers of Compose files read differently, and its name in messages.
_REFUSED = (
    ("'", "a quote"),
    ("\n", "a line break"),
    ("\r", "a line break"),
    ("\0", "NUL"),
    ("\\\\", "two backslashes in a row"),
    ("${", "${"),
)


def line(name: str, value: str) -> str:
    """One assignment. Raises ValueError for text that some reader would change.

    Invisible characters are refused too: single quotes have no escapes.
    """
    for text, what in _REFUSED:
        if text in value:
            raise ValueError(what)
    if unseen := characters.hidden(value, "\t").search(value):
        raise ValueError(f"{characters.named(unseen[0])}, which nobody sees there")
    if value.endswith("\\"):
        raise ValueError("a backslash at its end")
    return f"{name}='{value}'"
