"""Asking a program of the host: each question has an end, whatever the program does."""

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
    """What a program says within some seconds, without anything to read.

    One that takes longer is killed, with what it started, and not waited for: a process that a
    file system holds whose server is gone cannot even be killed.
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
        with contextlib.suppress(OSError):  # it may have ended by itself just now
            os.killpg(process.pid, signal.SIGKILL)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise  # Ctrl-C, which a session of its own does not get
        return Answer(None, timed_out=True)
    return Answer(
        process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")
    )
