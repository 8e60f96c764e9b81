"""Variables of a launcher: what is right is passed on as it is, what is wrong is one line."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import cli

SPEC = """
image: debian:12
variables:
  PORT: {type: port, default: 7860}
  COUNT: {type: int, default: -5}
  WANTED: {type: bool, default: false}
  DATA: {type: path, default: /srv}
  NOTE: {type: string, default: "it's"}
  SIZE: {type: choice, choices: [small, very large, "*"], default: small}
  OWNER: {type: string, help: Whose it is.}
command: ["${PORT}", "${COUNT}", "${WANTED}", "${DATA}", "${NOTE}", "${SIZE}", "${OWNER}"]
"""
DEFAULTS = {
    "PORT": "7860",
    "COUNT": "-5",
    "WANTED": "false",
    "DATA": "/srv",
    "NOTE": "it's",
    "SIZE": "small",
    "OWNER": "pat",
}


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher of the spec."""
    folder = tmp_path_factory.mktemp("variables")
    (folder / "coder.yaml").write_text(SPEC, encoding="utf-8")
    argv = [sys.executable, "-m", "coder_gen", "script", "-o", "run.sh"]
    subprocess.run(argv, cwd=folder, check=True)
    return folder / "run.sh"


def dry_run(script: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The launcher's command line, or its complaint."""
    return subprocess.run(
        [script, "--dry-run"],
        cwd=script.parent,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **env},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {name: "" for name in DEFAULTS if name != "OWNER"},
        {"PORT": "65535", "COUNT": "0", "WANTED": "true", "DATA": "/a b/$(id)", "SIZE": "*"},
        {"NOTE": '$(id) `id` "; \\ \n\t%s', "SIZE": "very large", "OWNER": "--rm"},
    ],
    ids=["defaults", "empty", "typed", "text"],
)
def test_right_values(given: dict[str, str], script: Path) -> None:
    """Each arrives as one word; empty means the default."""
    done = dry_run(script, **{"OWNER": "pat", **given})
    assert (done.returncode, done.stderr) == (0, "")
    shell = ["/bin/bash", "-c", f"docker() {{ printf '%s\\0' \"$@\"; }}; {done.stdout}"]
    words = subprocess.run(shell, check=True, capture_output=True, encoding="utf-8").stdout
    expected = [given.get(name) or value for name, value in DEFAULTS.items()]
    assert words.split("\0")[:-1][-len(expected) :] == expected


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "08080", "is not a port: a number from 1 to 65535; for example: PORT=8080 "),
        ("PORT", "a[$(touch pwned)]", "is not a port: "),
        ("PORT", " 80", "is not a port: "),
        ("COUNT", "08", "is not an integer below 2^63; for example: COUNT=4 "),
        ("COUNT", "a[$(touch pwned)]", "is not an integer below 2^63; "),
        ("COUNT", "9" * 20, "is not an integer below 2^63; "),
        ("WANTED", "yes", "is not true or false; for example: WANTED=true "),
        (
            "DATA",
            "relative",
            "is not an absolute path: it has to begin with /; for example: DATA=/data ",
        ),
        ("SIZE", "very", "is not one of small, very large, *"),
    ],
)
def test_wrong_value(name: str, value: str, said: str, script: Path) -> None:
    """Nothing is printed but what is wrong with it, and nothing in it is run."""
    done = dry_run(script, **{"OWNER": "pat", name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"run.sh: {name}={value} {said}")
    assert not (script.parent / "pwned").exists()


@pytest.mark.parametrize(
    ("name", "engine", "refused"),
    [
        # What a module sets, what the script's own part does, a local variable, an array.
        ("mode", "docker", True), ("modes", "docker", True), ("value_7", "docker", True),
        ("left_over", "docker", True), ("silent", "docker", True),
        ("left_over", "apptainer", False), ("sif", "apptainer", True), ("sif", "docker", False),
        # A word of comments and messages.
        ("container", "docker", False), ("DISPLAY", "docker", False), ("MODE", "docker", False),
    ],
)  # fmt: skip
def test_a_name_that_the_script_sets_is_refused(name: str, engine: str, refused: bool) -> None:
    """A container would not get it as the host has it."""
    spec = f"image: a:1\nvariables: {{{name}: {{default: x}}}}\nenvironment: {{A: '${{{name}}}'}}\n"
    done = cli.run("script", "--engine", engine, "-f", "-", stdin=spec)
    assert ("error[E019]" in done.stderr, done.status) == (refused, 2 if refused else 0)


def test_missing_value(script: Path) -> None:
    """A variable without a default says what it is for."""
    done = dry_run(script)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("run.sh: OWNER is not set: Whose it is; for example: ")


@pytest.mark.parametrize("mode", [0o755, 0o644])
def test_how_to_call_it_again(mode: int, script: Path, tmp_path: Path) -> None:
    """What is proposed can be pasted, whatever the file is called and however it was called."""
    folder = tmp_path / "it's $(touch pwned)"
    folder.mkdir()
    moved = folder / "start me.sh"
    moved.write_bytes(script.read_bytes())
    moved.chmod(mode)
    env = {"PATH": "/usr/bin:/bin", "OWNER": "pat"}
    for called in (moved, Path(moved.name)):
        shown = subprocess.run(
            ["bash", called],
            cwd=folder,
            env={**env, "PORT": "none"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        ).stderr
        words = shown.rpartition("for example: ")[2]
        again = ["bash", "-c", f"{words.rstrip()} --dry-run"]
        done = subprocess.run(again, cwd=folder, env=env, check=True, capture_output=True)
        assert shlex.split(done.stdout.decode())[-7] == "8080"
        assert not (folder / "pwned").exists()


def test_how_to_call_exec_again(script: Path) -> None:
    """`coder-gen --exec` proposes itself, with the spec and the mode that it was given."""
    spec = str(script.parent / "coder.yaml")
    options = ["--exec", "-f", spec, "--shell", "--engine", "podman"]
    done = subprocess.run(
        [sys.executable, "-m", "coder_gen", *options],
        env={"PATH": "/usr/bin:/bin", "OWNER": "pat", "PORT": "none"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    again = f"PORT=8080 coder-gen --exec --engine podman -f {spec} --mode shell"
    assert done.stderr.endswith(f"; for example: {again}\n")
