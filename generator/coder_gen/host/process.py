"""Replacing this process with a launcher."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import NoReturn

from coder_gen.host.files import reason
from coder_gen.text.diagnostics import HOST_FAILED, problem


def run_script(text: str, arguments: Sequence[str]) -> NoReturn:
    """Become bash with the script: its signals, its terminal, its exit status.

    The script comes from a descriptor, so that nothing is left behind and standard input stays
    the user's. Raises Problems (E302) where there is no bash.
    """
    try:
        # In memory: no folder has to be writable, and no disk to have room.
        descriptor = os.memfd_create("coder-gen", 0)
        with open(descriptor, "wb", closefd=False) as file:
            # The folder of the spec stands in it, whose name may be any bytes.
            file.write(text.encode("utf-8", "surrogateescape"))
        os.lseek(descriptor, 0, os.SEEK_SET)
        # Python ignores these two, and what it starts would: a launcher does not.
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.execvp("bash", ["bash", f"/dev/fd/{descriptor}", *arguments])
    except OSError as error:
        raise problem(
            "E302", f"cannot start bash: {reason(error)}", None,
            "install bash, or add its folder to PATH", status=HOST_FAILED,
        ) from None  # fmt: skip
