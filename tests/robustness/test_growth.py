"""Nothing takes the square of its input's size: work is counted, place by place, not timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coder_gen import cli
from coder_gen.importing.shell import context
from tests.robustness.growing import CASES, Growing

# Two doublings: what the second adds is twice what the first added, where work is linear.
DOUBLINGS = (1, 2, 4)
MOST = 2.5
Counts = dict[str, int]
Count = Callable[[Growing, int], Counts]
# Places whose square is small beside what else has to be done, each with the reason.
ALLOWED = {
    # Each output is compiled, which takes a million times what looking at its name does.
    "header.py": "outputs, check",
}


@pytest.fixture(scope="session")
def count() -> Iterator[Count]:
    """Runs a case in a process of its own, in which the package's code counts."""
    counting = subprocess.Popen(
        [sys.executable, "-m", "tests.robustness.work"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert counting.stdin is not None and counting.stdout is not None
    given, made = counting.stdin, counting.stdout
    warm: set[str] = set()

    def counted(case: Growing, size: int) -> Counts:
        if case.command not in warm:
            warm.add(case.command)
            counted(case, size)  # what is done once, at first use
        given.write(json.dumps([case.files(size), case.words(size)]) + "\n")
        given.flush()
        found: Counts = json.loads(made.readline())
        return found

    yield counted
    given.close()
    assert counting.wait() == 0


@pytest.mark.parametrize("case", [c for c in CASES if not c.ends], ids=lambda c: c.name)
def test_work_grows_with_the_input(case: Growing, count: Count) -> None:
    sizes = [case.least * times for times in DOUBLINGS]
    small, middle, large = (count(case, size) for size in sizes)
    wrong = {}
    for place, most in large.items():
        first = middle.get(place, 0) - small.get(place, 0)
        second = most - middle.get(place, 0)
        allowed = ALLOWED.get(place.split(":")[0]) == case.name
        if first > sizes[0] and second > MOST * first and not allowed:
            wrong[place] = (small.get(place, 0), middle.get(place, 0), most)
    assert not wrong, f"more than the input grows, for sizes {sizes}: {wrong}"


def test_a_parent_is_read_once_for_all_that_extend_it(count: Count) -> None:
    """What a parent says that a launcher has no use for costs nothing once more for each spec."""

    def work_of_a_spec(size: int) -> float:
        parent = "image: i:1\nbuild:\n  base: debian:12\n  apt:\n"
        parent += "".join(f"  - package-{i}\n" for i in range(size))
        parent += "profiles:\n  p:\n    variables: {A: b}\n    labels:\n      a: ${A}\n"
        parent += "".join(f"      label-{i}: b\n" for i in range(size))

        def files(n: int) -> dict[str, str]:
            names = range(n)
            said = "extends: ./parent.yaml\noutputs: {#.sh: script}\n"
            return {
                "parent.yaml": parent,
                **{f"{i}.yaml": said.replace("#", str(i)) for i in names},
            }

        case = Growing("fleet", "write -q", files, more=lambda n: [f"{i}.yaml" for i in range(n)])
        small, large = (sum(count(case, specs).values()) for specs in (8, 16))
        return (large - small) / 8

    assert work_of_a_spec(200) - work_of_a_spec(20) < 180


def test_the_count_sees_a_square(count: Count) -> None:
    """The one square that is left: see ALLOWED."""
    # `next_file` looks at every output for every output.
    (case,) = (c for c in CASES if c.name == "outputs, check")
    small, middle, large = (count(case, size) for size in (8, 16, 32))
    places = [p for p in large if p.startswith("header.py")]
    grown = [(large[p] - middle[p], middle[p] - small.get(p, 0)) for p in places if p in middle]
    assert any(second > 3.9 * first > 0 for second, first in grown)


@pytest.mark.parametrize("case", [c for c in CASES if c.ends], ids=lambda c: c.name)
def test_what_may_grow_more_has_a_limit(
    case: Growing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(context, "MAX_COPIED", 1000)
    size = 1001 if case.ends == "E024" else 80
    for name, text in case.files(size).items():
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SystemExit) as end:
        cli.main(case.words(size))
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert f"error[{case.ends}]" in said, said[:500]
