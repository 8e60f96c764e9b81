"""Text for people, on both streams; the only place where terminal controls are removed from it."""

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
    """Print diagnostics; with --quiet only errors."""
    shown = [d for d in diagnostics if d.severity == ERROR or not settings.quiet]
    if not shown:
        return
    # Imported only by runs that print a diagnostic.
    from coder_gen.text.printing import printed

    write_stderr(printed(shown, use_color(settings)))


def write_stdout(text: str) -> None:
    """Write text to standard output, made printable unless it is Printed. Raises Problems (E301)."""
    from coder_gen.host import files
    from coder_gen.text import printing

    files.write_stdout(printing.text(text))


def write_stderr(text: str) -> None:
    """Write text to standard error in UTF-8, made printable unless it is Printed."""
    from coder_gen.text import printing

    text = printing.text(text)
    try:
        sys.stderr.flush()
        sys.stderr.buffer.write(text.encode("utf-8", "replace"))
        sys.stderr.buffer.flush()
    except OSError:
        # The stream is closed; the exit status still tells, and Python must not replace it.
        from coder_gen.host.files import mute

        mute(sys.stderr.fileno())
    except (AttributeError, ValueError):
        pass


def write_usage(text: str) -> None:
    """Print click's message about a wrong command line; click quotes the words unchanged."""
    from coder_gen.text.printing import line, lines

    usage, start, message = text.partition("Error: ")
    write_stderr(lines([*usage.splitlines(), line(start, message.removesuffix("\n"))]))


def output_style(settings: Settings) -> Style:
    """The style of text for people on the output that the settings choose.

    A file does not depend on the terminal and the locale.
    """
    from coder_gen.text.styles import Style

    if not settings.prints:
        return Style()
    return Style(use_color(settings, sys.stdout), _shows_signs(), _width())


def use_color(settings: Settings, stream: TextIO | None = None) -> bool:
    """Whether to use colour: on terminals, unless NO_COLOR or --color decides; default: stderr."""
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
    """Whether the locale has the signs; Python writes UTF-8 even in the locale C."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    _, dot, charset = name.partition(".")
    if name in ("C", "POSIX") or (dot and charset.lower().replace("-", "") != "utf8"):
        return False
    return encoding == "utf8"


def _width() -> int:
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size((80, 24)).columns, 100)) if sys.stdout.isatty() else 80
