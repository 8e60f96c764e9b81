"""A new key is one line of the table: every part of coder-gen knows it from there.

A fresh interpreter adds keys to the table before anything else reads it, then runs the commands.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from coder_gen.engines.names import BUILDERS, DEFAULT, NAMES

ROOT = Path(__file__).parents[2]


class New(NamedTuple):
    """A key that the language does not have: its shape, as a spec and as Docker has it."""

    name: str
    shape: str
    spec: str
    options: tuple[str, ...]
    compose: object
    # What a launcher checks when it starts, for a value that is late-bound.
    late: str = ""

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"


NEW = (
    New("new_text", "ScalarShape()", "some text", ("--new-text 'some text'",), "some text"),
    New("new_count", "ScalarShape(integer(0))", "7", ("--new-count 7",), 7, "an integer"),
    New("new_switch", "ScalarShape(BOOL)", "true", ("--new-switch",), True, "true or false"),
    New("new_size", "ScalarShape(BYTES)", "64m", ("--new-size 64m",), "64m", "a size in bytes"),
    New("new_time", "ScalarShape(DURATION)", "1m30s", ("--new-time 1m30s",), "1m30s", "a duration"),
    New("new_fixed", "BooleanShape()", "true", ("--new-fixed",), True),
    New(
        "new_list", "texts(NONEMPTY)", '["a,b", c]',
        ("--new-list a,b", "--new-list c"), ["a,b", "c"],
    ),
    New(
        "new_map", "PairsShape()", "{A: x y, B: z}",
        ("--new-map 'A=x y'", "--new-map B=z"), {"A": "x y", "B": "z"},
    ),
)  # fmt: skip
LATE = [new for new in NEW if new.late]
# The commands whose output is kept, by the name that the tests ask for.
COMMANDS = {
    **{name: f"script --engine {name}" for name in BUILDERS},
    "auto": "script --engine auto",
    "apptainer": "script --engine apptainer",
    "compose": "compose",
    **{f"explain {name}": f"explain --format json --engine {name}" for name in BUILDERS},
    "schema": "schema",
    "targets": "targets --format json",
    **{f"late {name}": f"script -f late.yaml --engine {name}" for name in BUILDERS},
    **{f"import {name}": f"import --check --from script run-{name}.sh" for name in BUILDERS},
    "import line": "import --check -- docker run --new-size 64m --new-list a,b app:1",
    "import compose": "import --check --from compose compose.yaml",
    "import zero": "import --check -- docker run --new-text= --new-count 0 --new-size=0 --new-switch=false app:1",
    "diff": "diff coder.yaml other.yaml",
}
_PROGRAM = """
import json, sys
from pathlib import Path
from coder_gen.engines.names import BUILDERS
from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.scalar_types import *
from coder_gen.language.shapes.base import BooleanShape, Key, PairsShape, ScalarShape, texts

new, commands = json.loads(sys.argv[1])
for name, shape in new.items():
    KEYS[name] = Key(eval(shape), f"What {name} is for.", "--" + name.replace("_", "-"))

from tests.cli import run
from tests.reference import spec_page, targets_page

found = {}
for name, command in commands.items():
    found[name] = run(*command.split())
    if name in BUILDERS:
        Path(f"run-{name}.sh").write_text(found[name].stdout, encoding="utf-8")
    if name == "compose":
        Path("compose.yaml").write_text(found[name].stdout, encoding="utf-8")
found["spec page"] = (0, spec_page(), "")
found["targets page"] = (0, targets_page(), "")
json.dump(found, sys.stdout)
"""


@cache
def found(folder: Path) -> dict[str, Any]:
    lines = [f"{new.name}: {new.spec}\n" for new in NEW]
    (folder / "coder.yaml").write_text("image: app:1\n" + "".join(lines), encoding="utf-8")
    (folder / "other.yaml").write_text("image: app:1\n", encoding="utf-8")
    lines = [f"{new.name}: ${{{new.name.upper()}}}\n" for new in LATE]
    lines.append(f"variables: {{{', '.join(f'{new.name.upper()}: ' for new in LATE)}}}\n")
    (folder / "late.yaml").write_text("image: app:1\n" + "".join(lines), encoding="utf-8")
    given = json.dumps(({new.name: new.shape for new in NEW}, COMMANDS))
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, given],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    outputs: dict[str, Any] = json.loads(done.stdout)
    return outputs


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("new")


def output(name: str, folder: Path, status: int = 0) -> str:
    ran, text, said = found(folder)[name]
    assert ran == status, said
    assert isinstance(text, str)
    return text


EACH = pytest.mark.parametrize("new", NEW, ids=lambda new: new.name)


@EACH
@pytest.mark.parametrize("launcher", [*BUILDERS, "auto"])
def test_a_launcher_passes_it_on(new: New, launcher: str, folder: Path) -> None:
    """In the engine's own words, exactly."""
    lines = [line.strip() for line in output(launcher, folder).splitlines()]
    assert set(new.options) <= {line.replace("'a,b'", "a,b") for line in lines}
    warned = found(folder)[launcher][2]
    assert new.name not in warned or launcher == "auto"


