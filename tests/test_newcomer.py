"""What somebody types who has not read the documentation, and what answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import cli

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
    ],
)
def test_completion(typed: list[str], offered: str, tmp_path: Path) -> None:
    """Commands, options, their values; and files, which bash completes itself (`default`)."""
    done = subprocess.run(
        ["bash", "-c", _COMPLETED, "bash", *typed],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert offered in done.stdout.split(), done.stdout + done.stderr
