"""The expected outputs in ``golden/`` are what comes out now, and show the whole language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from coder_gen.language.keys.container import KEYS
from tests import golden

CASES = golden.cases()
SPECS = [(case, case.spec) for case in CASES if case.spec is not None]
# Lines that name the spec by its hash.
_MADE_BY = re.compile(r"^# by\n#   (coder-gen .*)$", re.MULTILINE)
_MADE_FROM = re.compile(rb"sha256 [0-9a-f]{64}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outputs_are_as_expected(case: golden.Case) -> None:
    expected, there = golden.kept(case), golden.present(case)
    assert sorted(there) == sorted(expected), "stale or missing files: run make golden"
    for name, output in expected.items():
        assert there[name].data.decode() == output.data.decode(), f"{name}: run make golden"
        assert there[name].executable == output.executable, name


def test_a_whole_script_is_its_own_part_and_its_modules() -> None:
    """So that whoever reads or runs a golden script has what comes out, byte for byte."""
    for case in CASES:
        for name, output in golden.made(case).items():
            if output.executable:
                assert golden.whole(output.data.decode()) == output.data.decode(), name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_an_output_says_that_made_it_makes_it(case: golden.Case) -> None:
    """The command in its head, word for word."""
    said = {
        name: found.group(1)
        for name in case.commands
        if (found := _MADE_BY.search((golden.folder(case.name) / name).read_text("utf-8"), 0))
        and not found.group(1).startswith("coder-gen write")
    }
    again = golden.made(case._replace(commands=said))
    for name in said:
        assert again[name].data == (golden.folder(case.name) / name).read_bytes(), name


def test_there_are_cases_enough_and_nothing_else() -> None:
    assert len(CASES) >= 28
    assert [path for path in golden.GOLDEN.iterdir() if not path.is_dir()] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_says_what_it_shows(case: golden.Case) -> None:
    spec = case.spec or case.folder / golden.OPTIONS
    text = spec.read_text("utf-8-sig").lstrip()
    if spec.suffix == ".json":
        assert len(yaml.safe_load(text)["x-comment"]) > 20
    else:
        first = text.splitlines()[0]
        assert first.startswith("# ") and len(first) > 20, first


def test_every_key_of_the_language_is_in_some_spec() -> None:
    used: set[str] = set()
    for _, spec in SPECS:
        _collect(yaml.load(spec.read_bytes(), _Loader), used)
    assert sorted(KEYS.keys() - used) == []


def test_short_and_long_forms_say_the_same() -> None:
    short, long = (golden.GOLDEN / f"{which}-forms" for which in ("short", "long"))
    for name in ("run.sh", "docker-compose.yml"):
        one, other = (_MADE_FROM.sub(b"", (folder / name).read_bytes()) for folder in (short, long))
        assert one.decode() == other.decode()


@pytest.mark.parametrize("name", ["outputs"])
def test_check_finds_no_difference_where_the_spec_names_its_outputs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(golden.folder(name))
    assert golden.run("coder-gen check") == (b"", b"")


def _collect(value: object, found: set[str]) -> None:
    """The keys of a spec, its modes and its profiles."""
    if isinstance(value, dict):
        found.update(key for key in value if isinstance(key, str))
        for key in ("modes", "profiles"):
            for overlay in (value.get(key) or {}).values():
                _collect(overlay, found)


class _Loader(yaml.SafeLoader):
    """Reads the merge tags as what they stand before."""


def _untagged(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else None


_Loader.add_constructor("!reset", _untagged)
_Loader.add_constructor("!override", _untagged)


def test_crlf_case_has_kept_its_line_ends() -> None:
    data = Path(golden.GOLDEN, "crlf", "coder.yaml").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
