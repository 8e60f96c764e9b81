"""Numbers of an engine's JSON in the units that people write."""

from __future__ import annotations

_BYTES = (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10))
_TIMES = (("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000))


def size(amount: int) -> str | int:
    """Bytes in the largest unit that divides them."""
    return next((f"{amount // unit}{name}" for name, unit in _BYTES if amount % unit == 0), amount)


def duration(nanoseconds: int) -> str:
    """Nanoseconds as Go and Compose write them."""
    for name, unit in _TIMES:
        if nanoseconds % unit == 0:
            return f"{nanoseconds // unit}{name}"
    for name, unit in (("ms", 1_000_000), ("us", 1_000)):
        if nanoseconds % unit == 0:
            return f"{nanoseconds // unit}{name}"
    return f"{nanoseconds}ns"
