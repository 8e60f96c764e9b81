"""The list of characters that nobody sees, held to Unicode's own data; and how text is shown."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given

from coder_gen.text import characters
from tests.generators.texts import any_text, is_unseen, unseen_in

# What makes one emoji of others.
GLUE = "\u200d\ufe0e\ufe0f"


def test_every_control_and_format_character_is_on_the_list() -> None:
    pattern = re.compile(f"[{characters.UNSEEN}]")
    unseen = (char for char in map(chr, range(sys.maxunicode + 1)) if is_unseen(char))
    assert [f"U+{ord(char):04X}" for char in unseen if not pattern.match(char)] == []


def test_what_people_read_is_not_on_the_list() -> None:
    """Letters, marks, digits, signs and blanks are seen, but for those that Unicode has ignored."""
    pattern = re.compile(f"[{characters.UNSEEN}]")
    listed = [chr(c) for c in range(sys.maxunicode + 1) if pattern.match(chr(c))]
    seen = [c for c in listed if unicodedata.category(c)[0] in "LMNPSZ" and not is_unseen(c)]
    assert seen == []


def test_what_deceives_is_on_the_list() -> None:
    deceiving = re.compile(f"[{characters.DECEIVING}]")
    pattern = re.compile(f"[{characters.UNSEEN}]")
    found = [chr(c) for c in range(sys.maxunicode + 1) if deceiving.match(chr(c))]
    assert all(pattern.match(c) for c in found)
    # Bidi_Control of PropList.txt.
    controls = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    assert set(controls) <= set(found)


@given(text=any_text())
def test_shown_text_keeps_its_length_and_holds_nothing_unseen(text: str) -> None:
    shown = characters.shown(text)
    assert len(shown) == len(text) and "\n" not in shown and characters.shown(shown) == shown
    assert unseen_in(shown, but=GLUE) == []


@given(text=any_text())
def test_shown_lines_keep_their_ends_and_tabs(text: str) -> None:
    shown = characters.shown_lines(text)
    kept = [(at, char) for at, char in enumerate(text) if char in "\n\t"]
    assert [(at, char) for at, char in enumerate(shown) if char in "\n\t"] == kept
    assert unseen_in(shown, but="\n\t" + GLUE) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("über 漢字 مرحبا e\u0301", "über 漢字 مرحبا e\u0301"),
        ("\x1b]52;c;eA==\a", "\ufffd]52;c;eA==\ufffd"),
        ("a\x9b31mb\x7f", "a\ufffd31mb\ufffd"),
        ("a\r\nb\tc\xa0d\u3000e", "a  b c d e"),
        ("a\u202eb\u2066c\u200bd\ufeffe\u2028f", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"),
        ("\udc9b", "\ufffd"),
        # One sign made of several characters is seen; what makes none is not.
        ("👩\u200d💻 🏳\ufe0f\u200d🌈 ⚠\ufe0f", "👩\u200d💻 🏳\ufe0f\u200d🌈 ⚠\ufe0f"),
        ("a\ufe0fb\u200dc", "a\ufffdb\ufffdc"),
        ("⚠\ufe0f\ufe0f\ufe0f", "⚠\ufe0f\ufffd\ufffd"),
        ("👩\u200d", "👩\ufffd"),
        ("a\ufe0f\u200d👩", "a\ufffd\ufffd👩"),
    ],
)
def test_text_is_shown(text: str, shown: str) -> None:
    assert characters.shown(text) == shown
