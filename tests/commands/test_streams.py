"""What `check` says, where both streams go to one log and whatever the locale is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_check_shows_the_difference_first(tmp_path: Path, locale: str) -> None:
    """A file with any character in it, in a log: the difference, and then how many."""
    (tmp_path / "coder.yaml").write_text("image: a\noutputs: {run.sh: script}\n")
    (tmp_path / "run.sh").write_text("# grüße\n", "utf-8")
    env = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "coder_gen", "check"],
        cwd=tmp_path,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    lines = done.stdout.decode("utf-8").splitlines()
    assert done.returncode == 1
    assert lines[0] == "--- run.sh"
    assert "-# grüße" in lines
    assert lines[-1] == "coder-gen: 1 of 1 files differ"
