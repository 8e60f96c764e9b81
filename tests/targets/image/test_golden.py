"""Every expected Dockerfile is clean, and is what BuildKit's own parser reads in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dockerfile as buildkit
import pytest

from tests import golden

DOCKERFILES = golden.files("ockerfile")
# What is in a spec to be awkward, a linter has something to say about.
CLEAN = [path for path in DOCKERFILES if path.parent.name != "image-awkward"]


def test_hadolint_has_nothing_to_say() -> None:
    tool = str(Path(sys.executable).parent / "hadolint")
    done = subprocess.run(
        [tool, "--no-color", *CLEAN], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_dockerfile_says_what_it_seems_to_say(path: Path) -> None:
    commands = buildkit.parse_file(str(path))
    names = [command.cmd.upper() for command in commands]
    assert names.count("FROM") == 1 and names.index("FROM") <= names.index("RUN")
    # Root makes the image; who uses it is somebody else.
    users = [command.value[0] for command in commands if command.cmd.upper() == "USER"]
    assert users[0] == "0" and users[-1] != "0" and len(users) == 2
    # Nothing was taken for a document within the file, and every exec form is one.
    assert not any(command.heredocs for command in commands)
    assert all(
        command.json for command in commands if command.cmd.upper() in ("ENTRYPOINT", "CMD", "COPY")
    )
    text = path.read_text("utf-8")
    assert [line for line in text.split("\n") if line != line.rstrip()] == []
    assert "\n\n\n" not in text and text.endswith("\n") and not text.endswith("\n\n")
