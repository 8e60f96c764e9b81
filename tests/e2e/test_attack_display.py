"""A fixed sample of the attacks on launchers that open a display."""

from __future__ import annotations

from tests.attack import display


def test_signals_at_any_moment_leave_the_access_list_as_it_was() -> None:
    """TERM, INT, HUP and KILL, to the launcher or to all that it started."""
    tally = display.signals(30, seed=1)
    assert tally.failures == []
    assert (tally.tried, tally.held) == (30, 30)


def test_three_launchers_at_once_leave_the_access_list_as_it_was() -> None:
    """They overlap, and are ended by signals or by themselves."""
    tally = display.overlaps(15, seed=1)
    assert tally.failures == []
    assert (tally.tried, tally.held) == (15, 15)
