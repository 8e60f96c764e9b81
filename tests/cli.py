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
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    status: object = 0
    with mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err):
        try:
            cli.main(list(arguments))
        except SystemExit as end:
            status = end.code
    texts = []
    for stream in (out, err):
        stream.flush()
        buffer = stream.buffer
        assert isinstance(buffer, io.BytesIO)
        texts.append(buffer.getvalue().decode())
    return Ran(status if isinstance(status, int) else 1, *texts)
