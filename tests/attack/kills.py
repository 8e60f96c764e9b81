"""``coder-gen write`` ended by SIGKILL at random moments: each output is the old one or the new one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from tests.attack.tally import Tally

# Enough files that the writing takes a while.
COUNT = 40
_SPEC = "name: a\nimage: {image}\noutputs:\n" + "".join(
    f"  out/run-{number}.sh: script\n" for number in range(COUNT)
)


def _write(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "coder_gen", "write", "-q"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _outputs(folder: Path) -> dict[str, bytes]:
    """What lies in the folder; a folder there, which a killed run may leave, has no bytes."""
    found = (folder / "out").iterdir()
    return {path.name: path.read_bytes() if path.is_file() else b"" for path in found}


def _wanted(folder: Path, image: str) -> dict[str, bytes]:
    """What a whole run makes of the spec with this image."""
    (folder / "coder.yaml").write_text(_SPEC.format(image=image))
    assert _write(folder).wait() == 0
    return _outputs(folder)


def kills(rounds: int, seed: int, folder: Path) -> Tally:
    """Each round writes the other of two specs, and is ended somewhere on the way."""
    versions = {image: _wanted(folder, image) for image in ("one:1", "two:2")}
    failures: list[str] = []
    images = list(versions)
    for number in range(rounds):
        chance = random.Random(f"{seed} {number}")
        image = images[number % 2]
        (folder / "coder.yaml").write_text(_SPEC.format(image=image))
        child = _write(folder)
        try:
            child.wait(chance.uniform(0.08, 0.4))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        left = _outputs(folder)
        for name in versions[image]:
            if left.get(name) not in [version[name] for version in versions.values()]:
                failures.append(f"seed {seed}, round {number}: {name} is neither old nor new")
        # The next run mends all, and leaves nothing of the one before.
        if _write(folder).wait() != 0 or _outputs(folder) != versions[image]:
            failures.append(f"seed {seed}, round {number}: the next run left {os.listdir(folder)}")
    return Tally(rounds, failures)
