"""Each language's rules against a real reader of it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from html.parser import HTMLParser

import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from coder_gen.expression import Ref
from coder_gen.quoting import bash, compose, dockerfile, dotenv, html, markdown, mermaid, yaml
from coder_gen.quoting import csv as own_csv
from coder_gen.quoting import json as own_json
from coder_gen.text import characters
from coder_gen.text.positions import SourceFile, Span
from coder_gen.yaml.nodes import Scalar, Sequence
from coder_gen.yaml.reader import read
from tests.generators.texts import any_text, unseen_in

# What makes one emoji of others, where a language has no escapes.
GLUE = "\u200d\ufe0e\ufe0f"
NOWHERE = Span(SourceFile("", ""), 0, 0, 1)
# Many in one process: a shell costs more than the words.
MANY = st.lists(any_text(), min_size=1, max_size=60)


def _printed(script: str) -> list[str]:
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, timeout=60, check=True, env={"LC_ALL": "C"}
    )
    return done.stdout.decode().split("\0")[:-1]


@given(texts=MANY)
def test_bash_reads_a_word_back(texts: list[str]) -> None:
    words = [bash.word(text) for text in texts]
    # Lines of a command stay lines.
    assert not any(unseen_in(word, but="\n\t") for word in words)
    assert _printed(f"printf '%s\\0' {' '.join(words)}") == texts


@given(texts=MANY)
def test_a_comment_ends_with_its_line(texts: list[str]) -> None:
    script = "".join(f"{bash.comment(text)}\n" for text in texts)
    assert unseen_in(script, but="\n" + GLUE) == []
    assert _printed(f"{script}printf 'alone\\0'") == ["alone"]


@given(texts=MANY)
def test_yaml_reads_a_scalar_back(texts: list[str]) -> None:
    document = "".join(f"- {yaml.scalar(text)}\n" for text in texts)
    assert unseen_in(document, but="\n") == []
    assert pyyaml.safe_load(document) == texts
    _, node = read("list.yaml", document.encode())
    assert isinstance(node, Sequence)
    assert [item.text for item in node.items if isinstance(item, Scalar)] == texts


@given(texts=MANY)
def test_json_reads_texts_back(texts: list[str]) -> None:
    for indent in (None, 2):
        written = own_json.dumped({text: text for text in texts}, indent)
        assert unseen_in(written, but="\n") == []
        assert json.loads(written) == {text: text for text in texts}
    # Go, which reads a Dockerfile, and SARIF's readers take pairs of surrogates for one character.
    assert own_json.dumped("\U000e0041\x9b") == '"\\udb40\\udc41\\u009b"'


@given(texts=st.lists(any_text(), min_size=1, max_size=8))
def test_csv_reads_fields_back(texts: list[str]) -> None:
    fields = list(csv.reader(io.StringIO(own_csv.record(texts), newline=""), strict=True))
    # A line of one empty field is an empty line for the reader.
    assert fields == ([texts] if texts != [""] else [])


@given(text=any_text())
def test_compose_leaves_a_literal_alone(text: str) -> None:
    written = compose.text((text,), lambda ref: "")
    assert written.replace("$$", "") == text.replace("$", "")
    assert written.replace("$$", "$") == text


def _compose_v2(quoted: str) -> str | None:
    """A value in single quotes, as compose-go's parser takes it; None where it does not end."""
    value, escaped = "", False
    for at, char in enumerate(quoted[1:], start=1):
        if char == "'" and not escaped:
            return value if at == len(quoted) - 1 else None
        if char == "\\" and not escaped:
            escaped = True
            continue
        value += ("\\" if escaped and char != "'" else "") + char
        escaped = False
    return None


def _compose_v1(quoted: str, environment: dict[str, str]) -> str | None:
    """A value in single quotes, as python-dotenv takes it."""
    match = re.fullmatch(r"'((?:\\'|[^'])*)'", quoted)
    if match is None:
        return None
    value = re.sub(r"\\([\\'])", r"\1", match[1])
    return re.sub(
        r"\$\{([^}:]*)(?::-([^}]*))?\}",
        lambda found: environment.get(found[1], found[2] or ""),
        value,
    )


@given(texts=MANY)
@example(texts=["a\\", "a\\\\", "a\\\\b", "${HOME}", "$HOME", "\\n", "C:\\a b", "#", " "])
def test_every_reader_of_a_dotenv_file_reads_the_same(texts: list[str]) -> None:
    held = []
    for text in texts:
        try:
            held.append((text, dotenv.line("X", text)))
        except ValueError:
            hard = set(text) & set("'\n\r") or "\\\\" in text or "${" in text or text[-1] == "\\"
            assert hard or unseen_in(text, but="\t")
    for text, written in held:
        assert unseen_in(written, but="\t" + GLUE) == []
        quoted = written.removeprefix("X=")
        assert (_compose_v2(quoted), _compose_v1(quoted, {"HOME": "/h"})) == (text, text)
    script = "".join(f"{written}\nprintf '%s\\0' \"$X\"\n" for _, written in held)
    assert _printed(script) == [text for text, _ in held]


