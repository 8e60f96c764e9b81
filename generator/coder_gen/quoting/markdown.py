"""Markdown (CommonMark with GitHub's tables): text that is displayed literally."""

from __future__ import annotations

import html as html_rules
import re

from coder_gen.text import characters

# Characters that begin a span, a tag, an entity, a mention, a formula or a table's cell; and those
# from which GitHub makes links and pictures: scheme://, www., #1 and :word:.
_SPECIAL = re.compile(
    r"[\\`*_\[\]|~$]|[<>&@]|:(?=//)|:(?=[\w+-]+:)|(?<=www)\.|#(?=\d)", re.IGNORECASE
)


def cell(value: str) -> str:
    """Text inside a line or a table's cell; every special character is escaped."""
    return _SPECIAL.sub(_escaped, characters.shown(value)).strip()


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    # A backslash escapes Markdown's characters; for the rest an entity, which also escapes HTML.
    return "\\" + char if char in "\\`*_[]|~$" else f"&#{ord(char)};"


def html(value: str) -> str:
    """Text inside an HTML tag in Markdown."""
    return html_rules.escape(characters.shown(value))


def fenced(text: str, language: str) -> str:
    """A block of code; its fence is longer than any fence in the text."""
    text = characters.shown_lines(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
