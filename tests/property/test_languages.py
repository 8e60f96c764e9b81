"""Each language's rules against a real reader of it."""

from __future__ import annotations

import csv
import io
import subprocess

import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.languages import bash, compose, dotenv, yaml
from coder_gen.languages import csv as own_csv
from coder_gen.source.nodes import Scalar, Sequence
from coder_gen.source.reader import read

from .texts import any_text, line

# Many in one process: a shell costs more than the words.
MANY = st.lists(any_text(), min_size=1, max_size=60)


def _printed(script: str) -> list[str]:
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, timeout=60, check=True, env={"LC_ALL": "C"}
    )
    return done.stdout.decode().split("\0")[:-1]


@given(texts=MANY)
def test_bash_reads_a_word_back(texts: list[str]) -> None:
    words = " ".join(bash.word(text) for text in texts)
    assert _printed(f"printf '%s\\0' {words}") == texts


@given(texts=MANY)
def test_a_comment_ends_with_its_line(texts: list[str]) -> None:
    script = "".join(f"{bash.comment(text)}\n" for text in texts)
    assert _printed(f"{script}printf 'alone\\0'") == ["alone"]


@given(texts=MANY)
def test_yaml_reads_a_scalar_back(texts: list[str]) -> None:
    document = "".join(f"- {yaml.scalar(text)}\n" for text in texts)
    assert pyyaml.safe_load(document) == texts
    _, node = read("list.yaml", document.encode())
    assert isinstance(node, Sequence)
    assert [item.text for item in node.items if isinstance(item, Scalar)] == texts


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


@given(texts=st.lists(line(without="'"), min_size=1, max_size=40))
def test_a_line_of_a_dotenv_file_holds_its_value(texts: list[str]) -> None:
    # In single quotes every reader takes each character as it is: bash, and Compose's own.
    lines = "\n".join(dotenv.line(f"x{i}", text) for i, text in enumerate(texts))
    words = " ".join(f'"$x{i}"' for i in range(len(texts)))
    assert _printed(f"{lines}\nprintf '%s\\0' {words}") == texts


@given(text=any_text())
def test_a_dotenv_file_refuses_what_it_cannot_hold(text: str) -> None:
    try:
        assert dotenv.line("X", text) == f"X='{text}'"
    except ValueError:
        assert set(text) & set("'\n\r")
