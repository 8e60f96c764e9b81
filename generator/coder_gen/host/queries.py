"""Asking a program of the host a question, with a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from coder_gen.host.probe import Answer


def ask(
    argv: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None
) -> Answer:
    """A program's answer within some seconds, with empty standard input.

    One that takes longer is killed with its children and not waited for: a process that waits for
    a file system whose server is gone cannot even be killed.
    """
    try:
        process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Answer(None, stderr=getattr(error, "strerror", None) or str(error))
    try:
        out, err = process.communicate(timeout=seconds)
    except BaseException as error:
        with contextlib.suppress(OSError):  # it may have just ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise  # Ctrl-C does not reach the program, which has its own session
        return Answer(None, timed_out=True)
    return Answer(
        process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    )
