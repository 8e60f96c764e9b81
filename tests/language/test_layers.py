"""Parents that are kept: whatever was compiled before, a spec says what it says alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen.language import layers
from coder_gen.language.layers import MAX_KEPT, MAX_KEPT_BYTES, read_layer
from coder_gen.text.diagnostics import Reporter
from tests.generators import specs as generated
from tests.generators.sizes import part
from tests.language.fresh import Fresh, Step, compiled, fresh

# What a file may add to its generated keys: mistakes, oddities, and what layers do to each other.
MORE: tuple[str, ...] = (
    "",
    "nosuch: 1\nprivilegd: true\n",  # two errors with guesses
    "hostname: ${NOBODYS}\n",
    "cap_add: {A: 1}\n",
    "working_dir: /a\u200bb\n",  # a warning about the text
    "variables: {A: {type: port, default: 1}}\nports: ['${A}:80']\n",
    "variables: {A: {default: b}}\nhostname: ${A}\n",
    "forward_environment: [launcher, HTTP_PROXY]\n",
    "cap_add: !reset []\nvolumes: !override [/a:/b]\n",
    "profiles: {p: {variables: {B: c}, labels: {b: '${B}'}}, hardened: {cap_drop: [ALL]}}\n",
    "modes: {service: {environment: {A: b}}, other: {command: [a]}}\ndefault_mode: other\n",
    "labels: {b: '${B}'}\n",  # declared by the profile alone
)
SETS = ("mem_limit=4g", "labels.a=${A}", "labels.b=${B}", "modes.shell.tty=false", "nosuch=1")


@pytest.fixture(scope="module")
def alone() -> Iterator[Fresh]:
    with fresh() as found:
        yield found


@st.composite
def _file(draw: st.DrawFn, *parents: str) -> str:
    """A spec file, as JSON where it has keys of its own, that may extend one of these."""
    data: dict[str, Any] = draw(generated.specs(most=2)).data
    head = "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items())
    more = draw(st.sampled_from(MORE))
    keys = {line.partition(":")[0] for line in more.splitlines()}
    if keys & data.keys():
        more = ""
    parent = draw(st.sampled_from(["", *parents]))
    return (f"extends: {parent}\n" if parent else "") + head + more


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    """Steps of one run: the specs of a few worlds, whose parents have the same names."""
    worlds = [
        {
            "b.yaml": draw(_file("coder")),
            "a.yaml": draw(_file("coder", "./b.yaml", "nosuch.yaml")),
            **{f"{n}.yaml": draw(_file("coder", "./a.yaml", "./b.yaml")) for n in range(2)},
        }
        for _ in range(2)
    ]
    step = st.builds(
        Step,
        st.sampled_from(["0.yaml", "1.yaml"]),
        st.sampled_from(worlds),
        st.sampled_from(["script", "compose"]),
        st.sampled_from([(), ("hardened",), ("p",)]),
        st.lists(st.sampled_from(SETS), max_size=1).map(tuple),
        st.sampled_from([(), ("A=x",), ("A=8080",)]),
    )
    return draw(st.lists(step, min_size=2, max_size=4))


@part(40)
@given(_steps())
def test_what_was_compiled_before_changes_nothing(alone: Fresh, steps: list[Step]) -> None:
    wanted = [alone.compiled(step) for step in steps]
    for order in (1, -1):
        for step, said in list(zip(steps, wanted, strict=True))[::order]:
            assert compiled(step) == said, step
    # Nor has anybody changed what is kept.
    for key, kept in layers._kept.items():
        shape, name, data, origin, frozen = key
        again = read_layer(shape, name, data, origin, dict(frozen), Reporter(), keep=False)
        assert repr(kept.keys) == repr(again.keys)
        assert repr(kept.context.reporter.diagnostics) == repr(again.context.reporter.diagnostics)
        if kept._below is not None:
            assert repr(kept._merged) == repr(again.over(kept._below))


@pytest.mark.parametrize("target", ["script", "compose"])
def test_a_parent_that_changes_in_a_run_is_another_one(target: str) -> None:
    files = {"a.yaml": "image: i:1\nmem_limit: 1g\n", "0.yaml": "extends: ./a.yaml\n"}
    first = compiled(Step("0.yaml", files, target))
    changed = {**files, "a.yaml": "image: i:1\nmem_limit: 2g\n"}
    second = compiled(Step("0.yaml", changed, target))
    assert "1g" in first[0] and "2g" in second[0]
    assert "1g" not in second[0]
    assert compiled(Step("0.yaml", files, target)) == first


def test_a_parent_is_read_with_the_variables_of_each_run() -> None:
    files = {
        "a.yaml": "image: i:1\nvariables: {A: {default: b}}\nhostname: ${A}\n",
        "0.yaml": "extends: ./a.yaml\n",
    }
    for value in ("first", "second"):
        step = Step("0.yaml", files, vars=(f"A={value}",))
        assert f"--hostname {value}" in compiled(step)[0]
    assert '--hostname "${A}"' in compiled(Step("0.yaml", files))[0]


def test_a_parent_says_the_same_over_whatever_it_extends() -> None:
    """``a.yaml`` is the same file each time, and what is below it is not."""
    files = {"a.yaml": "extends: ./b.yaml\nimage: i:1\n", "0.yaml": "extends: ./a.yaml\n"}
    for value in ("first", "second"):
        step = Step("0.yaml", {**files, "b.yaml": f"hostname: {value}\n"})
        assert f"--hostname {value}" in compiled(step)[0]


def test_each_spec_hears_of_the_mistakes_in_its_parent() -> None:
    files = {"a.yaml": "image: i:1\nnosuch: 1\nlabels: {a: '${B}'}\n"}
    files |= {f"{n}.yaml": "extends: ./a.yaml\nnone: 1\n" for n in range(2)}
    first, second = (compiled(Step(f"{n}.yaml", files)) for n in range(2))
    assert [said.replace("0.yaml", "1.yaml") for said in first] == second
    assert [said.split("'")[1] for said in second if said] == ["E012", "E012", "E018"]


def test_each_spec_hears_what_is_odd_about_the_text_of_its_parent() -> None:
    files = {"a.yaml": "image: i:1\nhostname: a # \u200b\n", "0.yaml": "extends: ./a.yaml\n"}
    first, second = compiled(Step("0.yaml", files)), compiled(Step("0.yaml", files))
    assert first == second
    assert [said.split("'")[1] for said in second[1:]] == ["W001"]


def test_specs_are_not_kept_and_parents_not_without_end() -> None:
    parents = {f"p{n}.yaml": f"image: i:{n}\n" for n in range(MAX_KEPT + 5)}
    for n in range(MAX_KEPT + 5):
        compiled(Step("0.yaml", {**parents, "0.yaml": f"extends: ./p{n}.yaml\nhostname: h{n}\n"}))
    names = [name for _, name, *_ in layers._kept]
    assert len(names) == MAX_KEPT
    assert not [name for name in names if name == "0.yaml"]
    # What the last ones extend, too, stays as long as it is used.
    assert {"<built-in modes>", f"p{MAX_KEPT + 4}.yaml"} <= {*names}


def test_a_large_parent_is_not_kept() -> None:
    large = "image: i:1\n" + "#" * MAX_KEPT_BYTES
    compiled(Step("0.yaml", {"large.yaml": large, "0.yaml": "extends: ./large.yaml\n"}))
    assert "large.yaml" not in {name for _, name, *_ in layers._kept}
