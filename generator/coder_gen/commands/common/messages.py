"""Text for people, on both streams: the one place where it is cleaned of what acts upon a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from coder_gen.commands.common.settings import Settings
from coder_gen.text.diagnostics import ERROR, Diagnostic

if TYPE_CHECKING:
    from coder_gen.text.styles import Style


def print_diagnostics(diagnostics: Sequence[Diagnostic], settings: Settings) -> None:
    """Print diagnostics; --quiet leaves errors only."""
    shown = [d for d in diagnostics if d.severity == ERROR or not settings.quiet]
    if not shown:
        return
    # Only a run with something to say pays for this import.
    from coder_gen.text.printing import printed

    write_stderr(printed(shown, use_color(settings)))


def write_stdout(text: str) -> None:
    """Text for people on standard output; what is not Printed is cleaned. Raises Problems (E301)."""
    from coder_gen.host import files
    from coder_gen.text import printing

    files.write_stdout(printing.text(text))


def write_stderr(text: str) -> None:
    """Write to standard error whatever its encoding; what is not Printed is cleaned."""
    from coder_gen.text import printing

    text = printing.text(text)
    try:
        sys.stderr.flush()
        sys.stderr.buffer.write(text.encode("utf-8", "replace"))
        sys.stderr.buffer.flush()
    except OSError:
        # Nobody listens; the exit status still says it, and is not to be replaced by Python's own.
        from coder_gen.host.files import mute

        mute(sys.stderr.fileno())
    except (AttributeError, ValueError):
        pass


def write_usage(text: str) -> None:
    """Print what click says of a wrong command line, which it quotes as it is."""
    from coder_gen.text.printing import line, lines

    usage, start, message = text.partition("Error: ")
    write_stderr(lines([*usage.splitlines(), line(start, message.removesuffix("\n"))]))


def output_style(settings: Settings) -> Style:
    """How text for people looks where the settings send it.

    A file is the same whatever terminal and locale the command ran with.
    """
    from coder_gen.text.styles import Style

    if not settings.prints:
        return Style()
    return Style(use_color(settings, sys.stdout), _shows_signs(), _width())


def use_color(settings: Settings, stream: TextIO | None = None) -> bool:
    """Colour on terminals, unless NO_COLOR or --color says otherwise; without a stream: stderr."""
    if settings.color != "auto":
        return settings.color == "always"
    stream = stream or sys.stderr
    return (
        stream is not None
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _shows_signs() -> bool:
    """Whether the locale has the signs. Python itself writes UTF-8 even where it is C."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    _, dot, charset = name.partition(".")
    if name in ("C", "POSIX") or (dot and charset.lower().replace("-", "") != "utf8"):
        return False
    return encoding == "utf8"


def _width() -> int:
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size((80, 24)).columns, 100)) if sys.stdout.isatty() else 80
