"""Sizes and durations as people write them and the engines read them: go-units, Go's time."""

from __future__ import annotations

import re

# The engines read numbers into 64 bits.
INT64 = 2**63 - 1
GIB = 1 << 30
MIB = 1 << 20
_BYTES = {"": 1, "b": 1, "k": 1 << 10, "m": MIB, "g": GIB, "t": 1 << 40, "p": 1 << 50}
_NANOSECONDS = {
    "ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
}  # fmt: skip
_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_SIZE = rf"{_NUMBER} ?([bkmgtp]?)(?:i?b)?"
_PART = rf"{_NUMBER}({'|'.join(_NANOSECONDS)})"


def amount(value: str) -> float | None:
    """A number with an optional unit of go-units (powers of 1024); None for another text."""
    match = re.fullmatch(_SIZE, value, re.IGNORECASE | re.ASCII)
    return None if match is None else float(match[1]) * _BYTES[match[2].lower()]


def size(value: str) -> int | None:
    """The bytes of a size such as 512m; None for another text.

    From 8 EiB on the result is 2^63 - 1, as the number may exceed any float.
    """
    found = amount(value)
    return None if found is None else int(min(found, INT64))


def nanoseconds(value: str) -> float | None:
    """A duration such as 1m30s in nanoseconds, without a sign; None for another text."""
    if re.fullmatch(f"0|(?:{_PART})+", value) is None:
        return None
    return sum(float(number) * _NANOSECONDS[unit] for number, unit in re.findall(_PART, value))


def written_size(count: int) -> str | int:
    """Bytes in the largest unit that divides them."""
    for name in ("g", "m", "k"):
        if count % _BYTES[name] == 0:
            return f"{count // _BYTES[name]}{name}"
    return count


def written_duration(count: int) -> str:
    """Nanoseconds in the largest unit that divides them."""
    units = ("h", "m", "s", "ms", "us", "ns")
    name = next(name for name in units if count % _NANOSECONDS[name] == 0)
    return f"{count // _NANOSECONDS[name]}{name}"


def rounded_size(count: int) -> str:
    """Bytes for people: in KiB, MiB, GiB or TiB."""
    value = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit in ("B", "KiB") else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
