"""HTML and the SVG in it: text and attribute values in double quotes."""

from __future__ import annotations

import html as rules

from coder_gen.text import characters


class Html(str):
    """Text that is HTML already: a template copies it as it is."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text, safe between tags and in a quoted attribute.

    What nobody sees is shown as the replacement character, line breaks that HTML would change as
    blanks. Raises TypeError for what is no text and no number.
    """
    if isinstance(value, Html):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"not text: {value!r}")
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return Html(rules.escape("\n".join(map(characters.shown, shown.split("\n")))))
