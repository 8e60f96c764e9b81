"""The writer: what it writes is read as what it was given, and reads as if written by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.expression import literal
from coder_gen.importing.draft.defaults import without_defaults
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.yaml_style import scalar
from coder_gen.importing.draft.yaml_writer import write
from coder_gen.importing.result import Counts
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.text.positions import SourceFile, Span
from tests.generators.texts import any_text
from tests.importing.test_formats_round_trip import planned

HERE = Span(SourceFile("original", "text"), 0, 0, 4)


def draft(*modes: dict[str, Data]) -> Draft:
    names = ["service", "other", "third"]
    containers = tuple(
        Container(
            name,
            {"image": KeyValue("app:1", HERE)} | {k: KeyValue(v, HERE) for k, v in keys.items()},
            HERE,
        )
        for name, keys in zip(names, modes)
    )
    return Draft(containers, (), Counts(), name="x")


def plain(value: Any) -> Any:
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


@given(st.lists(any_text(), min_size=1, max_size=4))
def test_any_words_are_read_as_they_were_given(words: list[str]) -> None:
    _, plans = planned(write(draft({"command": [literal(w, HERE) for w in words]})))
    assert [word.literal for word in plans["service"].value("command")] == words


@given(
    st.dictionaries(st.from_regex(r"[A-Za-z_.][\w.-]{0,6}", fullmatch=True), any_text(), max_size=4)
)
def test_any_pairs_are_read_as_they_were_given(pairs: dict[str, str]) -> None:
    _, plans = planned(write(draft({"labels": dict(pairs)})))
    read = plans["service"].value("labels") or {}
    assert {name: text.literal for name, text in read.items()} == pairs


@given(st.lists(st.dictionaries(st.sampled_from("ABC"), st.sampled_from("12"), max_size=3), min_size=2, max_size=3),
       st.lists(st.lists(st.sampled_from(["CHOWN", "KILL", "FOWNER"]), max_size=3, unique=True), min_size=3, max_size=3))  # fmt: skip
def test_sharing_changes_no_mode(pairs: list[dict[str, str]], caps: list[list[str]]) -> None:
    modes = [{"environment": dict(p), "cap_add": list(c)} for p, c in zip(pairs, caps)]
    _, plans = planned(write(draft(*modes)))
    for name, given_ in zip(("service", "other", "third"), modes):
        values = plans[name].value("environment") or {}
        assert {k: v.literal for k, v in values.items()} == given_["environment"]
        assert {t.literal for t in plans[name].value("cap_add") or ()} == set(given_["cap_add"])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("app:1.0", "app:1.0"), ("two words", "two words"), ("yes", '"yes"'), ("8g", "8g"),
        ("22:22", '"22:22"'), ("0755", '"0755"'), ("1e3", '"1e3"'), ("2", "2"), ("", '""'),
        ("a: b", '"a: b"'), ("a #b", '"a #b"'), ("$x", "$$x"), ('say "a"', "'say \"a\"'"),
        ("10.0.0.1", "10.0.0.1"), ("--flag", "--flag"), ("- x", '"- x"'), (True, "true"),
        ("null", '"null"'), ("a\nb", '"a\\nb"'), ("x:", '"x:"'), ("*a", '"*a"'),
    ],
)  # fmt: skip
def test_scalar(value: Data, written: str) -> None:
    assert scalar(value) == written


def test_texts_of_several_lines_are_blocks() -> None:
    said = {"command": ["sh", "-c", "\nset -e\n\tls\n"], "environment": {"A": "x\n\n  y"}}
    assert write(draft(said)) == (
        "name: x\n\nimage: app:1\ncommand:\n  - sh\n  - -c\n  - |\n\n    set -e\n    \tls\n"
        "environment:\n  A: |-\n    x\n\n      y\n"
    )


def test_defaults_are_not_spelled_out() -> None:
    said = {"privileged": False, "restart": "no", "cap_add": [], "network_mode": "bridge"}
    assert write(without_defaults(draft(said))) == "name: x\n\nimage: app:1\n"
