"""No text from a spec, a launcher, a file's name or the command line acts upon a terminal.

Every command, in every format for people, with and without colour, on both streams; what goes to
standard output as an artifact is escaped by its own language.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import pty
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from coder_gen.cli import COMMANDS, coder_gen
from coder_gen.text.printing import Printed
from coder_gen.text.styles import COLORS
from tests import golden, pages
from tests.cli import Ran, run, run_with_stdout
from tests.generators.texts import unseen_in

# An operating system command that writes the clipboard, colours, a bell, the 8-bit forms, what
# overwrites a line, what turns it round, what has no width, what ends a line for some.
HOSTILE = (
    "\x1b]52;c;ZXZpbA==\a\x1b[45mX\x9b2J\x9d0;t\x9c\x7f\ry\u202e\u2066z\u200b\ufeff\u2028\u3164w"
)
# The same where a name may hold no equals sign and no line break, and a path no colon.
NAME = HOSTILE.replace("=", "").replace(";", "").replace("\r", "")
# The colours of our own, in which HOSTILE has none.
_OURS = re.compile(r"\x1b\[(?:0|1|2|3[1-6]|1;3[13])m")
COLOURS = ("--color=never", "--color=always")
GLUE = "\u200d\ufe0e\ufe0f"


def assert_clean(ran: Ran, colour: str = "--color=never") -> None:
    """Nothing but text, lines and tabs; and our own colours where they were asked for."""
    for stream in (ran.stdout, ran.stderr):
        text = _OURS.sub("", stream) if colour == "--color=always" else stream
        assert unseen_in(text, but="\n\t" + GLUE) == [], ascii(text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec whose texts are all hostile, and launchers that are."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "coder.yaml": json.dumps(SPEC),
        "other.yaml": json.dumps({**SPEC, "working_dir": "/x" + HOSTILE, "privileged": True}),
        "image.yaml": json.dumps(IMAGE),
        "docker-compose.yml": json.dumps(COMPOSE),
        "inspect.json": json.dumps(INSPECT),
        "devcontainer.json": json.dumps({"name": HOSTILE, "image": "i:1", "containerEnv": {"A": HOSTILE}}),
        "launch.sh": SCRIPT,
        # As people write it: comments are kept by import.
        "noted.yml": "# top \u202e\u200b\nservices:\n  a:\n    image: i:1  # \u2066 after\n    user: 'x\u200bx'\n",
        "wrong.yaml": json.dumps({"image": HOSTILE, HOSTILE: HOSTILE, "ports": [HOSTILE]}),
        "broken.yaml": f"image: [a  # \u202e {'x' * 90} \u2066\n",
        f"odd{HOSTILE}.yaml": json.dumps({"image": "i:1", "wrong": 1}),
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path / f"home{HOSTILE}"))
    monkeypatch.setenv("DISPLAY", ":9" + HOSTILE)
    monkeypatch.setenv("TOKEN", HOSTILE)
    return tmp_path


SPEC: dict[str, Any] = {
    "name": "hostile",
    "description": "d" + HOSTILE,
    "image": "demo:1",
    "variables": {
        "A": {"default": "a" + HOSTILE, "help": "h" + HOSTILE},
        "B": {"help": "needed " + HOSTILE},
    },
    "environment": {"V": "v" + HOSTILE, "N": "${A}", "C": "${Q:?set it" + HOSTILE + "}"},
    "labels": {"l" + NAME: HOSTILE},
    "volumes": [
        f"/src{HOSTILE}:/t{HOSTILE}",
        {"type": "bind", "source": f"/opt{HOSTILE}", "target": "/o", "optional": True},
    ],
    "devices": [{"source": "/dev/x" + HOSTILE, "target": "/dev/y"}],
    "engine_options": ["--opt" + HOSTILE, "-v", f"/:/h{HOSTILE}"],
    "security_opt": ["seccomp=" + HOSTILE],
    "working_dir": "/w" + HOSTILE,
    "command": ["sh", "-c", HOSTILE],
    "x11": "host",
    "ipc": "host",
    "ports": ["80:80"],
    "cap_add": ["SYS_ADMIN"],
    "secrets": {"s": {"file": "./s" + HOSTILE}},
    "accept": {"host-ipc": {"reason": "because" + HOSTILE, "until": "2099-01-01"}},
    "modes": {"m": {"description": "mode" + HOSTILE, "hostname": "h"}},
    "profiles": {"p": {"labels": {"p": HOSTILE}}},
    "outputs": {"run.sh": "script", "docker-compose.yml": "compose"},
}
IMAGE: dict[str, Any] = {
    "name": "image",
    "description": "d" + HOSTILE,
    "image": "demo:1",
    "build": {
        "base": "debian:12",
        "apt": ["git"],
        "run": ["echo " + HOSTILE],
        "entrypoint": ["e" + HOSTILE],
        "command": ["c" + HOSTILE],
        "files": [{"source": "f" + HOSTILE.replace("\r", "").replace("[", ""), "target": "/f"}],
        "secrets": {"s": {"file": "./s" + HOSTILE}},
        "setup": {
            "first": {"description": HOSTILE, "run": ["echo " + HOSTILE], "creates": "~/c" + HOSTILE},
            "second": {"lines": [{"file": "~/.bashrc", "lines": ["l" + HOSTILE.replace("\r", "")]}]},
        },
    },
    "outputs": {"Dockerfile": "dockerfile", "build.sh": "build-script", "convert.sh": "convert-script"},
}  # fmt: skip
COMPOSE: dict[str, Any] = {
    "services": {
        "a": {
            "image": "i:1",
            "privileged": True,
            "environment": {"E": HOSTILE.replace("$", "$$")},
            "labels": {"l" + NAME: HOSTILE},
            "volumes": [f"/:/host{HOSTILE}"],
            "command": ["x" + HOSTILE],
        }
    }
}
INSPECT: list[Any] = [
    {
        "Id": "0" * 64,
        "Name": "/named",
        "Config": {"Image": "i:1", "Env": ["E=" + HOSTILE], "Labels": {"l": HOSTILE}, "Cmd": [HOSTILE]},
        "HostConfig": {"Binds": [f"/:/h{HOSTILE}"], "Privileged": True, "NetworkMode": "host"},
        "Mounts": [],
    }
]  # fmt: skip
SCRIPT = f"""\
#!/bin/bash
# about {HOSTILE.replace(chr(0x0D), "")}
echo '{HOSTILE}'
docker run --rm --privileged -v '/:/h{HOSTILE}' -e 'E={HOSTILE}' --label 'l={HOSTILE}' i:1 'x{HOSTILE}'
"""
# Each command with every format for people, and some ways to get it wrong.
LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "script": ((), ("--engine", "podman"), ("--engine", "apptainer"), ("--mode", HOSTILE),
               ("--set", HOSTILE), ("--set", f"hostname={HOSTILE}"), ("--var", HOSTILE), ("-f", HOSTILE),
               ("-f", "wrong.yaml"), ("-f", "broken.yaml"), ("-f", f"odd{HOSTILE}.yaml"),
               ("--profile", HOSTILE), ("--" + HOSTILE,), ("--engine", HOSTILE), ("-o", f"/{HOSTILE}/x")),
    "compose": ((), ("--min-version", "2"), ("--min-version", HOSTILE)),
    "dockerfile": (("-f", "image.yaml"),),
    "build-script": (("-f", "image.yaml"),),
    "convert-script": (("-f", "image.yaml"),),
    "setup-script": (("-f", "image.yaml"),),
    "env": ((), ("--example",)),
    "write": ((), ("--force",), ("--force", "image.yaml"), (HOSTILE,)),
    "check": ((), ("image.yaml",)),
    "import": (("docker-compose.yml",), ("noted.yml",), ("launch.sh",), ("inspect.json",), ("devcontainer.json",),
               ("launch.sh", "--check"), ("launch.sh", "--portable"), ("docker-compose.yml", "--service", HOSTILE),
               ("--", "docker", "run", "-v", f"/:/h{HOSTILE}", f"--{HOSTILE}", "i:1"), (HOSTILE,)),
    "audit": ((), ("--format", "markdown"), ("--format", "json"), ("--format", "sarif"), ("--fix",), ("--rules",),
              ("--script", "launch.sh"), ("--compose", "docker-compose.yml"), ("--mode", HOSTILE),
              ("--script", "launch.sh", "--format", "markdown"), ("--today", HOSTILE)),
    "explain": ((), ("--format", "json"), ("A", "--label"), (HOSTILE,), ("--why-not", HOSTILE, HOSTILE),
                ("--engine", "apptainer")),
    "diff": (("other.yaml",), ("other.yaml", "--format", "markdown"), ("other.yaml", "--format", "json"),
             ("docker-compose.yml",), ("launch.sh",), ("coder.yaml", "inspect.json"),
             ("--to-profile", HOSTILE), ("--to-set", f"hostname={HOSTILE}"), (HOSTILE,)),
    "report": ((), ("--format", "mermaid")),
    "lint": (("launch.sh",), ("docker-compose.yml",), ("wrong.yaml",), (f"odd{HOSTILE}.yaml",), (HOSTILE,),
             ("launch.sh", "--format", "json"), ("coder.yaml",)),
    "doctor": (("--timeout", "1"), ("--timeout", "1", "--format", "json"), ("--list",), ("--only", HOSTILE),
               ("--timeout", "1", "--engine", "apptainer")),
    "init": ((), (HOSTILE,)),
    "schema": ((),),
    "targets": ((), ("labels",), (HOSTILE,), ("--format", "json")),
    "completion": (("bash",), (HOSTILE,)),
    HOSTILE: ((),),
    "--exec": (("--dry-run", "--mode", HOSTILE),),
}  # fmt: skip


_REFUSED = ("wrong.yaml", "broken.yaml", "init")


def _lines() -> Iterator[tuple[str, ...]]:
    for command, lines in LINES.items():
        yield from ((command, *line) for line in lines)


@pytest.mark.parametrize("words", [*_lines()], ids=lambda words: ascii(" ".join(words))[:60])
def test_nothing_acts_upon_a_terminal(words: tuple[str, ...], folder: Path) -> None:
    for colour in COLOURS:
        ran = run(colour, *words)
        assert_clean(ran, colour)
        # Text that was never shown proves nothing.
        if words != ("write",) and not any(HOSTILE in word or word in _REFUSED for word in words):
            assert ran.status != 2, ran.stderr


def test_files_that_differ_are_shown_without_what_acts_upon_a_terminal(folder: Path) -> None:
    assert run("write", "--force").status == 0
    script = folder / "run.sh"
    script.write_text(
        script.read_text("utf-8").replace("set -euo", f"# {HOSTILE}\nset -euo"), "utf-8"
    )
    for colour in COLOURS:
        ran = run("check", colour)
        assert ran.status == 1 and "]52;c;" in ran.stdout
        assert_clean(ran, colour)


def test_what_completion_offers_is_plain(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "coder.yaml").write_text(
        json.dumps({"image": "i", "profiles": {"p" + HOSTILE: {}, "q": {}}})
    )
    monkeypatch.setenv("_CODER_GEN_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "coder-gen script --profile ")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert_clean(run())


def test_every_command_and_every_format_is_tried() -> None:
    assert set(LINES) == {*COMMANDS, HOSTILE, "--exec"}
    context = click.Context(coder_gen)
    for name in COMMANDS:
        command = coder_gen.get_command(context, name)
        assert command is not None
        tried = {word for line in LINES[name] for word in line}
        for option in command.params:
            if option.name in ("style", "form") and isinstance(option.type, click.Choice):
                assert set(option.type.choices) - {option.default} <= tried, name


def _on_a_terminal(*words: str) -> Ran:
    """Run with standard output on a terminal; ``stdout`` is what it was sent."""
    master, slave = pty.openpty()
    sent: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # how Linux ends the reading of a terminal
            while piece := os.read(master, 4096):
                sent.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with open(slave, "w", encoding="utf-8") as out:
            ran = run_with_stdout(out, *words)
    finally:
        reader.join()
        os.close(master)
    return ran._replace(stdout=b"".join(sent).decode())


def _formats() -> Iterator[tuple[str, ...]]:
    """Every command that knows -o, with each of its formats and what else it may print."""
    context = click.Context(coder_gen)
    for name in COMMANDS:
        command = coder_gen.get_command(context, name)
        assert command is not None
        if not any(option.name == "output" for option in command.params):
            continue
        yield (name, *_NEEDS.get(name, ()))
        for option in command.params:
            if option.name in ("style", "form") and isinstance(option.type, click.Choice):
                for choice in option.type.choices:
                    yield (name, *_NEEDS.get(name, ()), "--format", choice)
            elif isinstance(option, click.Option) and option.is_flag and option.opts[-1] in _PRINTS:
                yield (name, *_NEEDS.get(name, ()), option.opts[-1])


_NEEDS = {
    "import": ("launch.sh",),
    "diff": ("--to-set", "privileged=true"),
    "dockerfile": ("-f", "image.yaml"),
    "build-script": ("-f", "image.yaml"),
    "convert-script": ("-f", "image.yaml"),
    "setup-script": ("-f", "image.yaml"),
    "doctor": ("--timeout", "1", "--only", "mounts"),
}
_PLAIN = {
    "image": "demo:1",
    "privileged": True,
    "volumes": [{"type": "bind", "source": "/not/there", "target": "/x", "optional": True}],
    "outputs": {"run.sh": "script"},
}
# Flags with which a command prints something else.
_PRINTS = frozenset(["--list", "--rules", "--fix", "--example", "--check"])


@pytest.mark.parametrize("words", [*_formats()], ids=" ".join)
def test_a_file_is_the_same_wherever_the_command_ran(
    words: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Colour, width and signs are a terminal's: with -o FILE it makes no difference that there is one."""
    (folder / "coder.yaml").write_text(json.dumps(_PLAIN))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "47")
    written = []
    for locale, start in (("C.UTF-8", run), ("C.UTF-8", _on_a_terminal), ("C", _on_a_terminal)):
        monkeypatch.setenv("LC_ALL", locale)
        ran = start(*words, "-o", "out")
        if ran.status == 2:
            # What prints no file says so, and does not print elsewhere.
            assert re.search("-o has no meaning here", ran.stderr), ran.stderr
            assert not ran.stdout and not (folder / "out").exists()
            return
        assert ran.stdout == ""
        written.append((folder / "out").read_bytes())
        (folder / "out").unlink()
    assert written[0] == written[1] == written[2]
    assert b"\x1b" not in written[0]


