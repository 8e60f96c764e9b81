"""Every command on every broken host: a message, an exit status that says whose fault it is, and
files as they were."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from coder_gen.cli import COMMANDS
from tests import cli
from tests.robustness.hosts import HOSTS, LIMIT, Host, listing, run_on

_SPEC = """\
name: lab
image: debian:12
build: {base: "debian:12", setup: {prompt: {lines: [{file: ~/.bashrc, lines: [a]}]}}}
outputs: {new/run.sh: script, compose.yml: compose}
"""
_LAUNCHER = "docker run --rm -p 80:80 debian:12 bash\n"

# How each command is called so that it has something to do.
CALLS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in COMMANDS},
    "import": ("import", "launcher.sh", "--check"),
    "diff": ("diff", "coder.yaml", "other.yaml"),
    "lint": ("lint", "launcher.sh", "other.yaml"),
    "doctor": ("doctor", "--timeout", "20", "--only", "mounts"),
    "completion": ("completion", "bash"),
    "exec": ("--exec", "--dry-run", "--no-preflight"),
    "--help": ("--help",),
    "--version": ("--version",),
    "script --help": ("script", "--help"),
    "script -o": ("script", "-o", "run.sh"),
    "script -f -": ("script", "-f", "-"),
    "audit json": ("audit", "--format", "json"),
    "audit sarif": ("audit", "--format", "sarif", "-o", "audit.sarif"),
    "a fault": ("script", "--mode", "nobody"),
    "bad usage": ("script", "--nonsense"),
}
# What a sound host makes of them, where it is not 0: a check that finds something, bad input.
_FOUND = {"check": 1, "diff": 1, "lint": 1, "a fault": 2, "bad usage": 2, "script -f -": 2}
_SOUND = Host("sound", lambda: None)


def _folder(path: Path, call: str) -> Path:
    path.mkdir()
    if call != "init":
        (path / "coder.yaml").write_text(_SPEC)
    (path / "other.yaml").write_text(_SPEC.replace("image: debian:12", "image: debian:13"))
    (path / "launcher.sh").write_text(_LAUNCHER)
    return path


def _is_told(stderr: str) -> None:
    assert "Traceback" not in stderr, stderr
    assert "fault of coder-gen" not in stderr, stderr
    assert "Exception ignored" not in stderr, stderr


_E301 = "error[E301]: cannot write to standard output"


@pytest.mark.parametrize("call", CALLS)
def test_every_command_meets_every_host(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = CALLS[call]
    if call != "exec":  # which would become the launcher
        # Once here, so that its modules are in memory: the user of a closed folder may not be able
        # to read them, where Python is in the home of another.
        monkeypatch.chdir(_folder(tmp_path / "warm", call))
        cli.run(*arguments)
    for number, host in enumerate((_SOUND, *HOSTS)):
        folder = _folder(tmp_path / str(number), call)
        before = listing(folder)
        ran = run_on(host, folder, *arguments)
        os.chmod(folder, 0o700)
        if host is _SOUND:
            sound = ran
            assert sound.status == _FOUND.get(call, 0), sound
            continue
        where = f"{host.name}: {ran.status} {ran.stderr}"
        _is_told(where)
        if call == "exec" and ran.status == -signal.SIGPIPE:
            continue  # it became the launcher
        assert ran.status in (0, sound.status, 2, 3), where
        if host.no_output and sound.stdout:
            assert ran.status in (2, 3), where
            # The launcher, which `exec` becomes, has words of its own.
            words = "standard output cannot be written" if call == "exec" else _E301
            assert host.silent or words in ran.stderr
        if ran.status in (2, 3):
            assert ran.stderr or host.silent, where
            # Nothing half made, and nothing besides.
            assert listing(folder) == before, where


# Commands that read what is named, and those that write there.
_READING = {
    **{name: (name, "-f") for name in ("script", "compose", "env", "explain", "report", "doctor")},
    "write": ("write",),
    "check": ("check",),
    "lint": ("lint",),
    "import": ("import",),
    "audit": ("audit", "-f"),
    "audit json": ("audit", "--format", "json", "-f"),
    "audit sarif": ("audit", "--format", "sarif", "-f"),
    "audit --fix": ("audit", "--fix", "-f"),
    "audit --script": ("audit", "--script"),
    "audit --compose": ("audit", "--compose"),
    "diff": ("diff", "coder.yaml"),
    "exec": ("--exec", "--dry-run", "-f"),
}
_WRITING = (
    "script",
    "compose",
    "env",
    "audit",
    "explain",
    "report",
    "import launcher.sh",
    "doctor --only ports",
)
_BAD_NAMES = {
    "no UTF-8": os.fsdecode(b"\xff.yaml"),
    "line break": "a\nb\x1b[31m.yaml",
    "too long": "a" * 300 + ".yaml",
    "path too long": "./" * 3000 + "a.yaml",
    "below a file": "other.yaml/a.yaml",
    "link in a circle": "circle",
    "a folder": "folder",
    "a socket": "socket",
    "nothing": "",
}


def _bad_names(folder: Path) -> None:
    (folder / "circle").symlink_to("circle")
    (folder / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))


@pytest.mark.parametrize("name", _BAD_NAMES)
@pytest.mark.parametrize("there", [False, True], ids=["missing", "there"])
def test_a_name_is_any_bytes(
    name: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command is told a strange name, of a file that is there or not."""
    folder = _folder(tmp_path / "x", "")
    monkeypatch.chdir(folder)
    _bad_names(folder)
    path = _BAD_NAMES[name]
    if there:
        try:
            Path(path).write_text(_SPEC)
        except OSError:
            pytest.skip("no such file can be")
    for call, arguments in _READING.items():
        if call == "exec" and there:
            continue
        ran = cli.run(*arguments, path)
        _is_told(ran.stderr)
        assert "\x1b" not in ran.stderr, call
        assert ran.status in ((0, 1, 2, 3) if there else (2, 3)), (call, ran)
        assert ran.status in (0, 1) or ran.stderr or call == "doctor", call
    for call in _WRITING:
        ran = cli.run(*call.split(), "-o", path)
        _is_told(ran.stderr)
        assert "\x1b" not in ran.stderr, call
        assert ran.status in (0, 2, 3), (call, ran)
        assert ran.status == 0 or ran.stderr.count("\n") <= 4, ran


