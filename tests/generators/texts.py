"""Arbitrary text, with what parsers trip over more often than chance would have it."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

# All of Unicode but NUL, which no argument can hold, and surrogates, which are no characters.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
AWKWARD = (
    "", " ", "-", "--", "-x", "--rm", "a b", "it's", 'say "hi"', "'", '"', "\\", "\\\\", "a\\nb",
    "$HOME", "${HOME}", "$(id)", "`id`", "$$", "${", "$((1+1))", "${x:-y}", "!", "!!", "!a", "#", "# x", "~",
    "~/x", "*", "?", "[a]", "{a,b}", "a,b", "a=b", "=", ":", "a:b", "a: b", "- a", "? a", "& b", "*b",
    "|", "||", ";", "<", ">", "%", "%s", "%n", "@", "\t", "\n", "a\nb", "\n\n", "a\n", "\r", "a\r\nb",
    "\x01", "\x1b[31m", "\x7f", "\x85", "\u00a0", "\u2028", "\u202e", "\ufeff",
    "\x9b2J", "\x1b]52;c;eA==\a", "\u2066", "\u200b", "\u3164", "\U000e0041", "a\u034fb", "⚠\ufe0f", "👩\u200d💻",
    "ü", "字", "\U0001f600",
    "null", "true", "no", "~", "0", "1e3", "0x10", "22:22", "2027-01-01", "EOF", "{{ x }}", "{% x %}",
)  # fmt: skip

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt, which Python's own data lacks; and what
# is no character.
_IGNORABLE = frozenset(
    char
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
        (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF), (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF),
    )
    for char in range(first, last + 1)
)  # fmt: skip


# Cf, but seen: signs that stand before or above a number.
_SEEN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
)


def is_unseen(char: str) -> bool:
    """Whether Unicode calls it a control, a format or an ignorable character, or a line's end."""
    kind = unicodedata.category(char)
    return char not in _SEEN and (kind in ("Cc", "Cf", "Zl", "Zp") or ord(char) in _IGNORABLE)


def unseen_in(text: str, but: str = "") -> list[str]:
    """Those that the text holds, other than those of ``but``."""
    return [char for char in text if char not in but and is_unseen(char)]


def any_text(*, least: int = 0) -> st.SearchStrategy[str]:
    """Text of any characters."""
    short = st.text(CHARACTERS, min_size=least, max_size=12)
    awkward = st.sampled_from([text for text in AWKWARD if len(text) >= least])
    mixed = st.lists(st.one_of(awkward, short), min_size=1, max_size=3).map("".join)
    return st.one_of(awkward, short, mixed).filter(lambda text: len(text) >= least)


def line(*, least: int = 0, without: str = "") -> st.SearchStrategy[str]:
    """Text without the characters that a field cannot hold."""
    unfit = set(without) | {"\n", "\r"}
    return (
        any_text(least=least)
        .map(lambda text: "".join(c for c in text if c not in unfit))
        .filter(lambda text: len(text) >= least)
    )


def said(text: str) -> str:
    """The text as a spec writes it."""
    return text.replace("$", "$$")
