"""``python -m tests.fuzz [SECONDS]`` (`make fuzz`): the property tests with fresh examples.

Runs them again and again, each time with another seed, until one fails or the time is over. What it
finds becomes a test: an ``@example`` at the property, or a row of a table.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time

SECONDS = 600


def main(seconds: int = SECONDS, *pytest_arguments: str) -> int:
    """Run for so many seconds; the exit status is pytest's own for the run that failed, else 0."""
    deadline = time.monotonic() + seconds
    rounds = 0
    while (left := deadline - time.monotonic()) > 0:
        seed = secrets.randbelow(2**32)
        rounds += 1
        print(f"== round {rounds}, --hypothesis-seed={seed}, {left:.0f} s left", flush=True)
        words = ["-m", "hypothesis", "-x", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words, *pytest_arguments],
            env={**os.environ, "HYPOTHESIS_PROFILE": "fuzz"},
            check=False,
        )
        if done.returncode:
            print(f"== found by HYPOTHESIS_PROFILE=fuzz pytest {' '.join(words)}")
            return done.returncode
    print(f"== {rounds} rounds, nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2]), *sys.argv[2:]))
