"""The formats of the audit: valid, complete, and safe with any text."""

from __future__ import annotations

import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_gen.audit.findings import Audit, audit
from coder_gen.audit.formats import markdown, records, sarif, table
from coder_gen.audit.rules import RULES
from coder_gen.quoting import markdown as language
from coder_gen.quoting.yaml import scalar
from tests.audit.compiled import compiled
from tests.generators.texts import unseen_in

SCHEMA = Path(__file__).parent.parent / "schemas" / "sarif-2.1.0.json"
TODAY = "2026-11-24"
# YAML has no escape for half of a pair, and no spec holds NUL.
_ENCODABLE = st.characters(codec="utf-8", exclude_characters="\0")
ACCEPTING = (
    "extends: coder\naccept:\n  host-ipc: {reason: 'a | *b*', until: 2027-01-01}\n"
    "  x11-host: {reason: old, until: 2026-01-01}\n"
)


@cache
def validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_bytes()))


def audited(text: str = ACCEPTING) -> Audit:
    project, planned = compiled(text)
    return audit(project, planned, TODAY)


@pytest.mark.parametrize("text", [ACCEPTING, "extends: coder", "image: a", "image: a\nports: [80]"])
def test_sarif_is_valid(text: str) -> None:
    errors = [
        error.message for error in validator().iter_errors(json.loads(sarif.render(audited(text))))
    ]
    assert errors == []


def test_the_sarif_schema_does_refuse() -> None:
    log = json.loads(sarif.render(audited()))
    log["runs"][0]["results"][0]["level"] = "bad"
    assert list(validator().iter_errors(log))


def test_sarif_has_every_rule_finding_and_acceptance() -> None:
    found = audited()
    (run,) = json.loads(sarif.render(found))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    assert len(run["results"]) == len(found.open) + len(found.accepted)
    for result in run["results"]:
        assert list(RULES)[result["ruleIndex"]] == result["ruleId"]
    suppressed = [r["ruleId"] for r in run["results"] if "suppressions" in r]
    assert suppressed == ["host-ipc"]


def test_sarif_names_files_by_uris_and_built_in_files_apart() -> None:
    project, planned = compiled("image: a\nports: ['80:80']\n")
    (run,) = json.loads(sarif.render(audit(project, planned, TODAY)))["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"coder.yaml"}
    assert "originalUriBaseIds" not in run
    port = next(p for p, r in zip(places, run["results"]) if r["ruleId"] == "all-addresses")
    assert port["region"]["startLine"] == 2
    (run,) = json.loads(sarif.render(audited("extends: coder")))["runs"]
    built_in = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]
    }
    assert "builtin/coder.yaml" in built_in and "CODER_GEN" in run["originalUriBaseIds"]


def test_json_holds_what_the_table_shows() -> None:
    found = audited()
    value: dict[str, Any] = json.loads(records.render(found))
    assert value["modes"] == ["service", "shell"]
    assert sum(value["counts"].values()) == len(value["findings"]) == len(found.open)
    assert [item["rule"] for item in value["accepted"]] == ["host-ipc"]
    assert value["accepted"][0]["acceptance"] == {
        "reason": "a | *b*", "until": "2027-01-01", "expired": False,
    }  # fmt: skip
    expired = next(item for item in value["findings"] if item["rule"] == "x11-host")
    assert expired["acceptance"]["expired"] is True
    text = table.render(found, color=False)
    for item in value["findings"]:
        assert f"{item['level']:<9} {item['rule']}: {item['message']}" in text
        assert f"{item['file']}:{item['line']}:{item['column']}" in text


def test_table_has_colour_only_when_asked() -> None:
    found = audited()
    assert "\x1b" not in table.render(found, color=False)
    assert "\x1b[1;31mcritical" in table.render(found, color=True)


def test_markdown_rows_have_as_many_cells_as_the_header() -> None:
    lines = markdown.render(audited()).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    wide = [line for line in rows if len(_cells(line)) == 5]
    narrow = [line for line in rows if len(_cells(line)) == 3]
    assert len(wide) + len(narrow) == len(rows) and wide and narrow
    assert "a \\| \\*b\\*" in "\n".join(lines)


def _cells(row: str) -> list[str]:
    return row.replace("\\|", "").strip("|").split("|")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)


@given(st.text(max_size=60))
def test_markdown_cell_is_one_line_without_marks(text: str) -> None:
    cell = language.cell(text)
    assert "\n" not in cell and "\r" not in cell
    tags = _Tags()
    tags.feed(cell)
    assert tags.seen == []
    assert len(_cells(f"| {cell} |")) == 1


@given(st.text(alphabet=st.sampled_from("`~ab\n"), max_size=40))
def test_markdown_fence_ends_where_it_should(text: str) -> None:
    first, *inner, last = language.fenced(text, "yaml").split("\n")
    fence = first.removesuffix("yaml")
    assert last == fence and all(not line.startswith(fence) for line in inner)


@settings(deadline=None, max_examples=40)
@given(st.text(_ENCODABLE, min_size=1, max_size=40))
def test_any_reason_is_shown_in_every_format(reason: str) -> None:
    # A single dollar would be a variable.
    quoted = scalar(reason.replace("$", "$$"))
    text = f"extends: coder\naccept: {{host-ipc: {{reason: {quoted}, until: 2027-01-01}}}}\n"
    found = audited(text)
    assert found.accepted[0].accepted is not None
    assert found.accepted[0].accepted.reason == reason
    assert list(validator().iter_errors(json.loads(sarif.render(found)))) == []
    assert reason in json.loads(records.render(found))["accepted"][0]["acceptance"]["reason"]
    for rendered in (table.render(found, color=False), markdown.render(found)):
        assert unseen_in(rendered, but="\n\u200d\ufe0e\ufe0f") == []