# Every text of every golden spec, one at a time; its targets, and what people read about it.
_TRIED = (
    ("script",), ("script", "--engine", "apptainer"), ("compose",), ("env", "--example"), ("explain",),
    ("audit",), ("audit", "--format", "markdown"), ("report",), ("report", "--format", "mermaid"),
)  # fmt: skip
_OF_IMAGES = (("dockerfile",), ("build-script",), ("convert-script",), ("setup-script",))


def _hostile_specs() -> dict[str, Any]:
    """Specs by the path of the text that is hostile in them; one for each kind of path."""
    found: dict[str, Any] = {}
    for case in golden.cases():
        spec = case.folder / "coder.yaml"
        try:
            tree = yaml.safe_load(spec.read_text("utf-8")) if spec.exists() else {}
        except yaml.YAMLError:
            continue  # merge tags
        for path, made in _changed(tree):
            found.setdefault(path, made)
    return found


def _changed(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The tree with one of its texts, or of the names in it, made hostile."""
    if isinstance(tree, dict):
        names = ["variables", "environment", "labels", "modes", "profiles"]
        for key, value in tree.items():
            below = path.split("/")[-1] in names
            place = f"{path}/{'*' if below else key}"
            yield from ((where, {**tree, key: made}) for where, made in _changed(value, place))
            yield (
                f"{place} (name)",
                {(f"{key}{HOSTILE}" if k == key else k): v for k, v in tree.items()},
            )
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            changed = _changed(value, f"{path}/0")
            yield from ((where, [*tree[:at], made, *tree[at + 1 :]]) for where, made in changed)
    elif isinstance(tree, str):
        yield path, tree + HOSTILE


SPECS = _hostile_specs()


@pytest.mark.parametrize("path", SPECS)
def test_no_text_of_a_spec_acts_upon_a_terminal(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coder.yaml").write_text(json.dumps(SPECS[path], default=str))
    for words in (_OF_IMAGES if "/build" in path else ()) + _TRIED:
        ran = run(*words)
        assert_clean(ran)
        if ran.status == 2 and words[0] not in ("dockerfile", "env", "setup-script"):
            break  # refused: the others say the same


def test_only_two_modules_write_to_the_streams() -> None:
    """The choke point is one: a command that prints by itself would have to remember to clean."""
    package = pages.ROOT / "generator" / "coder_gen"
    writers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in ("echo", "secho", "buffer"))
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "files.write_stdout")
        or (isinstance(node, ast.ImportFrom) and node.module == "coder_gen.host.files"
            and any(name.name == "write_stdout" for name in node.names))
        or (isinstance(node, ast.Name) and node.id == "print")
    }  # fmt: skip
    assert writers == {
        "commands/common/messages.py",
        "commands/common/compiling.py",
        "host/files.py",
    }


def test_printed_text_is_made_in_one_module() -> None:
    package = pages.ROOT / "generator" / "coder_gen"
    makers = {
        path.name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(Printed.__name__)
    }
    assert makers == {"printing.py"}


def test_colours_are_in_one_table() -> None:
    """A parameter of SGR in another module would be a second table."""
    package = pages.ROOT / "generator" / "coder_gen"
    tables = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in {*COLORS.values()} - {"", "1", "2"}
    }
    assert tables == {"text/styles.py"}


def test_one_module_looks_at_the_terminal() -> None:
    """For text: whether it has colours, how wide it is; bars of progress ask by themselves."""
    package = pages.ROOT / "generator" / "coder_gen"
    lookers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and node.value == "NO_COLOR")
        or (isinstance(node, ast.alias) and node.name == "get_terminal_size")
        or (isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.stdout.isatty")
    }
    assert lookers == {"commands/common/messages.py"}
