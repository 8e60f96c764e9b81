"""A plugin of pytest: it chooses tests and their order, and keeps a journal of what runs.

``MUTATION_TESTS`` names a file with the tests to run, in order; without it all run. ``MUTATION_JOURNAL``
names the file that gets one line of JSON for each event.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

_journal = Path(os.environ["MUTATION_JOURNAL"])
_chosen = os.environ.get("MUTATION_TESTS")


def _begin() -> Callable[[str], None]:
    """Tells instrumented code which test runs; nothing where the code is not instrumented."""
    try:
        module = importlib.import_module("coder_gen_hits")
    except ImportError:
        return lambda name: None
    begin: Callable[[str], None] = module.begin
    return begin


_report = _begin()


def _write(**event: object) -> None:
    with _journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


def _seconds() -> float:
    """Of the processor, with those of ended children: a busy machine changes them little."""
    return sum(os.times()[:4])


def pytest_pycollect_makemodule(module_path: Path) -> None:
    _report(os.path.relpath(module_path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _chosen is None:
        return
    order = {name: at for at, name in enumerate(json.loads(Path(_chosen).read_text("utf-8")))}
    items[:] = sorted((i for i in items if i.nodeid in order), key=lambda i: order[i.nodeid])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item):  # type: ignore[no-untyped-def]
    _report(item.nodeid)
    _write(begun=item.nodeid)
    began = _seconds()
    try:
        return (yield)
    finally:
        _write(ended=item.nodeid, seconds=round(_seconds() - began, 3))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.outcome != "passed":
        _write(outcome=report.outcome, test=report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _write(outcome="failed", test=report.nodeid, collecting=True)
