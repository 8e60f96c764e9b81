"""``coder-gen env``: what the Compose file needs to know of this host, a line for each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coder_gen.targets.compose.compose import needs
from tests.audit.compiled import compiled
from tests.cli import run

SPEC = """\
name: ide
image: app:1
variables:
  TOKEN: {help: the token of the site}
  BARE: {}
  FOLDER: {default: '/srv'}
  FREE: {type: port, default: auto}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TOKEN", "BARE", "FOLDER", "FREE"):
        monkeypatch.delenv(name, raising=False)


def lines(more: str, **variables: str) -> dict[str, str]:
    """The lines of .env by name; of a variable without a value, the comment."""
    text = SPEC + more
    Path("coder.yaml").write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        ran = run("env")
    assert ran.status == 0, ran.stderr
    found = [line.lstrip("# ").partition("=") for line in ran.stdout.splitlines()[1:]]
    assert len({name for name, _, _ in found}) == len(found), ran.stdout
    # A variable that Compose asks for is there, whether it has a value or not.
    project, plans = compiled(text)
    asked = {need.name for need in needs(project, plans) if need.kind != "source"}
    assert asked <= {name for name, _, _ in found}
    return {name: value for name, _, value in found}


def test_what_compose_needs_besides_the_spec() -> None:
    found = lines("user: host\n")
    assert found["COMPOSE_PROJECT_NAME"] == f"'ide-{os.getuid()}'"
    assert (found["UID"], found["GID"]) == (f"'{os.getuid()}'", f"'{os.getgid()}'")


@pytest.mark.parametrize(
    ("more", "name", "unset", "value"),
    [
        ("environment: {A: $TOKEN}", "TOKEN", "  (the token of the site)", 'say "x" $y'),
        ("environment: {A: $BARE}", "BARE", "  (has no default)", "a b"),
        ("environment: {A: $FOLDER}", "FOLDER", None, "/here"),
    ],
)
def test_a_value_that_is_set_now_stays_set(
    more: str, name: str, unset: str | None, value: str
) -> None:
    """One that is not set, and has no default, is left for the user to fill in."""
    assert lines(more).get(name) == unset
    assert lines(more, **{name: value})[name] == f"'{value}'"
    # An empty value is none.
    assert lines(more, **{name: ""}).get(name) == unset


def test_a_port_that_is_chosen_is_the_same_each_time() -> None:
    more = "ports: ['127.0.0.1:$FREE:80']\n"
    chosen = lines(more)["FREE"]
    assert chosen == lines(more)["FREE"] and 1024 < int(chosen.strip("'")) < 65536
    assert lines(more, FREE="4711")["FREE"] == "'4711'"


def test_an_optional_mount_whose_source_is_missing_shows_nothing(tmp_path: Path) -> None:
    """/dev/null, where nobody looks: at the mount's own target it would be in the way."""
    mount = f"{{type: bind, source: '{tmp_path}/$USER', target: /n, optional: true}}"
    more = f"volumes: [{mount}]\n"
    found = lines(more, USER="pat")
    assert found["MOUNT_N"] == "'/dev/null'"
    assert found["MOUNT_N_AT"] == "'/run/coder-gen-absent/MOUNT_N'"
    (tmp_path / "pat").mkdir()
    found = lines(more, USER="pat")
    assert found["MOUNT_N"] == f"'{tmp_path}/pat'" and found["MOUNT_N_AT"] == "'/n'"


def test_a_default_that_compose_cannot_nest_is_made_here() -> None:
    text = "environment: {A: '${OTHER:-${FOLDER}/t}'}\n"
    found = lines(text)
    (value,) = (value for name, value in found.items() if name.startswith("VALUE_"))
    assert value == "'/srv/t'"
    found = lines(text, FOLDER="/else")
    (value,) = (value for name, value in found.items() if name.startswith("VALUE_"))
    assert value == "'/else/t'"
