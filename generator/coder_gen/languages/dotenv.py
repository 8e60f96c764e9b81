"""``.env`` as Compose reads it: single quotes, in which nothing is special.

Unquoted or in double quotes Compose v2 expands variables, where 1.29 does not.
"""

from __future__ import annotations


def line(name: str, value: str) -> str:
    """One assignment. Raises ValueError for what single quotes cannot hold."""
    if any(char in value for char in "'\n\r\0"):
        raise ValueError("a quote or a line break")
    return f"{name}='{value}'"
