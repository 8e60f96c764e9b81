"""The command line in this process: what it prints on both streams, and its exit status."""

from __future__ import annotations

import io
import sys
from typing import NamedTuple
from unittest import mock

from coder_gen import cli


class Ran(NamedTuple):
    """What a run printed, and its exit status."""

    status: int
    stdout: str
    stderr: str


def run(*arguments: str, stdin: str = "") -> Ran:
    """Run ``coder-gen`` with these arguments."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    ran = run_with_stdout(out, *arguments, stdin=stdin)
    assert isinstance(out.buffer, io.BytesIO)
    return ran._replace(stdout=out.buffer.getvalue().decode())


def run_with_stdout(out: io.TextIOWrapper, *arguments: str, stdin: str = "") -> Ran:
    """The same with a standard output of the caller's; ``stdout`` of the result is empty."""
    err = io.TextIOWrapper(io.BytesIO(), "utf-8")
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    status: object = 0
    with mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err):
        try:
            cli.main(list(arguments))
        except SystemExit as end:
            status = end.code
    out.flush()
    err.flush()
    assert isinstance(err.buffer, io.BytesIO)
    said = err.buffer.getvalue().decode()
    return Ran(status if isinstance(status, int) else 1, "", said)
