"""Run the checks in parallel, with a time limit."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from time import monotonic

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Result, warning
from coder_gen.host.probe import Probe

# A check may need several answers, one after the other, or wait for another check's answer.
PATIENCE = 4


def run(checks: Sequence[Check], context: CheckContext, probe: Probe) -> list[Result]:
    """Run the checks that apply; the results are in the checks' order.

    A check that does not end in time gives a warning; its thread ends with the process.
    """
    wanted = [check for check in checks if check.needs.met(context)]
    answers: SimpleQueue[tuple[int, list[CheckFinding]]] = SimpleQueue()

    def work(index: int, check: Check) -> None:
        try:
            found = check.run(context, probe)
        except Exception as error:  # a fault of one check must not stop the others
            found = [
                warning(
                    f"this check failed itself: {type(error).__name__}: {error}",
                    "please report it, with what coder-gen doctor --format json prints",
                )
            ]
        answers.put((index, found))

    for index, check in enumerate(wanted):
        threading.Thread(target=work, args=(index, check), daemon=True).start()
    found: dict[int, list[CheckFinding]] = {}
    deadline = monotonic() + probe.seconds * PATIENCE
    while len(found) < len(wanted):
        try:
            index, findings = answers.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            break
        found[index] = findings
    late = [warning(f"no answer within {probe.seconds * PATIENCE:g} s", "look again, or --timeout")]
    return [Result(check, tuple(found.get(i, late))) for i, check in enumerate(wanted)]
