"""Which of the files that spans are in are the package's own."""

from __future__ import annotations

from coder_gen.text.positions import Span

_BUILT_IN = "<built-in "


def built_in(span: Span) -> str | None:
    """The built-in file a span is in, by its path in the package; None for the user's files."""
    name = span.source.name
    if not name.startswith(_BUILT_IN):
        return None
    return name.removeprefix(_BUILT_IN).removesuffix(">").replace("profile ", "profile-") + ".yaml"
