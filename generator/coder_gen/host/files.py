"""Files: reading specs, and writing outputs so that a failure leaves what was there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from coder_gen import builtin
from coder_gen.diagnostics import HOST_FAILED, problem
from coder_gen.source.text import MAX_BYTES

DEFAULT_SPEC = "coder.yaml"


def read_spec(name: str | None) -> tuple[str, bytes]:
    """The spec's name for messages and its bytes.

    None is ``coder.yaml`` in the working directory, else the built-in spec; ``-`` is standard
    input. Raises Problems (E001).
    """
    if name is None:
        if not os.path.lexists(DEFAULT_SPEC):
            return "<built-in coder>", builtin.read("coder")
        name = DEFAULT_SPEC
    if name == "-":
        return "<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return name, read_file(name)
    except OSError as error:
        raise problem(
            "E001", f"cannot read {name}: {error.strerror or error}", None,
            "pass the spec with -f FILE; `coder-gen init` makes a first one",
        ) from None  # fmt: skip
    except ValueError:
        raise problem("E001", "the name of a file cannot hold NUL") from None


def read_file(path: str) -> bytes:
    """A file's bytes; no more of them than a spec may have, and one."""
    with open(path, "rb") as file:
        return file.read(MAX_BYTES + 1)


def write_stdout(text: str) -> None:
    """Write an artifact, in UTF-8 whatever the locale says. Raises Problems (E301)."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Who reads has seen enough; the interpreter's own flush at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise problem(
            "E301",
            f"cannot write to standard output: {error.strerror or error}",
            status=HOST_FAILED,
        ) from None


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
            os.fsync(file.fileno())
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
