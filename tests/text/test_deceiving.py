"""Text of a spec that a reviewer would not see as it is: a warning with its place, W001."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from coder_gen.language.load import Options, load
from tests.cli import run
from tests.generators.texts import any_text


def warned(text: str) -> list[tuple[int, int, str]]:
    """The 0-based line and column of each warning, and the character that it names."""

    def nothing(name: str) -> bytes:
        raise FileNotFoundError(2, "there is none", name)

    found = load("coder.yaml", text.encode(), Options(), nothing).warnings
    assert {d.code for d in found} <= {"W001"}
    places = [(d.span, d.message.split("character ")[1].split()[0]) for d in found]
    return [(span.line, span.column, char) for span, char in places if span is not None]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("image: i  # a\u202eb\n", [(0, 13, "U+202E")]),
        ("image: i\nlabels: {a: 'b\u2066\u2069c'}\r\n# \u200b\n", [(1, 14, "U+2066"), (2, 2, "U+200B")]),
        ("image: i\nlabels: {a\u3164: b}\n", [(1, 10, "U+3164")]),
        ("image: i\ndescription: x\U000e0041\n", [(1, 14, "U+E0041")]),
        # A byte order mark that begins the file is none of the text.
        ("\ufeffimage: i\n", []),
        ("image: i\nlabels: {a: b\ufeffc}\n", [(1, 13, "U+FEFF")]),
        # An escape is seen; so are letters that go from right to left, and what spells their words.
        ('image: i\nlabels: {a: "\\u202e\\u200b"}\n', []),
        ("image: i\ndescription: مرحبا 'می\u200cخواهم' 👩\u200d💻 ⚠\ufe0f עברית\n", []),
    ],
)  # fmt: skip
def test_what_a_reviewer_does_not_see_is_named(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    assert warned(text) == places


def test_ten_lines_of_a_file_are_enough() -> None:
    assert len(warned("image: i\n" + "# \u202e\u202e\n" * 50)) == 10


@given(text=any_text())
def test_what_coder_gen_writes_is_seen(text: str) -> None:
    from coder_gen.quoting.yaml import comment, scalar

    quoted = scalar(text.replace("$", "$$"))
    assert warned(f"image: i\n{comment(text)}\ndescription: {quoted}\n") == []


@pytest.mark.parametrize("command", ["script", "compose", "explain", "audit", "report", "lint"])
def test_every_command_that_reads_a_spec_says_so(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coder.yaml").write_text("image: i:1\nlabels: {a: 'b\u202ec'}\n", "utf-8")
    names = ["coder.yaml"] if command == "lint" else []
    said = run(command, *names).stderr
    place = "coder.yaml:2:15: warning[W001]: a reader of this line does not see the character U+202E in it"
    assert said.count(place) == 1
    assert "= remove it, or write it in double quotes, as \\u202e" in said
    if command != "lint":
        assert "W001" not in run(command, "-q").stderr


def test_write_says_so_and_a_parent_is_read_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text("image: i:1  # \u2067\n", "utf-8")
    (tmp_path / "coder.yaml").write_text("extends: ./base.yaml\noutputs: {run.sh: script}\n")
    assert "base.yaml:1:15: warning[W001]" in run("write").stderr
    # What the text is like is no news at every check.
    assert run("check") == (0, "", "coder-gen: 0 of 1 files differ\n")
