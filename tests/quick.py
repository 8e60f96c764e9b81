"""``python -m tests.quick`` (`make quick`): what a change needs most, in less than a minute.

The tests of the packages that differ from the branch main, and the golden outputs. Where these take
longer than the time there is, the quickest are run, by what each took the last time, and the number
of the others is printed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest

from tests.pages import ROOT

SECONDS = 40.0
# How long each test took: kept in pytest's cache by tests/conftest.py.
DURATIONS = "coder-gen/durations"
# For a test that has not been run here yet.
_UNKNOWN = 0.1
ALWAYS = ("tests/project/test_golden.py", "tests/project/test_one_home.py")
_CODE = "generator/coder_gen/"
# Where the tests of other files are.
_BESIDE = {
    "templates/image/": "tests/targets/image",
    "templates/report": "tests/reporting",
    "templates/": "tests/targets",
    "docs/": "tests/project/test_docs.py",
    "golden/": "tests/project/test_golden.py",
    "setup.cfg": "tests/project/test_packaging.py",
}
# Packages and modules whose tests are those of who uses them.
_ELSEWHERE = {
    "cli": "tests/commands",
    "codes": "tests/project/test_codes.py",
    "options": "tests/importing",
    "plan": "tests/language",
    "plugin": "tests/targets",
    "render": "tests/targets",
    "spec": "tests/targets",
    "support": "tests/engines",
}


def tests_of(changed: Iterable[str]) -> list[str]:
    """The folders and files with the tests of changed files, which are named from the root."""
    found: dict[str, None] = {}
    for file in changed:
        if file.startswith(_CODE):
            found[_mirrored(PurePosixPath(file.removeprefix(_CODE)))] = None
        elif file.startswith("tests/"):
            name = PurePosixPath(file).name
            found[file if name.startswith("test_") else str(PurePosixPath(file).parent)] = None
        else:
            found |= {there: None for begin, there in _BESIDE.items() if file.startswith(begin)}
    # Tests on real engines take longer than a minute to begin.
    known = [path for path in found if path != "tests" and not path.startswith("tests/e2e")]
    there = [path for path in known if (ROOT / path).exists()]
    return [path for path in there if not any(other in _above(path) for other in there)]


def _above(path: str) -> set[str]:
    return {str(parent) for parent in PurePosixPath(path).parents}


def _mirrored(module: PurePosixPath) -> str:
    """The folder of tests of the deepest package that has one; a module at the top has a file."""
    for package in module.parents:
        if package.name and (ROOT / "tests" / package).is_dir():
            return f"tests/{package}"
    name = module.parts[0].removesuffix(".py")
    return _ELSEWHERE.get(name, f"tests/test_{name}.py")


def changed_files() -> list[str]:
    """What differs from main, committed or not; on main itself, what the last commit changed."""
    base = _git("merge-base", "main", "HEAD") or _git("rev-parse", "HEAD")
    since = "HEAD~1" if base == _git("rev-parse", "HEAD") else base
    listed = _git("diff", "--name-only", since), _git("ls-files", "--others", "--exclude-standard")
    return [line for text in listed for line in text.splitlines()]


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


class Budget:
    """Leaves out the slowest tests where all of them would take longer than the time there is."""

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the quickest that fit, in the order in which they were found."""
        cache = config.cache
        took = cache.get(DURATIONS, {}) if cache is not None else {}
        spent = 0.0
        kept: set[str] = set()
        for item in sorted(items, key=lambda each: took.get(each.nodeid, _UNKNOWN)):
            spent += took.get(item.nodeid, _UNKNOWN)
            if spent <= SECONDS or item.nodeid.startswith(ALWAYS):
                kept.add(item.nodeid)
        left = [item for item in items if item.nodeid not in kept]
        if left:
            config.hook.pytest_deselected(items=left)
            items[:] = [item for item in items if item.nodeid in kept]


def main(arguments: list[str]) -> int:
    """Run them; the exit status is pytest's."""
    chosen = dict.fromkeys([*ALWAYS, *tests_of(changed_files())])
    print(f"== {' '.join(chosen)}", flush=True)
    return int(pytest.main([*chosen, *arguments], plugins=[Budget()]))


if __name__ == "__main__":
    import os

    os.environ["HYPOTHESIS_PROFILE"] = "quick"
    sys.exit(main(sys.argv[1:]))
