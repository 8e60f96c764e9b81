"""Whether the tests see a mutant: those that reach it run, quickest first, until one fails."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.mutation.model import Mutant
from tests.mutation.reached import CACHE, FileMap, code_key, file_key
from tests.mutation.running import Journal, run
from tests.mutation.tree import Tree

# Seconds of the processor, as tests took them without a mutant, that are spent on one mutant: on the
# quickest, then on all that are quick, then on others. Each part costs the start of pytest.
_BUDGETS = (1.0, 8.0, 40.0)
# Of how many files the first part is.
_FEW = 3
# Where a machine is busy, tests take longer than that. What is not killed by then has survived.
_WALL = 1500.0
# A test that takes longer fails more easily by chance: it has to pass without the mutant.
_QUICK = 1.0


class Verdict(NamedTuple):
    """``killer`` is the test that failed, or None; ``tried`` counts the tests that were to run."""

    mutant: Mutant
    killer: str | None
    tried: int


def verdicts(
    mutants: Sequence[Mutant], tests: Mapping[str, FileMap], workers: int
) -> Iterator[Verdict]:
    """One verdict for each mutant, as they come; kills are kept while code and test stay the same."""
    kept = _kept()
    for mutant in mutants:
        if mutant.identity in kept:
            yield Verdict(mutant, kept[mutant.identity][0], 1)
    left = [mutant for mutant in mutants if mutant.identity not in kept]
    if not left:
        return
    with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
        trees: queue.Queue[Tree] = queue.Queue()
        for _ in range(workers):
            folder = stack.enter_context(TemporaryDirectory(prefix="mutation-"))
            trees.put(Tree(Path(folder, "tree")))

        def judge(mutant: Mutant) -> Verdict:
            tree = trees.get()
            try:
                return judged(tree, mutant, *reaching(mutant, tests))
            finally:
                trees.put(tree)

        for verdict in pool.map(judge, left):
            if verdict.killer is not None:
                name = _file(verdict.killer)
                kept[verdict.mutant.identity] = [verdict.killer, file_key(name)]
                CACHE.mkdir(parents=True, exist_ok=True)
                _path().write_text(json.dumps({"code": code_key(), "kills": kept}), "utf-8")
            yield verdict


def _path() -> Path:
    return CACHE / "kills.json"


def _kept() -> dict[str, list[str]]:
    """The killer of each mutant that died before, with the hash of its file."""
    try:
        data = json.loads(_path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    if data["code"] != code_key():
        return {}
    return {
        identity: [killer, key]
        for identity, (killer, key) in data["kills"].items()
        if file_key(_file(killer)) == key
    }


def reaching(
    mutant: Mutant, tests: Mapping[str, FileMap]
) -> tuple[dict[str, float], list[list[str]]]:
    """The tests that reach a mutant with their seconds, in the parts in which they run."""
    near = _near(mutant)
    seconds = {
        test: file.seconds[test]
        for file in tests.values()
        for test in file.reached.get(mutant.identity, ())
    }
    ordered = sorted(seconds, key=lambda test: (not test.startswith(near), seconds[test]))
    few: dict[str, None] = {}
    for test in ordered:
        if len(few) < _FEW:
            few[_file(test)] = None
    parts: list[list[str]] = []
    spent, done = 0.0, set[str]()
    for budget in _BUDGETS:
        part: dict[str, list[str]] = {}
        for test in ordered:
            if test in done or (not parts and _file(test) not in few):
                continue
            if spent + seconds[test] > budget and (part or budget != _BUDGETS[-1]):
                continue
            spent += seconds[test]
            done.add(test)
            part.setdefault(_file(test), []).append(test)
        if part:
            parts.append([test for names in part.values() for test in names])
    return seconds, parts


def _file(test: str) -> str:
    return test.split("::")[0]


def _near(mutant: Mutant) -> str:
    """The folder of the package's tests."""
    parts = Path(mutant.path).parts
    package = "targets" if parts[0] == "templates" else Path(parts[2]).stem
    return f"tests/{package}/"


def judged(
    tree: Tree, mutant: Mutant, seconds: Mapping[str, float], parts: Sequence[Sequence[str]]
) -> Verdict:
    """Run the tests with the mutant in the tree, which is then as it was."""
    for part in parts:
        chosen = list(part)
        while chosen:
            with mutated(tree, mutant):
                killer = _killer(_run(tree, chosen, seconds), chosen)
            if killer is None:
                break
            if seconds.get(killer, 0.0) <= _QUICK or not _fails(tree, killer, seconds):
                return Verdict(mutant, killer, sum(map(len, parts)))
            chosen.remove(killer)
    return Verdict(mutant, None, sum(map(len, parts)))


def _run(tree: Tree, chosen: Sequence[str], seconds: Mapping[str, float]) -> Journal:
    files = list(dict.fromkeys(_file(test) for test in chosen))
    return run(tree, files, chosen, seconds, _WALL)


def _fails(tree: Tree, test: str, seconds: Mapping[str, float]) -> bool:
    """Whether a test fails without any mutant, too."""
    return _killer(_run(tree, [test], seconds), [test]) is not None


def _killer(journal: Journal, chosen: Sequence[str]) -> str | None:
    """The test that a run failed by. A file that cannot even be collected dies with its first test."""
    if journal.failed or journal.hung:
        name = journal.failed[0] if journal.failed else str(journal.hung)
        found = (test for test in chosen if _file(test) == _file(name))
        return name if "::" in name else next(found, chosen[0])
    # 0: all passed. 5: none is left of them, as where a mutant took the case away that it is in.
    # A negative one: the time was over.
    if journal.status not in (0, 5) and journal.status >= 0:
        if journal.status == 4 or "Traceback" in journal.output:
            return chosen[0]
        raise RuntimeError(f"pytest ended with {journal.status}:\n{journal.output}")
    return None


class mutated:  # noqa: N801 - reads as a word in `with`
    """A tree with a mutant in it; a module of bash is the same in ``golden/``, for who runs that."""

    def __init__(self, tree: Tree, mutant: Mutant) -> None:
        self._tree, self._mutant = tree, mutant
        self._paths = [mutant.path]
        if mutant.path.startswith("templates/machinery/"):
            self._paths.append(mutant.path.replace("templates", "golden", 1))
        self._text = (tree.root / mutant.path).read_text("utf-8")

    def __enter__(self) -> None:
        for path in self._paths:
            self._tree.write(path, self._mutant.applied(self._text))

    def __exit__(self, *exception: object) -> None:
        for path in self._paths:
            self._tree.write(path, self._text)
