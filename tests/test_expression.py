"""Interpolation means in a script what it means in bash, and reads back as it was written."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_gen import expression
from coder_gen.language.load import Options, load
from coder_gen.plan import plans
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import SourceFile, Span
from tests.generators.recording import Engine
from tests.generators.sizes import part
from tests.generators.texts import any_text, line

NOWHERE = Span(SourceFile("", ""), 0, 0, 1)
NAMES = ("XA", "XB", "XC")
# Text that means the same inside ${...} for bash and for us: no quotes, dollars, braces.
PLAIN_CHARACTERS = "abc -_./:,=+?*%é字"
PLAIN = st.text(PLAIN_CHARACTERS, max_size=6)


@st.composite
def _references(draw: st.DrawFn, depth: int = 2) -> str:
    name = draw(st.sampled_from(NAMES))
    operator = draw(st.sampled_from(["", ":-", "-", ":+", "+"]))
    if not operator:
        return f"${{{name}}}"
    operand = draw(PLAIN)
    if depth and draw(st.booleans()):
        operand += draw(_references(depth - 1)) + draw(PLAIN)
    return f"${{{name}{operator}{operand}}}"


TEXTS = st.lists(st.one_of(PLAIN, _references()), min_size=1, max_size=4).map("".join)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A recording docker."""
    return Engine(tmp_path_factory.mktemp("engine"), "docker")


@part(4)
@given(texts=st.lists(TEXTS, min_size=1, max_size=8),
       values=st.dictionaries(st.sampled_from(NAMES), any_text(), max_size=3))  # fmt: skip
def test_operators_mean_what_they_mean_in_bash(
    engine: Engine, texts: list[str], values: dict[str, str]
) -> None:
    # Bash would complain of a name without a value; the spec has to give it one.
    texts = [text.replace("${XA}", "${XA-}").replace("${XB}", "${XB-}").replace("${XC}", "${XC-}")
             for text in texts]  # fmt: skip
    words = " ".join(f'"{text}"' for text in texts)
    bash = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {words}"], env=values, capture_output=True, check=True
    )
    expected = bash.stdout.decode().split("\0")[:-1]
    listed = "\n".join(f"  - '{text}'" for text in texts)
    spec = f"name: x\nimage: i\ncommand:\n{listed}\n"
    project = load("coder.yaml", spec.encode(), Options(), lambda name: b"")
    made = script.compile(project, plans(project, Reporter()), Request(), Reporter())
    path: Path = engine.folder / "run.sh"
    path.write_text(made.text, encoding="utf-8")
    argv = engine.call(path, env=values).argv
    assert argv[argv.index("i") + 1 :] == expected


@given(texts=st.lists(TEXTS, min_size=1, max_size=8),
       values=st.dictionaries(st.sampled_from(NAMES), st.text(PLAIN_CHARACTERS), max_size=3))  # fmt: skip
def test_what_is_fixed_when_compiling_means_what_it_means_in_bash(
    texts: list[str], values: dict[str, str]
) -> None:
    """A variable of which nothing is known stays; here it has no value."""
    frozen = {name: (value,) if value else () for name, value in values.items()}
    words = []
    for text in texts:
        made = expression.freeze(expression.parse(text, NOWHERE), frozen)
        assert not {ref.name for ref in made.refs()} & values.keys()
        words.append(made.source)
    code = "printf '%s\\0' "
    as_it_was = code + " ".join(f'"{text}"' for text in texts)
    as_frozen = code + " ".join(f'"{word}"' for word in words)
    run = partial(subprocess.run, capture_output=True, check=True)
    before = run(["bash", "-c", as_it_was], env=values)
    assert run(["bash", "-c", as_frozen], env={}).stdout == before.stdout


@given(text=st.one_of(TEXTS, any_text(), line()))
def test_what_parses_is_written_back_as_itself(text: str) -> None:
    try:
        first = expression.parse(text, NOWHERE)
    except expression.BadExpression:
        return
    again = expression.parse(first.source, NOWHERE)
    assert again.parts == first.parts
