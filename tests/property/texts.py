"""Arbitrary text, with what parsers trip over more often than chance would have it."""

from __future__ import annotations

from hypothesis import strategies as st

# All of Unicode but NUL, which no argument can hold, and surrogates, which are no characters.
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
AWKWARD = (
    "", " ", "-", "--", "-x", "--rm", "a b", "it's", 'say "hi"', "'", '"', "\\", "\\\\", "a\\nb",
    "$HOME", "${HOME}", "$(id)", "`id`", "$$", "${", "$((1+1))", "${x:-y}", "!", "!!", "!a", "#", "# x", "~",
    "~/x", "*", "?", "[a]", "{a,b}", "a,b", "a=b", "=", ":", "a:b", "a: b", "- a", "? a", "& b", "*b",
    "|", "||", ";", "<", ">", "%", "%s", "%n", "@", "\t", "\n", "a\nb", "\n\n", "a\n", "\r", "a\r\nb",
    "\x01", "\x1b[31m", "\x7f", "\x85", "\u00a0", "\u2028", "\u202e", "\ufeff", "ü", "字", "\U0001f600",
    "null", "true", "no", "~", "0", "1e3", "0x10", "22:22", "2027-01-01", "EOF", "{{ x }}", "{% x %}",
)  # fmt: skip


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
