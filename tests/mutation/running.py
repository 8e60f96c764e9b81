"""Running chosen tests in a copy of the tree, until the first failure or a time limit."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.tree import Tree

# A test that takes as much longer than it did, and these seconds, hangs.
_SLOWER = 20
_PATIENCE = 60.0
_PLUGIN = "tests.mutation.plugin"


class Journal(NamedTuple):
    """What ran: the seconds of each test, those that failed, and the one that hung."""

    seconds: dict[str, float]
    failed: list[str]
    hung: str | None
    status: int
    output: str


def run(
    tree: Tree, files: Sequence[str], chosen: Sequence[str] | None = None,
    usual: Mapping[str, float] | None = None, limit: float | None = None,
) -> Journal:  # fmt: skip
    """Run files of tests, or the chosen ones of them in that order until one fails.

    ``usual`` are the seconds that tests take without a mutant: one that takes far longer hangs. After
    ``limit`` seconds nothing more is run.
    """
    folder = Path(tempfile.mkdtemp(prefix="mutation-run-"))
    journal = folder / "journal"
    journal.touch()
    # The same examples each time, so that a mutant does not die, or live, by chance.
    env = {
        **os.environ,
        "CI": "true",
        "HYPOTHESIS_PROFILE": "default",
        "MUTATION_JOURNAL": str(journal),
    }
    env.pop("PYTHONPATH", None)
    command = [str(tree.python), "-m", "pytest", "-q", "-p", _PLUGIN, "-p", "no:cacheprovider"]
    command += ["-p", "no:xdist", "--no-header", "--tb=short", f"--basetemp={folder / 'tmp'}"]
    if chosen is not None:
        env["MUTATION_TESTS"] = str(folder / "tests")
        (folder / "tests").write_text(json.dumps(list(chosen)), "utf-8")
        command.append("-x")
    try:
        with open(folder / "output", "w+b") as output:
            process = subprocess.Popen(
                [*command, *files], cwd=tree.root, env=env, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            hung = _watch(process, journal, usual, limit)
            output.seek(0)
            said = output.read().decode(errors="replace")
        seconds, failed, _ = _read(journal)
        return Journal(seconds, failed, hung, process.returncode, said)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _watch(
    process: subprocess.Popen[bytes], journal: Path, usual: Mapping[str, float] | None,
    limit: float | None,
) -> str | None:  # fmt: skip
    """Wait for the end; the test that hung, and made an end of it."""
    began = time.monotonic()
    size, changed = -1, began
    while process.poll() is None:
        time.sleep(0.1)
        now = time.monotonic()
        if journal.stat().st_size != size:
            size, changed = journal.stat().st_size, now
        if usual is None:
            continue
        running = _read(journal)[2] if now - changed > _PATIENCE else None
        patience = _PATIENCE + _SLOWER * usual.get(running or "", 0.0)
        late = now - changed > patience
        if late or (limit is not None and now - began > limit):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return (running or "collecting") if late else None
    return None


def _read(journal: Path) -> tuple[dict[str, float], list[str], str | None]:
    """Seconds of each test, the failed ones, and the one that runs."""
    seconds: dict[str, float] = {}
    failed: list[str] = []
    running: str | None = None
    for line in journal.read_text("utf-8").splitlines():
        event = json.loads(line)
        if "begun" in event:
            running = event["begun"]
        elif "ended" in event:
            seconds[event["ended"]] = event["seconds"]
            running = None
        elif event["outcome"] == "failed":
            failed.append(event["test"])
    return seconds, failed, running
