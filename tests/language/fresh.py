"""Compiling in a process that has compiled nothing before.

``python -m tests.language.fresh`` reads steps as JSON, one a line, compiles each in a process forked
for it alone, and prints what came of it as one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from coder_gen.commands.common.compiling import compile_target
from coder_gen.language.load import Options, load
from coder_gen.targets.base import Request
from coder_gen.text.diagnostics import Diagnostic, Problems


class Step(NamedTuple):
    """A spec to compile, the files that there are, and what the command line adds."""

    name: str
    files: dict[str, str]
    target: str = "script"
    profiles: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    vars: tuple[str, ...] = ()


Outcome = list[str]


def compiled(step: Step) -> Outcome:
    """The text that the step makes, and everything that is said, in its order."""

    def read_file(path: str) -> bytes:
        if path not in step.files:
            raise FileNotFoundError(2, "No such file or directory")
        return step.files[path].encode()

    options = Options(tuple(step.profiles), None, tuple(step.sets), tuple(step.vars))
    try:
        project = load(step.name, read_file(step.name), options, read_file)
        artifact, reporter = compile_target(project, step.target, Request(), False)
    except Problems as problems:
        return ["", *map(_said, problems.diagnostics)]
    return [artifact.text, *map(_said, (*project.warnings, *reporter.diagnostics))]


def _said(diagnostic: Diagnostic) -> str:
    return repr(diagnostic._replace(span=None)) + str(diagnostic.span)


class Fresh:
    """Compiles each step in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def compiled(self, step: Step) -> Outcome:
        """The same as ``compiled``, as if nothing had been compiled before."""
        given, made = self._process.stdin, self._process.stdout
        assert given is not None and made is not None
        given.write(json.dumps(step) + "\n")
        given.flush()
        found: Outcome = json.loads(made.readline())
        return found


@contextmanager
def fresh() -> Iterator[Fresh]:
    """The process from which those for one step are forked."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.language.fresh"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Fresh(process)


def main() -> None:
    """Compile the steps that stand on standard input."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(json.dumps(compiled(Step(*json.loads(line)))), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
