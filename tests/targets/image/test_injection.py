"""No text of a spec becomes an instruction: whatever stands where, the Dockerfile has the same ones."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import dockerfile as buildkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cli

SUM = "0" * 64
# Every place of `build` that takes free text or text of a kind.
BUILD: dict[str, Any] = {
    "base": "debian:12",
    "ca_certificates": ["a.crt"],
    "apt": {"packages": ["git"]},
    "pip": {"packages": ["a==1"], "requirements": "r.txt", "venv": "/opt/v"},
    "node": {"version": "1.2", "sha256": {"amd64": SUM}, "npm": {"version": "1.2", "sha256": SUM}},
    "npm": {"packages": ["a@1"], "registry": "https://h"},
    "code_server": {"version": "1.2", "from": "npm", "sha256": SUM},
    "downloads": [
        {"url": "https://h/{arch}", "sha256": SUM, "target": "/f", "mode": "0755"},
        {"url": "https://h/a", "sha256": {"arm64": SUM}, "target": "/d", "unpack": True},
    ],
    "files": ["a:/a", {"source": "b", "target": "/b", "owner": "root", "mode": "0644"}],
    "run": ["true"],
    "args": {"A": "b"},
    "secrets": {"token": {"file": "f", "target": "/t"}},
    "user": {"name": "u", "uid": "1000", "gid": "1000", "home": "/h", "shell": "/s", "sudo": True},
    "locale": "de_DE.UTF-8",
    "environment": {"E": "v"},
    "working_dir": "/w",
    "expose": ["80"],
    "labels": {"l": "v"},
    "entrypoint": ["e"],
    "command": ["c"],
    "setup": {
        "one": {
            "description": "d",
            "creates": "~/c",
            "unless": "true",
            "download": {"url": "https://h/s-{arch}", "sha256": SUM, "target": "~/t"},
            "run": ["true"],
            "lines": [{"file": "~/f", "lines": ["l"]}],
            "git": {"user.name": "n"},
            "extensions": ["x.vsix"],
        }
    },
}
NASTY = st.sampled_from(
    [
        "\n", "\nRUN evil", " ", "\\", "\\\n", "'", '"', "`id`", "$$(id)", "$$", ";", "&&", "#", "\t",
        "\r\n", "<<EOF", "${X:-a}", "${USER}", "${UID}\nRUN evil", "--mount=type=bind", "[", "]", ",", "\x01",
    ]
)  # fmt: skip
TEXT = st.lists(
    st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0$"), max_size=5)),
    min_size=1, max_size=4,
).map("".join)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in _places(item, (*path, key))]
    if isinstance(value, list):
        return [p for number, item in enumerate(value) for p in _places(item, (*path, number))]
    return [path] if isinstance(value, str) else []


PLACES = _places(BUILD)


def _with(path: tuple[Any, ...], text: str, after: bool) -> dict[str, Any]:
    build = copy.deepcopy(BUILD)
    at: Any = build
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = at[path[-1]] + text if after else text
    return build


def _made(target: str, build: dict[str, Any], folder: Path) -> str | None:
    """The output; None where the spec is refused."""
    (folder / "coder.yaml").write_text(json.dumps({"image": "i", "name": "i", "build": build}))
    done = cli.run(target, "-f", str(folder / "coder.yaml"))
    assert done.status in (0, 2), done.stderr
    assert done.status == 0 or (done.stdout == "" and "error[E" in done.stderr)
    return done.stdout if done.status == 0 else None


def _instructions(text: str) -> list[str]:
    """What the file says, but for arguments, which variables add."""
    return [c.cmd.upper() for c in buildkit.parse_string(text) if c.cmd.upper() != "ARG"]


with tempfile.TemporaryDirectory() as _folder:
    _plain = _made("dockerfile", BUILD, Path(_folder))
assert _plain is not None
INSTRUCTIONS = _instructions(_plain)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), TEXT, st.booleans())
def test_text_stays_text_in_a_dockerfile(path: tuple[Any, ...], text: str, after: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _made("dockerfile", _with(path, text, after), Path(folder))
    if made is None:
        return
    assert _instructions(made) == INSTRUCTIONS
    # Each step of ours is one command that bash reads.
    for command in buildkit.parse_string(made):
        if command.cmd.upper() == "RUN" and not command.json and path[0] != "run":
            done = subprocess.run(
                ["bash", "-n", "-c", command.value[0]], capture_output=True, check=False
            )
            assert done.returncode == 0, (command.value, done.stderr)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(PLACES), TEXT, st.booleans(), st.sampled_from(["build-script", "setup-script"])
)
def test_text_stays_text_in_a_script(
    path: tuple[Any, ...], text: str, after: bool, target: str
) -> None:
    _check_script(path, text, after, target)


@pytest.mark.parametrize("target", ["build-script", "setup-script"])
@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_an_expression_is_computed_where_a_statement_may_stand(
    path: tuple[Any, ...], target: str
) -> None:
    _check_script(path, "${X:-a}", False, target)


def _check_script(path: tuple[Any, ...], text: str, after: bool, target: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _made(target, _with(path, text, after), Path(folder))
        if made is None:
            return
        script = Path(folder) / "it.sh"
        script.write_text(made, encoding="utf-8", newline="")
        env = {"PATH": "/usr/bin:/bin", "HOME": folder, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["bash", str(script), "--dry-run"],
            env=env,
            capture_output=True,
            check=False,
            cwd=folder,
        )
        # What the key does not take is refused by name.
        refused = re.fullmatch(rb"it\.sh: [^\n]* is not [^\n]*\n", done.stderr)
        assert done.returncode == (2 if refused else 0), done.stderr
        # Nothing but what a dry run says: no command of the spec's was run, no syntax went wrong.
        assert not re.search(rb": line \d+:|not found", done.stderr), done.stderr
        assert sorted(p.name for p in Path(folder).iterdir()) == ["coder.yaml", "it.sh"]
