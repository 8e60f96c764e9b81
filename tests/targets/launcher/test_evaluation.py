"""Bash evaluates text in some places: arithmetic, indexes, indirection. Nothing unchecked gets there.

Each such place of every golden script is found in its syntax tree. What stands in arithmetic has to
be a number by what the script assigns to it, or to be tested for digits before; the rest is a list
with reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import tree_sitter
import tree_sitter_bash

from tests import golden

SCRIPTS = golden.files(".sh")

# Operands of arithmetic that are numbers for another reason than an assignment or a test of digits
# in the same function; by function and name.
NUMBERS = {
    ("main", "changed"): "counted by `want`",
    ("check_engine", "before"): "a copy of `problems`",
    ("check_engine", "problems"): "counted by `problem`",
    ("extension", "pending"): "counted by `want`",
    ("limit", "hard"): "`require` lets in digits alone for `ulimits`",
    ("limit", "soft"): "`require` lets in digits alone for `ulimits`",
    ("limit", "unit"): "a literal of the compiler's",
    ("run_preflight", "size"): "tested in `run_preflight`",
    ("may_listen", "$1"): "tested in `may_listen`",
    ("may_listen", "first"): "the kernel's own number",
    ("main", "answer"): "build.sh ends where it is no number",
    ("space_ready", "needed_mib"): "a literal of the compiler's",
    ("next_free", "free"): "a copy of the port, and `port_ready` goes on with digits alone",
    ("with_lock", "SECONDS"): "bash's own clock",
    ("own_port", "$1"): "a literal of the compiler's",
    ("own_port", "$2"): "a literal of the compiler's",
    ("own_port", "uid"): "what `id -u` prints",
    ("is_of_kind", "highest"): "a literal of the compiler's",
    ("is_of_kind", "lowest"): "a literal of the compiler's",
    ("is_of_kind", "value"): "it matched the pattern of an integer",
    ("room_ready", "$2"): "`run_preflight` tested the size",
    ("stop_on_problems", "problems"): "counted by `problem`",
    ("told", "pending"): "counted by `want`",
    ("unpack", "strip"): "a literal of the compiler's",
}
# Names that are looked up by a name: none is a value from outside.
INDIRECT = {
    ("forget_settings", "!APPTAINER@"): "names that begin so",
    ("forget_settings", "!SINGULARITY@"): "names that begin so",
    ("forward", "!name"): "names in the spec",
    ("forward_env", "!name"): "names in the spec, or tested by `env_file`",
    ("inherited", "!1"): "names in the spec",
    ("proxies", "!name"): "names in the script",
    ("refuse_verbs", "!title"): "made of an engine's name, which `choose_engine` tested",
    ("variable_of_apptainer", "!1"): "names in the script",
    ("secret_variable", "!2"): "names in the spec",
}


class Place(NamedTuple):
    """A place that evaluates: the function around it, its kind, its text."""

    function: str
    kind: str
    text: str


def _children(node: tree_sitter.Node, function: str) -> Iterator[tuple[tree_sitter.Node, str]]:
    yield node, function
    if node.type == "function_definition":
        name = node.child_by_field_name("name")
        assert name is not None
        function = _text(name)
    for child in node.children:
        yield from _children(child, function)


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()


def _kind(node: tree_sitter.Node, text: str) -> str:
    """How a node evaluates what stands in it; empty for those that do not."""
    if node.type == "arithmetic_expansion" or (
        node.type == "compound_statement" and text.startswith("((")
    ):
        return "arithmetic"
    if node.type == "c_style_for_statement":
        return "loop"
    if node.type == "test_command" and re.search(r"\s-(?:eq|ne|lt|le|gt|ge)\s", text):
        return "compared"
    if (node.type == "test_command" and re.search(r"\[\[ -[vR]\s", text)) or (
        node.type == "command" and re.match(r"(?:eval|let|source|\.|test|\[)\s", text)
    ):
        return "refused"
    if node.type == "subscript":
        return "index"
    if node.type == "expansion" and text.startswith("${!"):
        return "indirect"
    if node.type == "expansion" and re.match(r"\$\{[^}:/]+:[^-+?=]", text):
        return "slice"
    return ""


@lru_cache
def _places() -> dict[Path, tuple[str, list[Place]]]:
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
    found = {}
    for path in SCRIPTS:
        data = path.read_bytes()
        places = [
            Place(function, kind, _text(node))
            for node, function in _children(parser.parse(data).root_node, "")
            if (kind := _kind(node, _text(node)))
        ]
        found[path] = (data.decode(), places)
    return found


def _operands(place: Place) -> set[str]:
    """The variables that arithmetic reads, positional ones with their dollar."""
    text = place.text
    if place.kind == "loop":
        text = text[: text.index("))")]
    if place.kind == "index":
        text = text[text.index("[") :]
    if place.kind == "slice":
        text = text[text.index(":") :]
    text = re.sub(r"\$\{#\w+(?:\[[@*]\])?\}|\$[#?]", "0", text)
    names = set(re.findall(r"\$[1-9]|\b[A-Za-z_]\w*\b", text))
    return names - {"for", "BASH_SOURCE", "BASH_REMATCH"}


def _is_a_number(name: str, function: str, script: str) -> bool:
    """By every assignment in the function (or of the script, outside), or by a test of digits."""
    body = script
    if function:
        match = re.search(rf"^{re.escape(function)}\(\) \{{\n(.*?)^\}}", script, re.M | re.S)
        assert match, function
        body = match[1]
    if re.search(rf"\[\[ \$\{{?{re.escape(name.lstrip('$'))}\}}? =~ \^[^\s]*\[0-9\]", body):
        return True
    assigned = re.findall(rf"(?:^|[\s(;]){re.escape(name)}=(\S*)", body)
    for_loop = re.search(rf"for \(\({re.escape(name)} = 0;", body)
    numeric = [re.match(r"(?:\d+$|\d+[)\s;]|\$\(\(|\$\{#|\$\?)", value) for value in assigned]
    return bool(for_loop or (assigned and all(numeric)))


def test_only_numbers_get_into_arithmetic() -> None:
    unproven: dict[tuple[str, str], str] = {}
    for path, (script, places) in _places().items():
        for place in places:
            if place.kind not in ("arithmetic", "loop", "compared", "index", "slice"):
                continue
            for name in _operands(place):
                if not _is_a_number(name, place.function, script):
                    unproven[place.function, name] = f"{path.parent.name}/{path.name}: {place.text}"
    assert {key: where for key, where in unproven.items() if key not in NUMBERS} == {}


def test_no_name_that_is_looked_up_comes_from_outside() -> None:
    found = {
        (place.function, re.sub(r"(!\w+@?).*", r"\1", place.text[2:].rstrip("}")))
        for _, places in _places().values()
        for place in places
        if place.kind == "indirect"
    }
    assert found - set(INDIRECT) == set()


def test_nothing_is_evaluated_as_a_command() -> None:
    refused = {
        (path.name, place.text)
        for path, (_, places) in _places().items()
        for place in places
        if place.kind == "refused"
    }
    assert refused == set()


def test_printf_and_read_name_variables_of_the_script() -> None:
    for path, (script, _) in _places().items():
        for word in re.findall(
            r"\b(?:printf -v|read (?:-\S+ )*|unset -v|local|declare|export) ?(\S+)", script
        ):
            assert not word.startswith(("$", '"$')) or word in (
                '"${name}"', '"${environment[@]}"', '"${setting?}"',
            ), (
                path, word,
            )  # fmt: skip
