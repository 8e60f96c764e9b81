"""Text in a Dockerfile is the text of the spec, whatever it holds: read by BuildKit's own parser.

What follows the parser (quotes and dollars of ENV and LABEL) has a reference here, and a real
build in tests/e2e/test_dockerfile.py.
"""

from __future__ import annotations

import json
import re
import subprocess

import dockerfile as buildkit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.expression import Parts, Ref
from coder_gen.quoting import dockerfile as language
from coder_gen.text.positions import SourceFile, Span
from tests.generators.texts import is_unseen

SPAN = Span(SourceFile("", ""), 0, 0, 1)
# What a spec can hold: no surrogate halves, no NUL.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"))
NASTY = st.sampled_from(
    [
        "$HOME",
        "${A:-b}",
        "`id`",
        "\\",
        "\\\\",
        '"',
        "'",
        "#",
        " # x",
        "<<EOF",
        "[",
        "\t",
        "--mount=x",
        "",
    ]
)
WORDS = st.lists(st.one_of(LINE, NASTY)).map("".join)
# What a word in double quotes can hold: it knows no escapes for what nobody sees.
SEEN = WORDS.map(lambda text: "".join(c for c in text if c == "\t" or not is_unseen(c)))


def _name(ref: Ref) -> str:
    return ref.name


def expanded(word: str, values: dict[str, str] | None = None) -> str:
    """A word in double quotes as Docker's shell lexer reads it."""
    assert word.startswith('"') and word.endswith('"')
    found = []
    at = 1
    while at < len(word) - 1:
        char = word[at]
        if char == "\\" and word[at + 1] in '"$\\':
            found.append(word[at + 1])
            at += 2
        elif char == "$":
            match = re.compile(r"\$\{(\w+)\}").match(word, at)
            assert match is not None, word
            found.append((values or {})[match[1]])
            at = match.end()
        else:
            assert char != '"', word
            found.append(char)
            at += 1
    return "".join(found)


# A name holds no `=`: the spec's own rule.
KEYS = SEEN.map(lambda text: text.replace("=", ""))


@given(st.lists(st.tuples(KEYS, SEEN), min_size=1, max_size=8))
def test_words_of_one_instruction(pairs: list[tuple[str, str]]) -> None:
    written = " \\\n    ".join(
        f"{language.word(f'k{number}{key}')}={language.word(value)}"
        for number, (key, value) in enumerate(pairs)
    )
    text = f'FROM scratch\nLABEL last="1" \\\n    {written}\nUSER 1\n'
    commands = buildkit.parse_string(text)
    assert [command.cmd.upper() for command in commands] == ["FROM", "LABEL", "USER"]
    words = [expanded(word) for word in commands[1].value[2:]]
    wanted = [
        each for number, (key, value) in enumerate(pairs) for each in (f"k{number}{key}", value)
    ]
    assert words == wanted


@given(st.lists(st.one_of(SEEN, st.sampled_from(["A", "B"]).map(lambda n: Ref(n, "", (), SPAN)))))
def test_expansions(parts: list[str | Ref]) -> None:
    made = language.expansion(tuple(parts), _name)
    values = {"A": '$a"\\', "B": ""}
    wanted = "".join(values[p.name] if isinstance(p, Ref) else p for p in parts)
    assert expanded(made, values) == wanted


@given(st.lists(TEXT, min_size=1))
def test_exec_forms(words: list[str]) -> None:
    commands = buildkit.parse_string(
        f"FROM scratch\nENTRYPOINT {language.exec_form(words)}\nUSER 1\n"
    )
    assert [command.cmd.upper() for command in commands] == ["FROM", "ENTRYPOINT", "USER"]
    assert commands[1].json
    assert list(commands[1].value) == words


@given(WORDS, WORDS)
def test_copy_forms(source: str, target: str) -> None:
    parts: tuple[Parts, Parts] = ((source,), (target,))
    if "\\" in source + target or set(source) & set("*?["):
        with pytest.raises(ValueError, match=r"backslash|pattern"):
            language.copy_form(*parts, _name)
        return
    made = language.copy_form(*parts, _name)
    commands = buildkit.parse_string(f"FROM scratch\nCOPY {made}\nUSER 1\n")
    assert [command.cmd.upper() for command in commands] == ["FROM", "COPY", "USER"]
    assert [re.sub(r"\\(.)", r"\1", word) for word in commands[1].value] == [source, target]


@given(st.lists(st.one_of(TEXT, NASTY), min_size=1, max_size=5))
def test_shell_words_of_a_run_line(words: list[str]) -> None:
    line = " ".join(map(str, map(language.shell_word, words)))
    commands = buildkit.parse_string(f"FROM scratch\nRUN print {line}\nUSER 1\n")
    assert [command.cmd.upper() for command in commands] == ["FROM", "RUN", "USER"]
    (code,) = commands[1].value
    assert commands[1].heredocs == ()
    script = 'print() { printf "%s\\0" "$@"; }\n' + code
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == words


@given(TEXT)
def test_comments_say_nothing(text: str) -> None:
    made = language.comment(text)
    assert "\n" not in made and made.startswith("#")
    commands = buildkit.parse_string(f"{made}\nFROM scratch\nUSER \\\n  a\n")
    assert [command.cmd.upper() for command in commands] == ["FROM", "USER"]
    assert not re.match(r"(?i)#\s*(?:syntax|escape|check)\s*=|#\s*hadolint", made)


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b"])
def test_a_word_holds_no_line_break(text: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        language.word(text)


def test_a_word_is_text_or_a_number() -> None:
    assert language.word(7860) == '"7860"'
    assert language.word(language.Dockerfile("${A}")) == "${A}"
    for value in (True, None, 1.5, ["a"]):
        with pytest.raises(TypeError):
            language.word(value)


def test_exec_form_is_plain_json() -> None:
    assert json.loads(language.exec_form(["é", "a\nb"])) == ["é", "a\nb"]
    with pytest.raises(ValueError, match="NUL"):
        language.exec_form(["a\0"])
