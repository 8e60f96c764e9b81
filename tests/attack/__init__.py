"""Attacks on what coder-gen makes and on itself: `make attack` runs them whole, the tests a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.attack import display, kills, users, values
from tests.attack.tally import Tally

_SEED = 1
# Each gets an empty folder.
ATTACKS: Mapping[str, Callable[[Path], Tally]] = {
    "hostile values at start": values.attack,
    "signals to a launcher with a display": lambda _: display.signals(1000, _SEED),
    "three launchers at one display": lambda _: display.overlaps(500, _SEED),
    "kills of `write`": lambda folder: kills.kills(300, _SEED, folder),
    "two users of one host": users.attack,
}


def table(tallies: Mapping[str, Tally]) -> str:
    """The tallies as a table of Markdown."""
    rows = [f"| {name} | {tally.tried} | {tally.held} |\n" for name, tally in tallies.items()]
    return "| Tried | how often | held |\n| --- | --- | --- |\n" + "".join(rows)
