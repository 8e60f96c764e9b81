"""Every option that the engines know is in the tables, and none vanishes in an import."""

from __future__ import annotations

import pytest

from coder_gen.engines import nerdctl, podman
from coder_gen.engines.names import BUILDERS, NAMES
from coder_gen.engines.registry import engine as find_engine
from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.options.apptainer import TABLE as APPTAINER
from coder_gen.options.flag_table import ALIASES, DOCKER, Table, based_on
from tests.importing.helps import Shown, missing, shown, stored

STORED = [
    ("docker-20.10", DOCKER, 96),
    ("docker-28", DOCKER, 104),
    ("podman-4.3", podman.TABLE, 131),
    ("nerdctl-2.3", nerdctl.TABLE, 105),
    ("apptainer-1.4-run", APPTAINER, 66),
    ("apptainer-1.4-exec", APPTAINER, 65),
    ("apptainer-1.4-shell", APPTAINER, 66),
    ("apptainer-1.4-instance-start", APPTAINER, 65),
]
MARK = "m4rk"
# What changes nothing about a container when it is said as the engine does anyway.
NOTHING = frozenset(["--sig-proxy", "--disable-content-trust"])


@pytest.mark.parametrize(("help_text", "table", "count"), STORED, ids=[name for name, *_ in STORED])
def test_the_help_is_in_the_table(help_text: str, table: Table, count: int) -> None:
    found = stored(help_text)
    assert len(found) == count
    assert missing(found, table) == []


def test_podmans_lists() -> None:
    """pflag's `strings` are parted at commas; its `stringArray` are not; one has a name of its own."""
    found = stored("podman-4.3")
    listed = {name for name, option in found.items() if option.kind == "strings"}
    listed.add("blkio-weight-device")
    assert {name for name in found if podman.TABLE.long[name].listed} == listed


def test_a_wrong_table_is_seen() -> None:
    found = shown("  -p, --publish list    Publish\n      --privileged          Give\n")
    assert found == {"publish": Shown("p", "list"), "privileged": Shown("", "")}
    flags = {"publish": DOCKER.long["tty"], "privileged": DOCKER.long["env"]}
    assert missing(found, Table(flags, {})) == [
        "--publish takes a value",
        "--privileged stands alone",
    ]
    assert missing(found, Table({}, {})) == [
        "--publish is not in the table",
        "--privileged is not in the table",
    ]
    assert missing(found, Table(DOCKER.long, {}))[0] == "-p is not --publish"


def test_a_table_is_another_ones_with_differences() -> None:
    """What is gone is so under each of its names."""
    made = based_on(
        DOCKER, without="network env", alone="workdir", valued="new", listed="dns", letters="new:e",
        usual={"tty": ("true",)},
    )  # fmt: skip
    gone = {"network", "net", "env"}
    assert made.long.keys() == DOCKER.long.keys() - gone | {"new"}
    assert made.short.keys() == DOCKER.short.keys()
    assert made.short["e"] == made.long["new"] and made.short["w"].alone
    assert made.long["dns"].listed and not DOCKER.long["dns"].listed
    assert made.long["tty"].usual == ("true",)
    kept = made.long.keys() - {"new", "workdir", "dns", "tty"}
    assert all(made.long[name] == DOCKER.long[name] for name in kept)


CASES = [
    (engine, name)
    for engine in NAMES
    for name in find_engine(engine).options.table.long
    if name not in ALIASES and name != "help"
]


@pytest.mark.parametrize(("engine", "name"), CASES, ids=[" ".join(case) for case in CASES])
def test_no_option_vanishes(engine: str, name: str) -> None:
    """Its value, or the option, is in the spec, or a message says what became of it."""
    table = find_engine(engine).options.table
    flag = table.long[name]
    option = f"--{name}" if flag.alone else f"--{name}={MARK}"
    bare = read(f"{engine} run image.sif", "line")
    imported = read(f"{engine} run {option} image.sif", "line")
    added = "\n".join(set(imported.spec_text.splitlines()) - set(bare.spec_text.splitlines()))
    told = [d.message for d in imported.diagnostics]
    if flag.alone:
        assert added or told or option in NOTHING
    else:
        assert MARK in added or any(name in message or MARK in message for message in told)
    assert check(imported) == []


VALUED = [case for case in CASES if not find_engine(case[0]).options.table.long[case[1]].alone]


@pytest.mark.parametrize(("engine", "name"), VALUED, ids=[" ".join(case) for case in VALUED])
def test_no_option_with_a_variable_for_its_value_vanishes(engine: str, name: str) -> None:
    """Nothing is known of the value when the script is read."""
    bare = read(f"{engine} run image.sif", "line")
    imported = read(f'{engine} run --{name}="${{{MARK}}}" image.sif', "line")
    added = "\n".join(set(imported.spec_text.splitlines()) - set(bare.spec_text.splitlines()))
    told = [d.message for d in imported.diagnostics]
    assert MARK in added or any(name in message or MARK in message for message in told)
    assert check(imported) == []


@pytest.mark.parametrize(("other", "name"), ALIASES.items())
def test_other_spellings_are_the_option(other: str, name: str) -> None:
    tables = (
        [APPTAINER]
        if name == "cwd"
        else [t for t in (find_engine(e).options.table for e in BUILDERS) if name in t.long]
    )
    assert tables
    for table in tables:
        assert table.long[other] is table.long[name]
