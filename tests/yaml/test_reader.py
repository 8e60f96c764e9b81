"""The source reader: the values of YAML 1.2, positions that point at the text, no surprises."""

from __future__ import annotations

import json
import math
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.text.diagnostics import Problems
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence
from coder_gen.yaml.reader import read
from tests.generators.texts import any_text

VALUES = st.recursive(
    st.one_of(any_text(), st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(any_text(), inner, max_size=4)
    ),
    max_leaves=12,
)


def _plain(node: Node | None) -> Any:
    """A tree as PyYAML would give it: every scalar as its text, and whether it was plain."""
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(value=VALUES)
def test_json_is_read_as_json_reads_it(value: Any) -> None:
    _, node = read("x.json", json.dumps(value).encode())
    assert _plain(node) == _texts(value)


@given(value=VALUES)
def test_what_pyyaml_writes_is_read_back(value: Any) -> None:
    document = yaml.safe_dump(value, allow_unicode=False, width=math.inf)
    _, node = read("x.yaml", document.encode())
    assert _plain(node) == _texts(value)


# JSON writes what lies beyond as two escapes, which YAML alone does not know.
IN_ONE_ESCAPE = any_text().map(lambda text: "".join(c for c in text if c <= "\uffff"))


@given(texts=st.lists(IN_ONE_ESCAPE, min_size=1, max_size=6))
def test_spans_point_at_the_text(texts: list[str]) -> None:
    lines = [json.dumps(text) for text in texts]
    source, node = read("x.yaml", "".join(f"- {line}\n" for line in lines).encode())
    assert isinstance(node, Sequence)
    for number, (line, item) in enumerate(zip(lines, node.items, strict=True)):
        assert (item.span.line, item.span.column) == (number, 2)
        found = source.text.split("\n")[item.span.line][item.span.column : item.span.end]
        assert found == line


def _refusal(data: bytes) -> Problems | None:
    try:
        read("x.yaml", data)
    except Problems as problems:
        return problems
    return None


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    problems = _refusal(data)
    if problems is not None:
        assert problems.status == 2
        assert all(d.span is not None and d.message for d in problems.diagnostics)


@given(value=VALUES, at=st.integers(0, 400), cut=st.integers(0, 20), put=any_text())
def test_damaged_yaml_is_read_or_refused(value: Any, at: int, cut: int, put: str) -> None:
    text = yaml.safe_dump(value)
    at = min(at, len(text))
    problems = _refusal((text[:at] + put + text[at + cut :]).encode())
    if problems is not None:
        assert problems.status == 2