def _dockerfile_word(written: str) -> str:
    """A word in double quotes as BuildKit's lexer takes it: no variable may be left in it."""
    assert written[0] == written[-1] == '"' and len(written) > 1
    value, chars = "", iter(written[1:-1])
    for char in chars:
        assert char not in '"$\r\n', written
        if char == "\\":
            following = next(chars)
            # A backslash stays before what is not special in double quotes.
            value += following if following in '"$\\' else char + following
        else:
            value += char
    return value


@given(texts=MANY)
def test_a_dockerfile_holds_words(texts: list[str]) -> None:
    for text in texts:
        try:
            written = dockerfile.word(text)
        except ValueError:
            assert unseen_in(text, but="\t")
        else:
            assert unseen_in(written, but="\t" + GLUE) == []
            assert _dockerfile_word(written) == text


@given(texts=MANY)
def test_a_dockerfile_s_exec_form_is_one_line_of_json(texts: list[str]) -> None:
    written = dockerfile.exec_form(texts)
    assert unseen_in(written) == []
    assert json.loads(written) == texts


@given(texts=MANY)
def test_a_dockerfile_s_shell_word_is_one_line_that_bash_reads(texts: list[str]) -> None:
    words = [dockerfile.shell_word(text) for text in texts]
    assert not any(unseen_in(word, but="\t") for word in words)
    assert _printed(f"printf '%s\\0' {' '.join(words)}") == texts


@given(texts=MANY)
def test_comments_of_a_dockerfile_and_of_yaml_are_one_line(texts: list[str]) -> None:
    for text in texts:
        assert unseen_in(dockerfile.comment(text), but=GLUE) == []
        assert unseen_in(yaml.comment(text), but=GLUE) == []
        assert not re.match(
            r"(?i)#\s*(escape|syntax|check)\s*=|#\s*hadolint", dockerfile.comment(text)
        )
    document = "".join(f"{yaml.comment(text)}\n" for text in texts)
    assert pyyaml.safe_load(document + "- alone") == ["alone"]


class _Page(HTMLParser):
    """What a reader of HTML makes of a document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.values: list[str | None] = []
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.shown += data


def _shown(text: str) -> str:
    return "\n".join(map(characters.shown, text.split("\n")))


@given(text=any_text())
@example(text="</p><script>alert(1)</script>")
@example(text='" onclick="x')
def test_html_shows_text_and_nothing_more(text: str) -> None:
    page = _Page()
    page.feed(f'<p title="{html.text(text)}">{html.text(text)}</p>')
    page.close()
    assert (page.tags, page.values, page.shown) == (["p"], [_shown(text)], _shown(text))


@given(text=any_text())
@example(text='"]; click x "javascript:alert(1)"')
def test_a_mermaid_label_is_one_quoted_line(text: str) -> None:
    written = mermaid.label(text)
    assert written[0] == written[-1] == '"' and not set(written[1:-1]) & set('"<>`\r\n;') - {";"}
    decoded = re.sub(r"#([0-9]+);", lambda match: chr(int(match[1])), written[1:-1])
    # An empty label would be a syntax error.
    assert decoded == (characters.shown(text) or " ")


@given(parts=st.lists(st.tuples(any_text(), any_text()), min_size=1, max_size=20))
def test_bash_joins_text_and_variables(parts: list[tuple[str, str]]) -> None:
    # The values come from the environment, as a launcher's do.
    refs = [Ref(f"V{i}", "", (), NOWHERE) for i in range(len(parts))]
    mixed = tuple(p for (text, _), ref in zip(parts, refs, strict=True) for p in (text, ref))
    word = bash.expansion(mixed, lambda ref: ref.name)
    assert unseen_in(word, but="\n\t") == []
    values = {f"V{i}": value for i, (_, value) in enumerate(parts)}
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {word}"], capture_output=True, check=True,
        env={**values, "LC_ALL": "C"},
    )  # fmt: skip
    assert done.stdout.decode() == "".join(a + b for a, b in parts) + "\0"


@given(text=any_text())
def test_markdown_shows_what_can_be_seen(text: str) -> None:
    for written in (markdown.cell(text), markdown.html(text)):
        assert unseen_in(written, but=GLUE) == []
    assert unseen_in(markdown.fenced(text, "yaml"), but="\n\t" + GLUE) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [("a b", "blanks"), ("$a", "special"), ("a\u200bb", r"U\+200B"), ("a\nb", r"U\+000A")],
)
def test_a_dockerfile_s_text_without_quotes_is_plain(value: str, said: str) -> None:
    """No key's value comes here that needs quotes; one that did would be refused."""
    with pytest.raises(ValueError, match=said):
        dockerfile.bare((value,), lambda ref: ref.name)


def test_nul_is_no_part_of_a_word() -> None:
    """No text that is read holds one; one that did would be refused."""
    with pytest.raises(ValueError, match="NUL"):
        bash.word("a\0b")
    with pytest.raises(ValueError, match="NUL"):
        bash.expansion(("a\0b", Ref("A", "", (), NOWHERE)), lambda ref: ref.name)
    with pytest.raises(ValueError, match="NUL"):
        dockerfile.exec_form(["a\0b"])
