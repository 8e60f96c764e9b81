"""The one-line CSV of ``--mount``, ``--gpus`` and ``--network``: Go's encoding/csv reads it."""

from __future__ import annotations

from collections.abc import Iterable


def field(value: str) -> str:
    """One field: quoted where it contains a comma, a quote or a line break; quotes are doubled.

    Go keeps a leading blank as part of the field, and a quote is special only as first character.
    """
    if any(char in value for char in ',"\r\n'):
        doubled = value.replace('"', '""')
        return f'"{doubled}"'
    return value


def record(fields: Iterable[str]) -> str:
    """Fields separated by commas."""
    return ",".join(field(value) for value in fields)
