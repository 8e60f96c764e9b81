"""What an import declares under `variables`: the types that a variable's places tell."""

from __future__ import annotations

import pytest

from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.importing.pipeline import Imported


def imported(line: str) -> Imported:
    made = read(line, "run.sh")
    assert check(made) == []
    return made


def declared(line: str) -> list[str]:
    """The lines of `variables`, without their indent."""
    text = imported(line).spec_text
    section = text.partition("variables:\n")[2].partition("\n\n")[0]
    return [entry.strip() for entry in section.splitlines()]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-p ${PORT:-80}:80", ["PORT: {type: port, default: 80}"]),
        ("-p ${PORT:-80}:${PORT:-81}", []),
        ("-p ${PORT:-080}:80", []),
        ("-p ${PORT:-99999}:80", []),
        ("-v ${D:-/srv}:/d", ["D: {type: path, default: /srv}"]),
        ("-v ${D:-$HOME/d}:/d", ['D: {type: path, default: "${HOME}/d"}']),
        ("-v ${D:-/srv}:/d -e D=${D:-/other}", []),
        ("-v ${D:-/srv}:/d -e WHERE=${D:-/srv}", ["D: {type: path, default: /srv}"]),
        ("-v $D:/d", ["D: {type: path}"]),
        ("-v $D/sub:/d", ["D:"]),
        ("-v $HOME:/d -v $PWD/x:/x", []),
        ("-e A=$B", ["B:"]),
    ],
)
def test_types(options: str, expected: list[str]) -> None:
    assert declared(f"docker run {options} a") == expected


@pytest.mark.parametrize(
    ("source", "kind"),
    [("${D:-data}", "volume"), ("${D:-./data}", "bind"), ("${D:+/x}", "bind"), ("$USER", "bind")],
)
def test_what_no_type_tells_is_written_at_length(source: str, kind: str) -> None:
    text = imported(f"docker run -v {source}:/d a").spec_text
    assert f"  - type: {kind}\n    source: ${{" in text and "    target: /d\n" in text


def test_long_forms_keep_the_options() -> None:
    text = imported("docker run -v ${D:-data}:/d:ro -v $USER:/u:ro,Z a").spec_text
    assert text.count("read_only: true") == 2
    assert "selinux: Z" in text


def test_a_path_that_might_be_a_name_is_said() -> None:
    made = imported("docker run -v $D:/d -v $D:/e:ro a")
    (said,) = made.diagnostics
    assert said.code == "W535" and said.message.startswith("D is taken for a path")
    assert made.counts.approximated == 1


def test_in_a_compose_file_too() -> None:
    made = read("services: {a: {image: b, volumes: ['${D:-/srv}:/d']}}", "c.yml")
    assert "D: {type: path, default: /srv}" in made.spec_text
    assert check(made) == []
