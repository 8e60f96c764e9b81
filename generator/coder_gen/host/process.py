"""Replacing this process with a launcher."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import NoReturn

from coder_gen.host.files import reason
from coder_gen.text.diagnostics import HOST_FAILED, problem


def run_script(text: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by bash with the script, which gets its signals and terminal.

    The script is passed by a descriptor, so that no file is left and standard input stays the
    user's. Raises Problems (E302) if there is no bash.
    """
    try:
        # In memory: this needs no writable folder and no space on a disk.
        descriptor = os.memfd_create("coder-gen", 0)
        with open(descriptor, "wb", closefd=False) as file:
            # It contains the path of the spec's folder, which may be any bytes.
            file.write(text.encode("utf-8", "surrogateescape"))
        os.lseek(descriptor, 0, os.SEEK_SET)
        # Python ignores these two signals, and child processes inherit that: a launcher must not.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.execvp("bash", ["bash", f"/dev/fd/{descriptor}", *arguments])
    except OSError as error:
        raise problem(
            "E302", f"cannot start bash: {reason(error)}", None,
            "install bash, or add its folder to PATH", status=HOST_FAILED,
        ) from None  # fmt: skip
