"""What a key takes at a start is what it takes in a spec: a kind's pattern and its rule agree."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_gen.language.load import Options, load
from coder_gen.language.shapes.kind import Kind
from coder_gen.plan import plans
from coder_gen.targets.launcher.late_checks import late_checks
from coder_gen.text.diagnostics import Reporter
from tests.targets.launcher.hostile import PLACES, VALUES

# Which end of a range is the larger one, a pattern cannot tell, and the engine does.
NOT_RECKONED = {
    "a port or a range of ports",
    "a port or a range of ports from 1 to 65535, with a protocol if you like",
}
MORE = (
    *("1", "0", "00", "007", "1.5", "1.", ".5", "+1", "1k", "1 k", "1kb", "1KiB", "1kk", "8t", "1s", "1m30s"),
    *("1.2.3.4", "1.2.3.4:80", "256.1.1.1", "01.2.3.4", "::", "::1", "1::", "1:2", ":::", "1::2::3", "::1.2.3.4"),
    *("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "::ffff:1.2.3.4:80", "12345::"),
    *("/", "//", "/.", "/..", "/a", "/a/..", "/a:b", "a", "A", "a:b", "a/b", "a,b", "a=b", "a b", "a\n", "\na"),
    *("true", "True", "host", "none", "container:", "container:a", "ns:", "ns:/a", "1000:1000", "1000:", ":1"),
    *("2147483647", "2147483648", "4294967295", "SIGTERM", "SIGFOO", "64", "65", "linux/amd64", "a:1", "a@b"),
)  # fmt: skip


@lru_cache
def _kinds() -> dict[str, Kind]:
    """Those of every place that takes a variable."""
    found = {}
    for place in PLACES:
        project = load("a", place.spec("${N}").encode(), Options(), lambda _: b"")
        (plan, *_) = plans(project, Reporter()).values()
        found.update((check.kind.name, check.kind) for check in late_checks(plan))
    return found


def _taken_late(kind: Kind, value: str) -> bool:
    # To a launcher, a byte is a character.
    pattern, text = (
        each.encode("utf-8", "surrogateescape").decode("latin-1") for each in (kind.pattern, value)
    )
    if re.fullmatch(pattern, text, re.ASCII) is None:
        return False
    return all(
        bound is None or sign * int(value) >= sign * bound
        for bound, sign in ((kind.low, 1), (kind.high, -1))
    )


@pytest.mark.parametrize("name", _kinds())
def test_known_values(name: str) -> None:
    """Hostile ones, odd ones and good ones."""
    kind = _kinds()[name]
    assert kind.accepts(kind.example) and _taken_late(kind, kind.example)
    wrong = [v for v in (*VALUES, *MORE) if _taken_late(kind, v) != kind.accepts(v)]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(_kinds().keys() - NOT_RECKONED))
def test_what_is_taken_late_is_right(name: str) -> None:
    """Any text that matches the pattern."""
    kind = _kinds()[name]

    @settings(max_examples=60)
    @given(st.from_regex(re.compile(kind.pattern, re.ASCII), fullmatch=True))
    def each(value: str) -> None:
        assert not _taken_late(kind, value) or kind.accepts(value)

    each()
