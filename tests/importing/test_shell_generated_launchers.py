"""Launchers of our own, read back: the words are those that the launcher itself prints."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from coder_gen.expression import Parts
from coder_gen.importing.result import Run
from coder_gen.importing.shell.runs import runs
from coder_gen.text.diagnostics import Reporter
from tests import golden

LAUNCHERS = sorted(
    path
    for path in golden.files("run.sh")
    if re.search(r"^# Starts .* with (Docker|Podman)\.$", path.read_text("utf-8"), re.MULTILINE)
)
# What these launchers compute when they start has no words to be read back as; that is said.
NOT_EXACT = ("configs", "healthchecks", "hpc-login", "outputs-image", "variables")
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": "/home/ide", "USER": "ide", "TERM": "dumb",
    # Variables that some of these launchers insist on.
    "LICENCE": "it's", "PROJECT": "ide", "TEAM": "core",
}  # fmt: skip


def read(path: Path) -> tuple[list[Run], Reporter]:
    reporter = Reporter()
    return runs(path.read_text(encoding="utf-8"), str(path), reporter), reporter


def value(parts: Parts) -> str:
    """The parts on a host where the built-in variables are set, and ENVIRONMENT's."""
    built_in = {
        **ENVIRONMENT,
        "HOSTNAME": socket.gethostname(),
        "UID": str(os.getuid()),
        "GID": str(os.getgid()),
    }
    return "".join(
        part
        if isinstance(part, str)
        else built_in.get(part.name, value(part.operand) if part.operator in {":-", "-"} else "")
        for part in parts
    )


def expected(path: Path, mode: str) -> list[str]:
    """What the launcher says that it would run, without the labels that are its own."""
    done = subprocess.run(
        ["bash", str(path), "--mode", mode, "--dry-run"],
        capture_output=True, check=False, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    words = unquoted(done.stdout.decode())[2:]
    result: list[str] = []
    for word in words:
        if word.startswith(("coder-gen.environment=", "coder-gen.owner=")):
            result.pop()
        else:
            result.append(word.replace(str(path.parent), "."))
    return result


def unquoted(line: str) -> list[str]:
    """The words of a line that bash quoted with `%q`."""
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("path", LAUNCHERS, ids=lambda path: path.parent.name)
def test_the_words_are_the_launchers(path: Path) -> None:
    found, reporter = read(path)
    if reporter.diagnostics:
        assert {d.code for d in reporter.diagnostics} <= {"E529", "W529"}
        assert path.parent.name in NOT_EXACT
        return
    assert found
    for run in found:
        words: list[str] = []
        texts = [value(word.parts) for word in run.words]
        skip = False
        for index, text in enumerate(texts):
            following = texts[index + 1] if index + 1 < len(texts) else ""
            if skip:
                skip = False
            elif index in run.optional and text in {"--mount", "--volume", "--env-file"}:
                source = re.search(r"source=([^,\"]*)|^([^:]*)", following)
                skip = source is not None and not Path(source[1] or source[2]).exists()
                if not skip:
                    words.append(text)
            elif (
                text == "--env" and re.fullmatch(r"\w+", following) and following not in ENVIRONMENT
            ):
                skip = True  # not set on this host
            elif text != "--tty":
                words.append(text)
        assert words == expected(path, run.mode)


def test_what_is_not_read_back_is_an_error() -> None:
    found, reporter = read(golden.folder("apptainer") / "run.sh")
    assert not found
    assert [d.code for d in reporter.diagnostics] == ["E529"]
