"""Characters that are invisible or control a terminal: the one list, and how text is displayed.

Control characters can move a terminal's cursor, write its clipboard or change earlier output.
Bidirectional controls change the order in which a line is read ("Trojan Source", CVE-2021-42574),
and characters without width hide a difference. No output contains one unescaped: an output language
escapes or refuses it; text for people shows U+FFFD instead.
"""

from __future__ import annotations

import re
from functools import cache

# A character class for re, by Unicode's properties: Cc; Cf except the Arabic, Syriac and Kaithi
# signs before numbers, which are visible; Zl; Zp; Default_Ignorable_Code_Point; noncharacters.
# Private use is not included: it is visible, if only as a box. ``tests/text/test_characters.py``
# compares the list with Unicode's own data.
UNSEEN = (
    "\0-\x1f\x7f-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# Characters that no script's spelling needs and that deceive a reviewer: Bidi_Control, characters
# without width, fillers of Hangul that fonts leave blank, tags.
DECEIVING = (
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e007f"
)
# Blanks that look like a space.
_BLANKS = "[\t\n\r\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
# Signs that emoji are made of. A selector after one asks for the picture (U+FE0F) or the letter
# (U+FE0E), and U+200D joins two into one picture: their effect is visible.
_EMOJI = "[\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u27bf\u2934-\u2b55\U0001f000-\U0001faff]"
_SELECTOR = f"(?<!{_EMOJI})[\ufe0e\ufe0f]"
_JOINER = f"(?<!{_EMOJI})(?<!{_EMOJI}\ufe0f)\u200d|\u200d(?!{_EMOJI})"
REPLACEMENT = "\ufffd"


def is_plain(text: str) -> bool:
    """Whether the text is printable ASCII only: the usual case, which is quick to decide."""
    return text.isascii() and text.isprintable()


def unseen(text: str, but: str = "") -> re.Pattern[str]:
    """A pattern for a run of invisible characters in this text, for a language that has escapes.

    ``but`` are those that the language writes unescaped.
    """
    return _unseen("\0-\x1f\x7f" if text.isascii() else UNSEEN, but)


def hidden(text: str, but: str = "") -> re.Pattern[str]:
    """A pattern for one invisible character, except those that form an emoji with their neighbours.

    For text that people read, and for languages that have no escapes.
    """
    return _hidden(text.isascii(), but)


# Compiled at first use; the long list only for a text that may contain such a character.
@cache
def _unseen(those: str, but: str) -> re.Pattern[str]:
    return re.compile(f"(?:(?![{but}])[{those}])+" if but else f"[{those}]+")


@cache
def _hidden(ascii_text: bool, but: str) -> re.Pattern[str]:
    if ascii_text:
        return re.compile(f"(?![{but}])[\0-\x1f\x7f]" if but else "[\0-\x1f\x7f]")
    # The three that depend on their neighbours have patterns of their own.
    rest = f"(?![\u200d\ufe0e\ufe0f{but}])[{UNSEEN}]"
    return re.compile(f"{rest}|{_SELECTOR}|{_JOINER}")


def shown(text: str) -> str:
    """The text as one line for people; the number of characters stays the same.

    Blanks and line breaks of every kind become spaces.
    """
    if is_plain(text):
        return text
    text = re.sub(_BLANKS, " ", text)
    return hidden(text).sub(REPLACEMENT, text)


def shown_lines(text: str) -> str:
    """As ``shown``, but line breaks and tabs are kept."""
    return text if is_plain(text) else hidden(text, "\n\t").sub(REPLACEMENT, text)


def named(char: str) -> str:
    """How messages name a character that they cannot show."""
    return f"U+{ord(char):04X}"
