"""Two users of one host: every case of tests/e2e/test_private.py, as one tally."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.attack.tally import Tally

CASES = Path(__file__).parents[1] / "e2e" / "test_private.py"


def attack(folder: Path) -> Tally:
    """Each case that the file has: what the other user prepared, for which launcher."""
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", str(CASES)],
        cwd=CASES.parents[2],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    cases = [*ElementTree.parse(report).iter("testcase")]
    failures = [str(case.get("name")) for case in cases if len(case)]
    return Tally(len(cases), failures)