@pytest.mark.parametrize("new", LATE, ids=lambda new: new.name)
@pytest.mark.parametrize("launcher", [f"late {name}" for name in BUILDERS])
def test_a_launcher_checks_a_value_that_comes_late(new: New, launcher: str, folder: Path) -> None:
    """By the kind that the table has."""
    text = output(launcher, folder)
    variable = new.name.upper()
    assert f"{new.flag}" in text
    assert any(
        line.strip().startswith(f"require '{new.late}") and variable in line
        for line in text.splitlines()
    )


@EACH
def test_an_engine_without_such_an_option_says_so(new: New, folder: Path) -> None:
    """A warning, and a comment in the launcher: nothing is dropped silently."""
    assert new.flag not in output("apptainer", folder)
    assert f"W102]: `{new.name}`" in found(folder)["apptainer"][2].replace("W102] `", "W102]: `")
    assert f"{new.name}: " in output("apptainer", folder)


@EACH
def test_compose_has_it(new: New, folder: Path) -> None:
    """Of the key's own type."""
    services = yaml.safe_load(output("compose", folder))["services"].values()
    assert [service[new.name] for service in services] == [new.compose, new.compose]


@EACH
@pytest.mark.parametrize("what", [*BUILDERS, "compose"])
def test_an_import_reads_it(new: New, what: str, folder: Path) -> None:
    """What was generated means the same again, and ``--check`` agrees."""
    spec = yaml.safe_load(output(f"import {what}", folder))
    (original,) = (
        yaml.safe_load(f"[{new.spec}]") if new.spec[0] not in "[{" else [yaml.safe_load(new.spec)]
    )
    assert spec[new.name] == original
    assert "engine_options" not in spec


def test_an_import_reads_a_line(folder: Path) -> None:
    assert yaml.safe_load(output("import line", folder)) == {
        "name": "app", "image": "app:1", "new_size": "64m", "new_list": ["a,b"],
    }  # fmt: skip


def test_an_import_leaves_out_what_the_engine_does_anyway(folder: Path) -> None:
    """Docker's own defaults are the zero values of its options."""
    assert yaml.safe_load(output("import zero", folder)) == {"name": "app", "image": "app:1"}


@EACH
@pytest.mark.parametrize("engine", BUILDERS)
def test_explain_knows_it(new: New, engine: str, folder: Path) -> None:
    """Its words, its place and its meaning."""
    parts = [
        part for part in json.loads(output(f"explain {engine}", folder)) if part["key"] == new.name
    ]
    assert tuple(f"{part['flag']} {part['value']}".strip() for part in parts) == new.options
    assert {part["does"] for part in parts} == {f"What {new.name} is for."}
    assert {part["line"] for part in parts} == {2 + NEW.index(new)}


@EACH
def test_the_schema_and_the_pages_have_it(new: New, folder: Path) -> None:
    """The reference, and the matrix of the targets."""
    assert new.name in json.loads(output("schema", folder))["properties"]
    row = next(
        line
        for line in output("spec page", folder).splitlines()
        if line.startswith(f"| `{new.name}` |")
    )
    assert f"`{new.flag}`" in row and f"What {new.name} is for." in row
    assert f"| `{new.name}` | exact | " in output("targets page", folder)
    matrix = json.loads(output("targets", folder))[new.name]
    assert {name: told["level"] for name, told in matrix.items()} == {
        **{
            "script" if name == DEFAULT else f"script {name}": (
                "exact" if name in BUILDERS else "unsupported"
            )
            for name in NAMES
        },
        "compose": "exact",
    }


@EACH
def test_a_difference_is_seen(new: New, folder: Path) -> None:
    assert new.name in output("diff", folder, status=1)
