"""What somebody types who has not read the documentation, and what answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cli

_COMPLETED = """\
eval "$(coder-gen completion bash)"
# What bash provides while it completes.
compopt() { printf '%s ' "$@"; }
COMP_WORDS=(coder-gen "$@")
COMP_CWORD=$#
_coder_gen_completion coder-gen
printf '%s ' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("memory", "mem_limit"), ("publish", "ports"), ("env", "environment"), ("mount", "volumes"),
     ("cap-add", "cap_add"), ("add-host", "extra_hosts"), ("volume", "volumes")],
)  # fmt: skip
def test_a_word_of_docker_run_is_understood(typed: str, meant: str) -> None:
    """The key is Compose's word; who knows the option instead is told."""
    done = cli.run("script", "--set", f"{typed}=1")
    assert done.status == 2
    assert f"did you mean `{meant}`?" in done.stderr


def test_exec_is_called_so() -> None:
    """The usage line shows what was typed."""
    assert cli.run("--exec", "--help").stdout.startswith("Usage: coder-gen --exec [")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["scr"], "script"),
        (["script", "--engine", "p"], "podman"),
        (["script", "--prof"], "--profile"),
        (["--ex"], "--exec"),
        (["script", "-f", ""], "default"),
        (["check", ""], "default"),
        (["script", "--mode", "j"], "jupyter"),
        (["script", "--mode", "gpu", "--profile", ""], "gpu"),
        (["script", "--profile", "h"], "hardened"),
        (["script", "--set", "mem_l"], "mem_limit="),
        (["script", "--var", ""], "EDITION="),
        (["--exec", "-f", "broken.yaml", "--profile", ""], "hardened"),
    ],
)
def test_completion(typed: list[str], offered: str, tmp_path: Path) -> None:
    """Commands, options, their values, names of the spec that is here; and files, which bash
    completes itself (`default`)."""
    (tmp_path / "coder.yaml").write_text(
        "image: a\nvariables: {EDITION: small}\nmodes: {jupyter: {}}\nprofiles: {gpu: {}}\n"
    )
    (tmp_path / "broken.yaml").write_text("imagee: a\n")
    done = subprocess.run(
        ["bash", "-c", _COMPLETED, "bash", *typed],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert offered in done.stdout.split(), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("script --shell --mode service", "--shell and --mode service exclude each other"),
        ("check -o report.txt", "-o has no meaning here"),
        ("lint -o report.txt", "-o has no meaning here"),
        ("--exec -o run.sh", "-o has no meaning here"),
        ("write -f a.yaml b.yaml", "-f and a spec as an argument exclude each other"),
        ("lint -f a.yaml run.sh", "-f and a file as an argument exclude each other"),
    ],
)
def test_what_an_option_cannot_do_is_said(typed: str, answer: str) -> None:
    done = cli.run(*typed.split())
    assert (done.status, done.stdout) == (2, "")
    assert answer in done.stderr


def test_version_may_stand_after_a_command() -> None:
    assert cli.run("script", "--version").stdout == cli.run("--version").stdout != ""


def test_explain_writes_to_a_file(tmp_path: Path) -> None:
    assert cli.run("explain", "-o", str(tmp_path / "a.txt")).stdout == ""
    assert (tmp_path / "a.txt").read_text() == cli.run("explain").stdout


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        (["script"], "coder.yaml", "image: app:1\n"),
        (["compose", "-f", "./other.yaml"], "other.yaml", "image: app:1\n"),
        (["audit", "--fix"], "coder.yaml", "image: app:1\n"),
        (["import", "run.sh"], "run.sh", "docker run app:1\n"),
    ],
)
def test_what_is_read_is_not_replaced(
    command: list[str], name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text, encoding="utf-8")
    Path("link").symlink_to(name)
    for output in (name, "link", str(tmp_path / name)):
        done = cli.run(*command, "-o", output)
        assert done.status == 2 and "name another file" in done.stderr
    assert Path(name).read_text(encoding="utf-8") == text
    assert cli.run(*command, "-o", "new").status == 0
