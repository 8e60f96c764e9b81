"""Text of a spec in a Dockerfile, read by real builders: Docker's own, BuildKit, and Podman."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e import building, engine_hosts
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.engines import Docker

NASTY = (
    "plain", "two words", "  blanks  ", "tab\there", "$HOME", "${HOME}", "${HOME:-x}", "$$", "$",
    "`id`", "$(id)", "it's", '"quoted"', "both ' and \"", "\\", "a\\", "\\\\", "\\n", "\\$HOME",
    "C:\\temp\\new", "#no comment", "a # b", "a=b", "[\"x\"]", "<<EOF", "<<'EOF'", "-x", "--flag=1",
    "*", "?", "[a]", "{a,b}", "~", "!", "%s", "é ü 日本 🎉 👩\u200d💻 ⚠\ufe0f", "",
    "ends with a backslash \\", "x" * 2000,
)  # fmt: skip
# What only an exec form can say: it is JSON.
BREAKS = (
    "\u200b\u202e",
    "\x01\x1b[31m\x7f",
    "\u3164\U000e0041",
    "two\nlines",
    "\n",
    "a\n\n  b\n",
    "tab\t\nend\\",
    '\'\n"$x"\n',
    "cr\r\nlf",
)
FILES = (
    "plain.txt",
    "two words.txt",
    "it's.txt",
    'a"b.txt',
    "$HOME.txt",
    "a]{b}.txt",
    "#x",
    "-x",
    "é.txt",
)

BUILD = {
    "base": building.BASE,
    "init": "none",
    "environment": {f"V{n}": text.replace("$", "$$") for n, text in enumerate(NASTY)},
    "labels": {f"l{n}": text.replace("$", "$$") for n, text in enumerate(NASTY)},
    "files": [
        {"source": f"in/{n}".replace("$", "$$"), "target": f"/in/{n}".replace("$", "$$")}
        for n in FILES
    ],
    "run": [
        "printf '%s\\n' \"$$WORD\" > /said",
        "if [[ -n $$WORD ]]; then\n  # a comment\n  cat <<'END' >> /said\n$$V1 \"it's\" \\\nEND\nfi\n",
    ],
    "args": {"WORD": 'it\'s $$HOME "x" \\'},
    "working_dir": '/it\'s $$HOME "here"',
    "user": {"home": "/home/my $$home"},
    "entrypoint": ["/bin/sh", "-c", 'printf "%s\\0" "$$@"', "sh"],
    "command": [text.replace("$", "$$") for text in (*NASTY, *BREAKS)],
}


def _lay_out(folder: Path) -> None:
    (folder / "in").mkdir()
    for name in FILES:
        (folder / "in" / name).write_text(f"{name}\n")
    spec = {
        "name": "nasty",
        "description": 'It\'s "nasty": $$HOME `id` \\',
        "image": "nasty:1",
        "build": BUILD,
        "outputs": {"Dockerfile": "dockerfile", "build.sh": "build-script"},
    }
    building.write(folder, json.dumps(spec))


def _check(
    config: dict[str, object], said: str, copied: str, output: str, line_end: str = "\r\n"
) -> None:
    """``line_end`` is what the caller's way of reading makes of CR LF."""
    environment = dict(entry.split("=", 1) for entry in config["Env"])  # type: ignore[attr-defined]
    assert [environment[f"V{n}"] for n in range(len(NASTY))] == list(NASTY)
    labels = config["Labels"]
    assert [labels[f"l{n}"] for n in range(len(NASTY))] == list(NASTY)  # type: ignore[index]
    assert config["Cmd"] == [*NASTY, *BREAKS]
    assert config["WorkingDir"] == '/it\'s $HOME "here"'
    assert environment["HOME"] == "/home/my $home"
    assert said == 'it\'s $HOME "x" \\\n$V1 "it\'s" \\\n'
    assert sorted(copied.splitlines()) == sorted(FILES)
    assert output.split("\0")[:-1] == [*NASTY, *BREAKS[:-1], BREAKS[-1].replace("\r\n", line_end)]


CONTENT = ("--entrypoint", "/bin/sh", "nasty:1", "-c")


@pytest.mark.parametrize("kit", ["0", "1"], ids=["docker", "buildkit"])
def test_docker(docker_daemon: Docker, public_folder: Path, kit: str) -> None:
    building.import_base(docker_daemon)
    _lay_out(public_folder)
    done = building.build(public_folder, docker_daemon.environment(DOCKER_BUILDKIT=kit))
    assert done.returncode == 0, done.stdout + done.stderr

    def inside(*words: str) -> str:
        return docker_daemon.run("run", "--rm", *words).stdout

    _check(
        docker_daemon.inspect("nasty:1")["Config"],
        inside(*CONTENT, "cat /said"),
        inside(*CONTENT, "cd /in && cat -- * "),
        inside("nasty:1"),
    )
    owner = inside(*CONTENT, 'id -u; stat -c %u "$HOME" .')
    assert owner.split() == ["1000", "1000", "1000"]
    docker_daemon.output("image", "rm", "nasty:1")


def test_podman(hosts: dict[str, EngineHost], public_folder: Path) -> None:
    podman = hosts["podman"]
    engine_hosts.load(podman, building.BASE, building.base_archive(), ())
    _lay_out(public_folder)
    script = public_folder / "build.sh"
    done = podman.run(script, "--engine", "podman", "--", "--layers=false", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr

    def inside(*words: str) -> str:
        return podman.output("podman", "run", "--rm", *words)

    (found,) = json.loads(podman.output("podman", "image", "inspect", "nasty:1"))
    _check(
        found["Config"],
        inside(*CONTENT, "cat /said"),
        inside(*CONTENT, "cd /in && cat -- *"),
        inside("nasty:1"),
        line_end="\n",
    )
