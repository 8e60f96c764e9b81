"""Nothing waits for ever: each question has a limit, who did not answer is named, nothing is left."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import golden

from .hanging import Host, ended

UID = str(os.getuid())
SPEC = """
name: lab
image: debian:12
ports: ["8080:80"]
build: {base: debian:12, packages: {pip: {names: [numpy]}}}
"""
LISTENING = "LISTEN 0 1 0.0.0.0:8080 0.0.0.0:*"
LEFT = f"exited 0123abc {UID}"
RUNS = f"running 0123abc {UID}"


class Silent(NamedTuple):
    """A question that nobody answers."""

    command: str
    words: str
    question: str
    env: dict[str, str]
    arguments: str = ""
    status: int = 3
    # What is said besides, and what is still called.
    more: str = ""
    goes_on: str = ""


QUESTIONS = [
    *(
        question
        for engine, first in (("docker", "docker version"), ("podman", "podman info"))
        for question in (
            Silent("script", f"--engine {engine}", first, {}),
            Silent("script", f"--engine {engine}", f"{engine} container inspect", {}),
            Silent("script", f"--engine {engine}", f"{engine} image inspect", {}),
            Silent(
                "script",
                f"--engine {engine}",
                f"{engine} port lab-{UID}",
                {"CONTAINER": RUNS},
                more=f"lab-{UID} is running already: ",
            ),
            Silent(
                "script",
                f"--engine {engine}",
                f"{engine} ps",
                {"LISTENING": LISTENING},
                more="port 8080 is taken by another program: ",
            ),
            Silent("script", f"--engine {engine}", f"{engine} container rm", {"CONTAINER": LEFT}),
        )
    ),
    Silent("script", "--engine docker", "docker context inspect", {}),
    Silent("script", "--engine docker", "docker context inspect", {}, "--dry-run", status=0),
    # The other engine answers, and is taken.
    Silent(
        "script",
        "--engine auto",
        "docker version",
        {},
        status=0,
        more="open ",
        goes_on="podman run",
    ),
    Silent("script", "--engine apptainer", "apptainer run --help", {}),
    Silent("script", "--engine apptainer", "apptainer instance run", {}, "--start"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--start"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--stop"),
    Silent("script", "--engine apptainer", "apptainer instance list", {}, "--list"),
    Silent("build-script", "--engine docker", "docker version", {}),
    Silent("build-script", "--engine docker", "docker info", {}),
    Silent("build-script", "--engine podman", "podman info", {}),
    Silent("build-script", "--engine docker", "docker image inspect", {}, "--no-preflight"),
    Silent("convert-script", "--engine docker", "docker version", {}),
    Silent("convert-script", "--engine docker", "docker image inspect", {}),
    Silent("convert-script", "--engine podman", "podman image inspect", {}),
]


def _spec(command: str) -> str:
    text = SPEC if command != "script" else SPEC.replace("build:", "x-build:")
    return text if "ports" in text else text


@pytest.fixture(scope="module")
def silences(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[Silent, tuple[Host, subprocess.Popen[str]]]]:
    """All of them at once, since each takes as long as its limit."""
    started = {}
    for question in map(_hashable, QUESTIONS):
        folder = tmp_path_factory.mktemp("silent")
        host = Host(folder, "docker", "podman", "apptainer", "ss")
        (folder / "lab.sif").touch()
        (folder / "Dockerfile").touch()
        spec = "name: lab\nimage: debian:12\nports: ['8080:80']\n"
        if question.command != "script":
            spec = "name: lab\nimage: lab:1\nbuild: {}\n"
        script = host.launcher(spec, question.command, *question.words.split(), limits=2)
        env = dict(question.env)
        started[question] = (
            host,
            host.start(script, *question.arguments.split(), HANG=question.question, **env),
        )
    yield started
    for _, process in started.values():
        if process.poll() is None:
            process.kill()


def _hashable(question: Silent) -> Silent:
    return question._replace(env=tuple(question.env.items()))  # type: ignore[arg-type]


def _name(question: Silent) -> str:
    return "-".join(
        filter(None, [question.command, question.words, question.question, question.arguments])
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=_name)
def test_a_question_that_nobody_answers(
    question: Silent, silences: dict[Silent, tuple[Host, subprocess.Popen[str]]]
) -> None:
    """Which, after how long, what to look at; and its process has ended."""
    host, process = silences[_hashable(question)]
    status, lines = ended(process)
    program = question.question.split()[0]
    asked = [line for line in lines if line.startswith(f"{program} did not answer '")]
    assert len(asked) == 1, lines
    said = re.fullmatch(rf"{program} did not answer '(.*)' in 30 s: .{{20,}}", asked[0])
    assert said, asked
    assert question.question.startswith(said[1]) or said[1].startswith(question.question)
    rest = [line for line in lines if line not in asked]
    assert [line[: len(question.more)] for line in rest if question.more] == [question.more] * bool(
        question.more
    ), lines
    assert status == question.status
    assert host.left() == []
    calls = host.calls()
    assert any(call.startswith(question.question) for call in calls)
    ran = [call for call in calls if " run " in f"{call} " and "--help" not in call]
    assert [call[: len(question.goes_on)] for call in ran] == [question.goes_on] * bool(
        question.goes_on
    )
