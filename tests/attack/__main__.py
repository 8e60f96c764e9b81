"""Run the attacks whole, and print what held as docs/security.md has it: ``make attack``.

They need root on Debian 12, with what ``.ci/install-engines`` installs, and take 40 minutes. CI runs
a fixed part of each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.attack import ATTACKS, table


def main() -> None:
    """Print the table; what did not hold goes to standard error, and the exit status is 1."""
    tallies = {}
    for name, attack in ATTACKS.items():
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            tallies[name] = tally = attack(Path(folder))
        seconds = time.monotonic() - began
        print(f"{name}: {tally.held} of {tally.tried}, {seconds:.0f} s", file=sys.stderr)
        for failure in tally.failures:
            print(failure, file=sys.stderr)
    print(table(tallies), end="")
    sys.exit(any(tally.failures for tally in tallies.values()))


if __name__ == "__main__":
    main()
