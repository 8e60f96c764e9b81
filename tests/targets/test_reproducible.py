"""The same spec gives the same bytes: whoever runs it, wherever and however."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.generators.specs import Spec, specs

ELSEWHERE = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "HOME": "/nonexistent",
     "USER": "somebody", "DISPLAY": ":7", "COLUMNS": "40", "PYTHONUTF8": "0", "http_proxy": "x"},
)  # fmt: skip
_PROGRAM = """
import os, sys
os.umask(int(sys.argv[1], 8))
from coder_gen.cli import main
for command in (["script"], ["script", "--engine", "auto"], ["compose"], ["dockerfile"], ["schema"]):
    sys.stdout.flush()
    try:
        main([*command, "-q", *([] if command == ["schema"] else ["-f", sys.argv[2]])])
    except SystemExit as end:
        print(command, "ended with", end.code, flush=True)
"""


def _made(spec: Path, env: dict[str, str], umask: str, cwd: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, umask, os.path.relpath(spec, cwd)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@settings(
    max_examples=max(5, settings().max_examples // 100),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spec=specs())
def test_bytes_do_not_depend_on_who_makes_them(
    spec: Spec, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folders = [tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")]
    for folder in folders:
        (folder / "coder.json").write_text(spec.json)
    first = _made(folders[0] / "coder.json", ELSEWHERE[0], "022", folders[0])
    second = _made(folders[1] / "coder.json", ELSEWHERE[1], "077", Path("/"))
    assert first == second
    assert b"ended with" in first and b"every_mode() {" in first
