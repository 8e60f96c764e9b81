"""Writing files so that a failure leaves what was there."""

from __future__ import annotations

import os
from pathlib import Path

from coder_gen.diagnostics import HOST_FAILED, problem


def write_file(path: str, text: str, *, executable: bool) -> bool:
    """Write a file as a whole or not at all; returns whether anything changed.

    A link is followed, and the permissions of a file that is there are kept. Raises Problems
    (E301).
    """
    target = Path(os.path.realpath(path))
    data = text.encode()
    temporary: str | None = None
    try:
        if (
            target.is_file()
            and target.read_bytes() == data
            and (not executable or os.access(target, os.X_OK))
        ):
            return False
        if target.exists() and not target.is_file():
            # /dev/stdout, a named pipe: there is nothing to replace.
            target.write_bytes(data)
            return True
        mode = _mode(target, executable)
        temporary = str(target.with_name(f".{target.name}.{os.getpid()}.tmp"))
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, target)
        temporary = None
    except OSError as error:
        raise problem(
            "E301", f"cannot write {path}: {error.strerror or error}", None,
            "nothing was changed there", status=HOST_FAILED,
        ) from None  # fmt: skip
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
    return True


def _mode(target: Path, executable: bool) -> int:
    if target.exists():
        mode = target.stat().st_mode & 0o7777
        # Whoever may read a script may run it.
        return mode | ((mode & 0o444) >> 2) if executable else mode
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if executable else 0o666) & ~umask
