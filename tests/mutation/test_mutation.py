"""The tool of `make mutate`: its sample is fixed, and what it calls killed was killed by a test."""

from __future__ import annotations

import shutil
import sys
import textwrap
import types
from collections import Counter
from pathlib import Path

import pytest

from tests import pages
from tests.mutation import bash, python, reach
from tests.mutation.__main__ import report
from tests.mutation.killing import judged, reaching
from tests.mutation.model import Mutant
from tests.mutation.reached import NO_ORACLE, FileMap
from tests.mutation.sample import MODULES, SIZE, TEMPLATES, sample, strata
from tests.mutation.survivors import Survivors, known
from tests.mutation.tree import Tree

MODULE = '''
"""Sums."""

LIMIT = 3


def larger(one: int, other: int) -> bool:
    """Whether the first is the larger one."""
    return one > other


def endless(count: int) -> int:
    while count > 0:
        count -= 1
    return count


def untested(number: int) -> str:
    if number > LIMIT:
        return "much"
    return "little"
'''
TESTS = """
from coder_gen.toy.sums import larger


def test_a_larger_one():
    assert larger(2, 1)


def test_equal_ones():
    assert not larger(1, 1)


def test_that_sees_nothing():
    assert isinstance(larger(1, 2), bool)
"""
PATH = "generator/coder_gen/toy/sums.py"
TEST_FILE = "tests/toy/test_sums.py"
ALL = [
    f"{TEST_FILE}::{name}"
    for name in ("test_that_sees_nothing", "test_a_larger_one", "test_equal_ones")
]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A project of one module, with tests of one of its functions."""
    source = tmp_path_factory.mktemp("toy")
    own = Path(__file__).parent
    for path, text in (
        (PATH, MODULE),
        ("generator/coder_gen/__init__.py", ""),
        ("generator/coder_gen/toy/__init__.py", ""),
        ("tests/__init__.py", ""),
        ("tests/mutation/__init__.py", ""),
        ("tests/mutation/plugin.py", (own / "plugin.py").read_text("utf-8")),
        (TEST_FILE, TESTS),
    ):
        file = source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Tree(tmp_path_factory.mktemp("copy") / "tree", source)


def _one(function: str, operator: str) -> Mutant:
    found = (
        m for m in python.mutants(PATH, MODULE) if (m.function, m.operator) == (function, operator)
    )
    return next(found)


def test_the_sample_is_fixed_and_of_everything() -> None:
    chosen = sample()
    assert len(chosen) == SIZE == len({mutant.identity for mutant in chosen})
    assert chosen == sample.__wrapped__()
    folders = {path.parent.name for path in (pages.ROOT / "generator" / "coder_gen").glob("*/*.py")}
    of = Counter(m.path.split("/")[2] if m.path.endswith(".py") else TEMPLATES for m in chosen)
    # `spec` only imports.
    assert folders - {"spec"} - of.keys() == set()
    assert of[TEMPLATES] > 5


def test_a_change_elsewhere_moves_nothing_else(tmp_path: Path) -> None:
    for name in ("generator", "templates"):
        shutil.copytree(pages.ROOT / name, tmp_path / name)
    file = tmp_path / "generator" / "coder_gen" / "text" / "styles.py"
    file.write_text(
        "import os\n\nif os.sep == '/':\n    X = 1\n" + file.read_text("utf-8"), "utf-8"
    )
    before, after = ({m.identity for m in tree} for tree in (sample(), sample(tmp_path)))
    assert len(before - after) <= 2


def test_every_mutant_changes_its_file() -> None:
    """And leaves a file that can be read: nothing dies of its syntax."""
    for mutant in sample():
        text = (pages.ROOT / mutant.path).read_text("utf-8")
        changed = mutant.applied(text)
        assert changed != text, mutant
        if mutant.path.endswith(".py"):
            compile(changed, mutant.path, "exec", dont_inherit=True)
        elif mutant.path.endswith(".sh"):
            assert bash.is_readable(changed), mutant


def test_sentences_annotations_and_docstrings_stay() -> None:
    text = '''
        """A module."""
        __all__ = ["a"]
        if TYPE_CHECKING:
            from b import c


        @decorated("d")
        def f(x: "e" = None) -> "g":
            """Of a function."""
            assert x == "h"
            fail(f"some {x} of it", "a plain sentence for people")
        '''
    found = python.mutants("m.py", textwrap.dedent(text))
    assert [(m.operator, m.old.split("(")[0]) for m in found] == [("statement deleted", "fail")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[[ -f ${1} ]] || return 0", {"line deleted", "test", "exit status"}),
        ("trap clean_up EXIT", {"line deleted", "signal"}),
        ("umask 077", {"line deleted", "number"}),
        ("# umask 077", set()),
        ("if [[ ${a} == b ]]; then", {"test"}),
        ('exec "${run[@]}" 2>&1', {"line deleted"}),
    ],
)
def test_operators_of_bash(line: str, expected: set[str]) -> None:
    found = bash.mutants("templates/machinery/x.sh", f"f() {{\n\t{line}\n}}\n")
    assert {m.operator for m in found} == expected
    assert {m.function for m in found} <= {"f"}


def test_conditions_of_templates() -> None:
    found = bash.mutants("templates/x.sh.j2", "{% if a.b %}\n{{ c }}\n{% endif %}\n")
    assert [m.applied("{% if a.b %}\n{{ c }}\n{% endif %}\n") for m in found] == [
        "{% if not (a.b) %}\n{{ c }}\n{% endif %}\n",
        "{% if a.b %}\n\n{% endif %}\n",
    ]


def test_a_change_of_meaning_is_killed_by_the_test_that_sees_it(toy: Tree) -> None:
    mutant = _one("larger", "comparison")
    assert mutant.new == "(one >= other)"
    verdict = judged(toy, mutant, dict.fromkeys(ALL, 0.1), [ALL])
    assert verdict.killer == f"{TEST_FILE}::test_equal_ones"
    assert (toy.root / PATH).read_text("utf-8") == MODULE


def test_what_no_test_sees_survives(toy: Tree) -> None:
    mutant = _one("untested", "comparison")
    assert judged(toy, mutant, dict.fromkeys(ALL, 0.1), [ALL[:1], ALL[1:]]).killer is None
    assert judged(toy, mutant, {}, []).killer is None


def test_a_slow_test_that_fails_without_the_mutant_kills_nothing(toy: Tree) -> None:
    broken = f"{TEST_FILE}::test_broken"
    toy.write(TEST_FILE, f"{TESTS}\n\ndef test_broken():\n    assert False\n")
    try:
        verdict = judged(
            toy, _one("larger", "comparison"), {broken: 5.0, ALL[2]: 9.0}, [[broken, ALL[2]]]
        )
    finally:
        toy.write(TEST_FILE, TESTS)
    assert verdict.killer == ALL[2]


def test_blocks_report_that_they_run(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = {f"{PATH}:{mutant.line}" for mutant in python.mutants(PATH, MODULE)}
    hits: list[str] = []
    module = types.ModuleType(reach.HITS)
    module.__dict__["hit"] = hits.append
    monkeypatch.setitem(sys.modules, reach.HITS, module)
    names: dict[str, object] = {}
    exec(compile(reach.instrumented(MODULE, PATH, blocks), PATH, "exec"), names)
    untested = names["untested"]
    assert isinstance(untested, types.FunctionType) and hits == []
    assert untested(1) == "little"
    (begin,) = hits
    assert MODULE.splitlines()[int(begin.split(":")[1]) - 1] == "    if number > LIMIT:"


def test_what_runs_at_import_is_reached_by_whoever_uses_the_module(tmp_path: Path) -> None:
    """It runs once, for the first test of all that imports it."""
    texts = {
        "tables": "def made(n):\n    return n + 1\n\n\ndef used(n):\n    return TABLE[n - 1]\n\n\nTABLE = [made(1)]\n",
        "reader": "from coder_gen.toy.tables import used\n\n\ndef read():\n    return used(1)\n",
        "other": "def apart():\n    return 1\n",
    }
    folder = tmp_path / "generator" / "coder_gen" / "toy"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    path = "generator/coder_gen/toy/tables.py"
    found = python.mutants(path, texts["tables"])
    made, used = (next(m for m in found if m.function == name) for name in ("made", "used"))
    wanted = reach.wanted(tmp_path, [made, used])
    assert {block for block, by in wanted.items() if used.identity in by} == {f"{path}:6"}
    assert {block for block, by in wanted.items() if made.identity in by} == {
        f"{path}:2",
        f"{path}:6",
        "generator/coder_gen/toy/reader.py:5",
    }


def test_tests_that_reach_a_mutant_run_quickest_first() -> None:
    mutant = _one("larger", "comparison")
    seconds = {"a": 0.3, "b": 0.1, "c": 20.0, "d": 0.2}
    file = FileMap("", {f"{TEST_FILE}::{n}": s for n, s in seconds.items()}, {})
    file.reached[mutant.identity] = [f"{TEST_FILE}::{name}" for name in "abc"]
    assert reaching(mutant, {TEST_FILE: file})[1] == [
        [f"{TEST_FILE}::b", f"{TEST_FILE}::a"],
        [f"{TEST_FILE}::c"],
    ]


def test_the_share_leaves_out_only_what_is_proved_to_be_equivalent() -> None:
    one, two, three = python.mutants(PATH, MODULE)[:3]
    accepted = Survivors({two.identity: "the same"}, {three.identity: "looks"})
    text, good = report([one] * 17, [two, three], accepted)
    assert text.startswith("17 of 18 mutants die (94%)") and good
    assert not report([one] * 17, [two, three], Survivors({two.identity: "the same"}, {}))[1]
    assert not report([one] * 5, [two, three], accepted)[1]


def test_only_mutants_of_the_sample_are_known_survivors() -> None:
    """A reason for what is no longer there says nothing."""
    reasons = known()
    assert {*reasons.equivalent, *reasons.accepted} <= {mutant.identity for mutant in sample()}
    assert len(reasons.equivalent) <= SIZE // 20


def test_an_entry_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ValueError, match="not an entry"):
        known("## Accepted\n- 123 — a reason\n")


def test_what_is_no_oracle_is_there() -> None:
    for name in NO_ORACLE:
        path, _, test = name.partition("::")
        file = pages.ROOT / path
        assert file.exists() and (not test or f"def {test}(" in file.read_text("utf-8")), name


def test_modules_outside_of_packages_have_candidates() -> None:
    assert {m.path for m in strata()[MODULES]} >= {
        "generator/coder_gen/cli.py",
        "generator/coder_gen/expression.py",
    }
