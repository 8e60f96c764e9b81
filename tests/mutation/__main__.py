"""``make mutate``: 120 mutants, and how many of them the tests see without ``golden/``.

``--workers N`` runs N at once; ``--only TEXT`` tries the mutants whose line has the text.
"""

from __future__ import annotations

import argparse
import sys

from tests.mutation.killing import verdicts
from tests.mutation.model import Mutant
from tests.mutation.reached import reached
from tests.mutation.sample import sample
from tests.mutation.survivors import Survivors, known

LEAST = 0.85


def report(killed: list[Mutant], survived: list[Mutant], reasons: Survivors) -> tuple[str, bool]:
    """The page that is printed, and whether it is good enough.

    A survivor that is proved to be equivalent is no part of the share.
    """
    equivalent = [m for m in survived if m.identity in reasons.equivalent]
    others = [m for m in survived if m.identity not in reasons.equivalent]
    unexplained = [m for m in others if m.identity not in reasons.accepted]
    share = len(killed) / max(1, len(killed) + len(others))
    lines = [f"{len(killed)} of {len(killed) + len(others)} mutants die ({share:.0%})"]
    for title, mutants, of in (
        ("survivors", others, reasons.accepted),
        ("equivalent, and not counted", equivalent, reasons.equivalent),
    ):
        lines += [f"{title}: {len(mutants)}"] if mutants else []
        lines += [f"- `{m.identity}` {m} — {of.get(m.identity, 'NO REASON')}" for m in mutants]
    return "\n".join(lines), share >= LEAST and not unexplained


def main() -> int:
    """Try the sample; returns 1 where too few die, or one survives without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    every = sample()
    tests = reached(every, options.workers)
    killed: list[Mutant] = []
    survived: list[Mutant] = []
    for verdict in verdicts(
        [m for m in every if options.only in f"{m.identity} {m}"], tests, options.workers
    ):
        (killed if verdict.killer else survived).append(verdict.mutant)
        how = f"killed by {verdict.killer}" if verdict.killer else f"SURVIVED {verdict.tried} tests"
        print(f"{verdict.mutant.identity} {verdict.mutant}: {how}", flush=True)
    page, good = report(killed, survived, known())
    print(page)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
