"""Whether a span is in one of the package's own files."""

from __future__ import annotations

from coder_gen.text.positions import Span

_BUILT_IN = "<built-in "


def built_in(span: Span) -> str | None:
    """The path in the package of a span's built-in file; None for the user's files."""
    name = span.source.name
    if not name.startswith(_BUILT_IN):
        return None
    return name.removeprefix(_BUILT_IN).removesuffix(">").replace("profile ", "profile-") + ".yaml"
