"""Reading specs, and writing an artifact to standard output."""

from __future__ import annotations

import errno
import os
import stat
import sys

from coder_gen import builtin
from coder_gen.diagnostics import HOST_FAILED, problem
from coder_gen.source.text import MAX_BYTES

DEFAULT_SPEC = "coder.yaml"
# What messages call standard input.
STDIN = "<stdin>"


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
        return STDIN, sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with open(name, "rb") as file:
            return name, file.read(MAX_BYTES + 1)
    except OSError as error:
        raise problem(
            "E001", f"cannot read {name}: {error.strerror or error}", None,
            "pass the spec with -f FILE; `coder-gen init` makes a first one",
        ) from None  # fmt: skip
    except ValueError:
        raise problem("E001", "the name of a file cannot hold NUL") from None


def text_of(name: str, data: bytes) -> str:
    """The text of a file that is no spec. Raises Problems (E002)."""
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise problem("E002", f"{name} is not UTF-8", None, "save it as UTF-8") from None


def read_file(path: str) -> bytes:
    """A regular file's bytes; no more of them than a spec may have, and one.

    A spec that someone sent may name anything. A pipe would be waited for, for ever, so only what
    the user named on the command line (``read_spec``) may be one. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(MAX_BYTES + 1)


def write_stdout(text: str) -> None:
    """Write an artifact, in UTF-8 whatever the locale says. Raises Problems (E301)."""
    if sys.stdout is None:  # closed before the program began, as by `>&-`
        raise problem("E301", "standard output is closed", status=HOST_FAILED)
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
