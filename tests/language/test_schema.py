"""The JSON Schema that editors get: it takes what coder-gen takes, and knows its mistakes."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from coder_gen.codes import CATALOGUE, CodeEntry
from coder_gen.language.keys.document import schema
from tests import golden, pages
from tests.generators.sizes import part
from tests.generators.trees import specs, written
from tests.language.test_any_tree import errors

# What is beyond a pattern, or beyond one value: the schema takes more than coder-gen does.
_BEYOND = re.compile(
    "is not an? (?:integer|number|IP address|port or a range)|names no address|the name of a network|a container name|soft limit"
)
VALIDATOR = Draft202012Validator(schema())
_RESET = object()
# Mistakes that show in the form of a file, without knowing what its parts mean together.
OF_FORM = ("E012", "E013", "E014", "E016")


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, as far as specs need it, with the merge tags."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found if tag.endswith((":null", ":merge"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for tag, form, firsts in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*", "-+0123456789"),
):
    whole = re.compile(f"^(?:{form})$")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole, list(firsts))
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("!reset", lambda loader, node: _RESET)


def _override(loader: yaml.SafeLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_object(node)


_Loader.add_constructor("!override", _override)


def _read(text: str) -> Any:
    return _settled(yaml.load(text, _Loader))


def _settled(value: Any) -> Any:
    """Without what a tag takes away, which no schema sees."""
    if isinstance(value, dict):
        return {key: _settled(item) for key, item in value.items() if item is not _RESET}
    return [_settled(item) for item in value] if isinstance(value, list) else value


def _wrong(text: str) -> list[str]:
    return [f"{e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(_read(text))]


def test_the_schema_is_one() -> None:
    """Of the draft that it names."""
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("case", [c for c in golden.cases() if c.spec], ids=lambda c: c.name)
def test_golden_specs_are_valid(case: golden.Case) -> None:
    """What coder-gen compiles, no editor marks."""
    assert case.spec is not None
    assert not _wrong(case.spec.read_text("utf-8"))


@pytest.mark.parametrize(
    "block",
    [b for page in pages.pages() for b in pages.blocks(page) if b.rest in ("spec", "coder.yaml")],
    ids=str,
)
def test_specs_of_the_documentation_are_valid(block: pages.Block) -> None:
    """Nor what the pages show."""
    assert not _wrong(block.text)


@pytest.mark.parametrize(
    "entry", [e for e in CATALOGUE if e.code in OF_FORM and e.wrong], ids=lambda e: e.code
)
def test_mistakes_of_form_are_marked(entry: CodeEntry) -> None:
    """An editor shows them while they are typed."""
    assert _wrong(entry.wrong)


@part(1)
@given(specs())
def test_any_spec_is_judged_as_coder_gen_does(tree: Any) -> None:
    """The validator and the schema, on specs that are right and on such as are nearly so."""
    found = errors(written(tree))
    marked = [f"{e.json_path}: {e.message}" for e in VALIDATOR.iter_errors(tree)]
    if not found:
        assert not marked
    for each in found:
        if each.code in OF_FORM and not _BEYOND.search(each.message):
            assert marked, each


def test_a_pattern_means_the_same_to_each_reader() -> None:
    r"""`\w` and `\d` are ASCII for some readers of JSON Schema, and Unicode for others."""
    patterns = re.findall(r"'pattern': '((?:[^'\\]|\\.)*)'", str(schema()))
    assert len(patterns) > 100
    assert [each for each in patterns if re.search(r"\\[wWdD]", each)] == []