def test_a_report_with_such_a_name_is_still_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = os.fsdecode(b"\xff.yaml")
    Path(name).write_text(_SPEC)
    for arguments in (
        ("audit", "--format", "json"), ("audit", "--format", "sarif"), ("explain", "--format", "json"),
    ):  # fmt: skip
        ran = cli.run(*arguments, "-f", name)
        assert ran.status == 0
        said = unquote(str(json.loads(ran.stdout)))
        assert "\N{REPLACEMENT CHARACTER}.yaml" in said and said.isprintable()


def _process(folder: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m coder_gen {command}'],
        cwd=folder,
        capture_output=True,
        timeout=LIMIT,
    )


def test_a_value_that_is_no_utf_8_is_not_changed_into_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in .env, and not on the command line of the launcher that is started."""
    monkeypatch.chdir(tmp_path)
    Path("coder.yaml").write_text("image: a\nvariables: {X: ''}\nhostname: '${X:-y}'\n")
    monkeypatch.setenv("X", os.fsdecode(b"a\xff"))
    ran = cli.run("env")
    assert (
        ran.status == 3
        and "error[E303]: the value of X holds bytes that are not UTF-8" in ran.stderr
    )
    os.mkdir(b"\xff")
    monkeypatch.chdir(os.fsdecode(b"\xff"))
    Path("coder.yaml").write_text(
        "image: a\nvolumes: [{type: bind, source: ./data, target: /d}, {type: bind, source: '${PWD}', target: /p}]\n"
    )
    done = _process(Path.cwd(), "--exec --dry-run")
    here = os.fsencode(tmp_path) + b"/\xff"
    ran_by_bash = subprocess.run(
        ["bash", "-c", b"set -- " + done.stdout.strip() + b'; printf "%s\\n" "$@"'],
        capture_output=True,
    ).stdout
    assert done.returncode == 0 and b"source=" + here + b"/data," in ran_by_bash, done
    assert b"source=" + here + b"," in ran_by_bash


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("--help >/dev/full", 3), ("--version >/dev/full", 3), ("completion bash >/dev/full", 3),
        ("script >&-", 3), ("--help >&-", 3), ("script -f - <&-", 2), ("script 2>&-", 0),
        ("write <&- >&- 2>&-", 0), ("script --mode x 2>/dev/full", 2), ("init 2>/dev/full", 2),
        ("lint launcher.sh 2>/dev/full", 1), ("schema >/dev/full 2>&1", 3),
        ("--help | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}", 0),
        ("schema | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}", 0),
    ],
)  # fmt: skip
def test_real_processes_end_so_too(command: str, status: int, tmp_path: Path) -> None:
    """With an interpreter that starts and ends: it has complaints of its own."""
    folder = _folder(tmp_path / "x", "")
    done = _process(folder, command)
    _is_told(done.stderr.decode())
    assert done.returncode == status, done


def test_nothing_is_written_into_a_stream_that_was_closed(tmp_path: Path) -> None:
    """A file that is opened would get the closed stream's number, and messages meant for it."""
    folder = _folder(tmp_path / "x", "")
    (folder / "coder.yaml").write_text(_SPEC + "publish_all: true\n")
    sound = _process(folder, "write")
    assert sound.returncode == 0 and b"warning[" in sound.stderr
    before = listing(folder)
    for name in ("new/run.sh", "compose.yml"):
        (folder / name).unlink()
    assert _process(folder, "write <&- >&- 2>&-").returncode == 0
    assert listing(folder) == before
