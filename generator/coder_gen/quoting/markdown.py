"""Markdown (CommonMark with GitHub's tables): text that is read as it stands."""

from __future__ import annotations

import html as html_rules
import re

from coder_gen.text import characters

# What begins a span, a tag, an entity, a mention, a formula or a table's cell; and what GitHub
# makes links and pictures of: scheme://, www., #1 and :word:.
_SPECIAL = re.compile(
    r"[\\`*_\[\]|~$]|[<>&@]|:(?=//)|:(?=[\w+-]+:)|(?<=www)\.|#(?=\d)", re.IGNORECASE
)


def cell(value: str) -> str:
    """Text inside a line or a table's cell; every mark of the language is escaped."""
    return _SPECIAL.sub(_escaped, characters.shown(value)).strip()


def _escaped(match: re.Match[str]) -> str:
    char = match[0]
    # A backslash keeps these from meaning Markdown, and the entity keeps the rest from meaning HTML.
    return "\\" + char if char in "\\`*_[]|~$" else f"&#{ord(char)};"


def html(value: str) -> str:
    """Text inside an HTML tag that stands in Markdown."""
    return html_rules.escape(characters.shown(value))


def fenced(text: str, language: str) -> str:
    """A block of code; its fence is longer than any in the text."""
    text = characters.shown_lines(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
