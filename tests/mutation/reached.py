"""The map from mutants to the tests that reach them, made once for a tree and kept in ``.cache``.

Left out are e2e tests, and those that only compare with what the project itself wrote before:
``NO_ORACLE`` says which and why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests import pages
from tests.mutation import reach
from tests.mutation.model import Mutant
from tests.mutation.running import run
from tests.mutation.sample import sample
from tests.mutation.tree import Tree

# Tests, or files of them, that are no proof of meaning, and why.
NO_ORACLE: Mapping[str, str] = {
    "tests/project/test_golden.py": "compares with golden/, byte for byte",
    "tests/project/test_golden_lint.py": "judges the files of golden/, not what comes out now",
    "tests/targets/image/test_golden.py": "judges the files of golden/, not what comes out now",
    "tests/project/test_packaging.py": "compares the wheel with the source tree, which has the mutant too",
    "tests/project/test_docs.py::test_generated_pages_are_fresh": "compares with pages that `make docs` writes",
    "tests/robustness/test_growth.py": "counts work, which changes with any code, and not meaning",
    "tests/mutation/": "tests of this tool",
    "tests/e2e/": "needs the real engines",
    "tests/attack/": "needs users of its own, and minutes",
}
CACHE = pages.ROOT / ".cache" / "mutation"
# What decides what a test reaches, besides the test's own file and its helpers.
_CODE = (
    "generator/**/*.py",
    "generator/**/*.yaml",
    "templates/**/*.sh",
    "templates/**/*.j2",
    "tests/mutation/reach.py",
)


class FileMap(NamedTuple):
    """A file of tests: a hash of it, the seconds of its tests that pass, and who reaches what."""

    key: str
    seconds: dict[str, float]
    reached: dict[str, list[str]]


def is_left_out(test: str) -> bool:
    """Whether a test, or a file of them, is no proof of meaning."""
    return any(test.startswith(each) for each in NO_ORACLE)


def files_of_tests() -> list[str]:
    """The files of tests that may kill a mutant."""
    found = (
        path.relative_to(pages.ROOT).as_posix()
        for path in sorted(pages.ROOT.glob("tests/**/test_*.py"))
    )
    return [path for path in found if not is_left_out(path)]


@cache
def code_key() -> str:
    """A hash of what the mutants are made of, and of which they are."""
    files = _hash(path for pattern in _CODE for path in sorted(pages.ROOT.glob(pattern)))
    mutants = " ".join(mutant.identity for mutant in sample())
    return hashlib.sha256(f"{files} {mutants}".encode()).hexdigest()[:20]


@cache
def file_key(name: str) -> str:
    """A hash of a file of tests with its helpers."""
    path = pages.ROOT / name
    tests = pages.ROOT / "tests"
    helpers = {*tests.glob("*.py"), *tests.glob("generators/*.py"), *path.parent.glob("[!t]*.py")}
    return _hash([path, *sorted(helpers)])


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            digest.update(f"{path.relative_to(pages.ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def reached(mutants: list[Mutant], workers: int) -> dict[str, FileMap]:
    """The map, by file of tests; only what changed since the last time is run again."""
    kept = _kept(code_key())
    keys = {name: file_key(name) for name in files_of_tests()}
    missing = [name for name, key in keys.items() if name not in kept or kept[name].key != key]
    if missing:
        print(f"running {len(missing)} files of tests to see which code they reach", flush=True)
        parts = [part for at in range(workers) if (part := missing[at::workers])]
        with ThreadPoolExecutor(workers) as pool:
            for found in pool.map(lambda part: _measured(mutants, part), parts):
                kept |= found
        CACHE.mkdir(parents=True, exist_ok=True)
        _path().write_text(json.dumps({"code": code_key(), "files": kept}), "utf-8")
    return {name: file for name, file in kept.items() if name in set(files_of_tests())}


def _path() -> Path:
    return CACHE / "reached.json"


def _kept(code: str) -> dict[str, FileMap]:
    try:
        data = json.loads(_path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {n: FileMap(*file) for n, file in data["files"].items()} if data["code"] == code else {}


def _measured(mutants: list[Mutant], files: list[str]) -> dict[str, FileMap]:
    """Run files of tests in an instrumented copy."""
    blocks = reach.wanted(pages.ROOT, mutants)
    with TemporaryDirectory(prefix="mutation-") as folder:
        tree = Tree(Path(folder, "tree"))
        reach.instrument(tree.root, blocks)
        journal = run(tree, files)
        hits = (tree.root / reach.HITS_FILE).read_text("utf-8").splitlines()
    for test in sorted(journal.failed):
        print(f"fails without any mutant, and is left out: {test}", flush=True)
    seconds = {
        test: spent
        for test, spent in journal.seconds.items()
        if test not in journal.failed and not is_left_out(test)
    }
    return file_maps(files, seconds, hits, blocks)


def file_maps(
    files: Iterable[str],
    seconds: Mapping[str, float],
    hits: Iterable[str],
    blocks: Mapping[str, Iterable[str]],
) -> dict[str, FileMap]:
    """The maps of files: from the seconds of each test, and from who ran which block."""
    found = {name: FileMap(file_key(name), {}, {}) for name in files}
    for test, spent in seconds.items():
        found[test.split("::")[0]].seconds[test] = spent
    # A script may be made once for all tests of a file, and a module is imported once.
    shared: dict[tuple[str, str], None] = {}
    for line in hits:
        test, _, block = line.partition("\t")
        name = test.split("::")[0]
        for identity in blocks.get(block, ()) if name in found else ():
            if "::" not in test or block.startswith("templates/"):
                shared[name, identity] = None
            if test in seconds:
                found[name].reached.setdefault(identity, []).append(test)
    for name, identity in shared:
        found[name].reached.setdefault(identity, []).extend(found[name].seconds)
    for file in found.values():
        for identity, tests in file.reached.items():
            file.reached[identity] = list(dict.fromkeys(tests))
    return found
