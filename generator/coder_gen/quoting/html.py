"""HTML and the SVG in it: text and attribute values in double quotes."""

from __future__ import annotations

import html as rules

from coder_gen.text import characters


class Html(str):
    """Text that is already HTML: a template copies it unchanged."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text, safe between tags and in a quoted attribute.

    Invisible characters become the replacement character; line breaks that HTML would change become
    blanks. Raises TypeError for a value that is neither text nor a number.
    """
    if isinstance(value, Html):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"not text: {value!r}")
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return Html(rules.escape("\n".join(map(characters.shown, shown.split("\n")))))
