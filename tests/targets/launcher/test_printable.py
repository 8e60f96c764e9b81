"""What a script's own words show of text that comes at run time: as coder-gen itself shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.text import characters
from tests import pages
from tests.generators.texts import any_text, unseen_in

LOCALES = ("C", "C.UTF-8", "xx_XX.UTF-8")
# The selectors of emoji stay wherever they stand, and a joiner before most pictures.
GLUE = "\u200d\ufe0e\ufe0f"
_SCRIPT = """\
set -euo pipefail
shown=''
{functions}
while IFS= read -r -d '' text; do
	{function} "${{text}}"
	printf '%s\\0' "${{shown}}"
done
"""


def _functions() -> str:
    folder = pages.ROOT / "templates" / "machinery"
    return "".join((folder / f"{name}.sh").read_text("utf-8") for name in ("messages", "quote"))


def by_bash(
    texts: list[bytes],
    locale: str = "C.UTF-8",
    function: str = "printable",
    cwd: Path | None = None,
) -> list[bytes]:
    """What the function makes of each text."""
    script = _SCRIPT.format(functions=_functions(), function=function)
    done = subprocess.run(
        ["bash", "-c", script], input=b"".join(text + b"\0" for text in texts), cwd=cwd, check=True,
        capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": locale}, timeout=120,
    )  # fmt: skip
    # bash complains of an unknown locale once, when it starts; and then no more.
    assert done.stderr.count(b"\n") <= (locale == "xx_XX.UTF-8")
    return done.stdout.split(b"\0")[:-1]


def _as_shown(text: str) -> str:
    """Blanks of other widths stay what they are."""
    blank = re.sub("[\t\n\r]", " ", text)
    return characters.hidden(blank).sub(characters.REPLACEMENT, blank)


@pytest.mark.parametrize("locale", LOCALES[:2])
def test_every_character_is_shown_as_coder_gen_shows_it(locale: str) -> None:
    """All of Unicode, each between two letters, in blocks."""
    alone = [c for c in range(1, sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
    blocks = [
        "".join(f"a{chr(c)}b" for c in alone[at : at + 4096]) for at in range(0, len(alone), 4096)
    ]
    shown = by_bash([block.encode() for block in blocks], locale)
    for block, found in zip(blocks, shown, strict=True):
        # A selector behind a letter selects nothing; here it stays.
        assert re.sub("[\ufe0e\ufe0f]", "\ufffd", found.decode()) == _as_shown(block)


@given(texts=st.lists(any_text(), min_size=1, max_size=40))
def test_no_text_brings_what_nobody_sees(texts: list[str]) -> None:
    for found in by_bash([text.encode() for text in texts]):
        assert unseen_in(found.decode(), but=GLUE) == []


@given(
    data=st.lists(
        st.binary(max_size=12).map(lambda b: b.replace(b"\0", b"")), min_size=1, max_size=40
    )
)
def test_bytes_that_are_no_text_are_not_shown(data: list[bytes]) -> None:
    """Not even to a terminal that takes single bytes for controls."""
    # In the locale C, where read takes a byte for a character.
    for given_bytes, found in zip(data, by_bash(data, "C"), strict=True):
        text = found.decode()
        assert unseen_in(text, but=GLUE) == []
        try:
            given_bytes.decode()
        except UnicodeDecodeError:
            assert set(text) <= {*map(chr, range(0x20, 0x7F)), characters.REPLACEMENT}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"plain", "plain"),
        ("Grüß Gott, 世界 👩\u200d💻 ⚠\ufe0f \\n %s & `x`".encode(), "Grüß Gott, 世界 👩\u200d💻 ⚠\ufe0f \\n %s & `x`"),
        (b"a\x1b]52;c;eA==\x07\rb\nc\td", "a\ufffd]52;c;eA==\ufffd b c d"),
        (b"\xc2\x9b31m \x9b31m", "\ufffd\ufffd31m \ufffd31m"),
        # Forms that are too long, half a pair, more than Unicode has: no UTF-8.
        (b"\xc0\x9b \xe0\x80\x9b \xed\xa0\x80 \xf4\x90\x80\x80", " ".join("\ufffd" * n for n in (2, 3, 3, 4))),
        (b"[!x]*?\\", "[!x]*?\\"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("locale", LOCALES)
def test_text_is_shown(text: bytes, shown: str, locale: str) -> None:
    assert by_bash([text], locale) == [shown.encode()]


def test_no_file_s_name_changes_what_is_shown(tmp_path: Path) -> None:
    """The list is patterns, and a folder may hold files that they match."""
    for name in (b"\xc2\x9b", b"\xf3\xa0ab", b"\xe2\x80\xae"):
        (Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))).touch()
    assert by_bash([b"a\xc2\x9bb \xe2\x80\xae"], cwd=tmp_path) == ["a\ufffdb \ufffd".encode()]


@given(texts=st.lists(any_text(), min_size=1, max_size=40))
def test_a_quoted_word_is_what_a_shell_reads_back(texts: list[str]) -> None:
    words = by_bash([text.encode() for text in texts], function="quoted")
    for word in words:
        assert unseen_in(word.decode(), but=GLUE) == []
    script = b"printf '%s\\0' " + b" ".join(words)
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C"}
    )
    assert done.stdout.decode().split("\0")[:-1] == texts
