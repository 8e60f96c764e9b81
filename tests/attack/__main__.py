"""Run the attacks whole, and print what held as docs/security.md has it: ``make attack``.

They need root on Debian 12, with what ``.ci/install-engines`` installs, and take half an hour. CI runs
a fixed part of each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from . import display, kills, users, values
from .tally import Tally

SEED = 1


def attacks() -> Iterator[Callable[[Path], Tally]]:
    """Each attack; it gets an empty folder."""
    yield values.attack
    yield lambda _: display.signals(1000, SEED)
    yield lambda _: display.overlaps(500, SEED)
    yield lambda folder: kills.kills(300, SEED, folder)
    yield users.attack


def table(tallies: list[Tally]) -> str:
    """The tallies as Markdown."""
    rows = [f"| {tally.name} | {tally.tried} | {tally.held} |\n" for tally in tallies]
    return "| Tried | how often | held |\n| --- | --- | --- |\n" + "".join(rows)


def main() -> None:
    """Print the table; what did not hold goes to standard error, and the exit status is 1."""
    tallies = []
    for attack in attacks():
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            tallies.append(attack(Path(folder)))
        tally = tallies[-1]
        print(f"{tally.name}: {tally.held} of {tally.tried}, {time.monotonic() - began:.0f} s", file=sys.stderr)  # fmt: skip
        print(*tally.failures, sep="\n", end="\n" if tally.failures else "", file=sys.stderr)
    print(table(tallies), end="")
    sys.exit(any(tally.failures for tally in tallies))


if __name__ == "__main__":
    main()
