"""Replacing this process with a launcher."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from typing import NoReturn

from coder_gen.diagnostics import HOST_FAILED, problem


def run_script(text: str, arguments: Sequence[str]) -> NoReturn:
    """Become bash with the script: its signals, its terminal, its exit status.

    The script comes from a descriptor, so that nothing is left behind and standard input stays
    the user's. Raises Problems (E302) where there is no bash.
    """
    with tempfile.TemporaryFile() as file:
        file.write(text.encode())
        file.seek(0)
        descriptor = os.dup(file.fileno())
    os.set_inheritable(descriptor, True)
    try:
        os.execvp("bash", ["bash", f"/dev/fd/{descriptor}", *arguments])
    except OSError as error:
        raise problem(
            "E302", f"cannot start bash: {error.strerror or error}", None,
            "install bash, or add its folder to PATH", status=HOST_FAILED,
        ) from None  # fmt: skip
