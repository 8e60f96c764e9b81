"""The warning that a setting of an original is imported only approximately."""

from __future__ import annotations

from coder_gen.text.diagnostics import EVERYONE, Reporter
from coder_gen.text.positions import Span


def approximate(
    reporter: Reporter,
    what: str,
    why: str,
    span: Span,
    code: str = "W501",
    audience: str = EVERYONE,
) -> None:
    """Warn that ``what`` is approximated, and how it differs."""
    reporter.warning(code, f"`{what}` is approximated: {why}", span, None, audience)
