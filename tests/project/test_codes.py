"""The catalogue of codes: complete, and each example gets the code that it stands for."""

from __future__ import annotations

import re

import pytest

from coder_gen.codes import CATALOGUE, CodeEntry
from tests import pages, reference

_CODE = re.compile(r'"([EW]\d{3})"')


def _used() -> set[str]:
    package = pages.ROOT / "generator" / "coder_gen"
    sources = (path.read_text("utf-8") for path in package.rglob("*.py") if path.name != "codes.py")
    return {code for source in sources for code in _CODE.findall(source)}


def test_every_code_is_explained_and_used() -> None:
    """No code without an entry, no entry without a code, and the list is sorted."""
    codes = [entry.code for entry in CATALOGUE]
    assert set(codes) == _used()
    assert codes == sorted(set(codes))


@pytest.mark.parametrize("entry", [e for e in CATALOGUE if e.wrong], ids=lambda e: e.code)
def test_an_example_gets_its_code(entry: CodeEntry) -> None:
    """What the page shows as wrong is, and for that reason alone."""
    done = reference.said(entry)
    found = set(re.findall(r"(?:error|warning)\[([EW]\d{3})\]", done.stderr))
    assert found == {entry.code}, done.stderr
    assert (done.status == 0) == entry.code.startswith("W")
