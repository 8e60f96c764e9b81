"""Patterns that a launcher checks late-bound values with when it starts, without arithmetic.

POSIX has no lookahead, and a launcher does not calculate with untrusted text. So each pattern
accepts the values of its kind, or slightly fewer.
"""

from __future__ import annotations

PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
# Numbers with this many digits are below 8 EiB.
SIZE = "|".join(
    rf"[0-9]{{1,{digits}}}(?:\.[0-9]+)? ?(?:{unit})"
    for digits, unit in (
        (18, "[bB]?"), (15, "[kK](?:[iI]?[bB])?"), (12, "[mM](?:[iI]?[bB])?"),
        (9, "[gG](?:[iI]?[bB])?"), (6, "[tT](?:[iI]?[bB])?"),
    )
)  # fmt: skip
# Six parts with this many digits each are below 2^63 nanoseconds.
DURATION = "0|(?:{}){{1,6}}".format(
    "|".join(
        rf"[0-9]{{1,{digits}}}(?:\.[0-9]+)?{unit}"
        for unit, digits in (
            ("ns", 18), ("us", 15), ("µs", 15), ("ms", 12), ("s", 9), ("m", 7), ("h", 5),
        )
    )
)  # fmt: skip
# An id of ten digits is compared with the limit digit by digit.
OWNER = (
    r"(?:0*(?:[0-9]{1,9}|1[0-9]{9}|20[0-9]{8}|21[0-3][0-9]{7}|214[0-6][0-9]{6}|2147[0-3][0-9]{5}"
    r"|21474[0-7][0-9]{4}|214748[0-2][0-9]{3}|2147483[0-5][0-9]{2}|21474836[0-3][0-9]|214748364[0-7])"
    r"|[^\s:+0-9-](?:[^:\r\n]*[^\s:])?|[0-9]+(?:[^\s:0-9]|[^:\r\n0-9][^:\r\n]*[^\s:]))"
)


def path(but: str) -> str:
    """A path below the root without the given characters and without `..`."""
    step = rf"(?:[^/.{but}][^/{but}]*|\.[^/.{but}][^/{but}]*|\.\.[^/{but}]+)"
    return rf"/(?:(?:\.?|{step})/)*{step}(?:/(?:\.?|{step}))*"


BELOW_ROOT = path(":")
