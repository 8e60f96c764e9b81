"""The table in docs/engines.md is the one that the tests on real engines hold to."""

from __future__ import annotations

from tests.e2e import differences


def test_table_is_the_one_of_the_real_engines() -> None:
    text = differences.PAGE.read_text("utf-8")
    assert differences.page(text) == text
