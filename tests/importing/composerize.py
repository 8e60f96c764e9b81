"""What composerize makes of the corpus, and how that differs in meaning from the lines.

``python -m tests.importing.composerize FOLDER COMPOSE``, where FOLDER/node_modules has composerize
and COMPOSE is Compose v2, writes ``corpus/composerize.json``. The table in docs/composerize.md is
made from that file, and from the corpus: ``make docs`` needs neither.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from coder_gen.engines.names import DEFAULT
from coder_gen.engines.registry import engine as find_engine
from coder_gen.importing import read
from coder_gen.importing.command.checking import compare, words_of
from coder_gen.importing.command.meaning import Meaning, differences, meaning
from coder_gen.text.diagnostics import Problems
from tests.importing.corpus import CORPUS, LINES, Line
from tests.importing.plans import planned

FOUND = CORPUS.with_name("composerize.json")
# Of the command, and not of the container: Compose has no words for them.
_OF_THE_COMMAND = frozenset(
    [
        "rm",
        "detach",
        "attach",
        "sig-proxy",
        "detach-keys",
        "cidfile",
        "quiet",
        "disable-content-trust",
    ]
)
# What `--gpus` asks for anyway.
_USUAL = re.compile(r"capabilities=gpu | driver=nvidia")
_PROGRAM = """
const composerize = require('composerize');
const found = JSON.parse(require('fs').readFileSync(0, 'utf8')).map((line) => {
    try { return {text: composerize(line)}; } catch (error) { return {error: String(error.message)}; }
});
console.log(JSON.stringify(found));
"""


class Result(NamedTuple):
    """A line: why composerize's file is none, or what it means otherwise."""

    line: Line
    refused: str
    wrong: tuple[str, ...]


def main(folder: str, compose: str) -> None:
    """Run composerize over the corpus, and write down what it says."""
    package = Path(folder) / "node_modules" / "composerize" / "package.json"
    done = subprocess.run(
        ["node", "-e", _PROGRAM], input=json.dumps([line.text for line in LINES]), cwd=folder,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    made = dict(zip((line.text for line in LINES), json.loads(done.stdout), strict=True))
    for each in made.values():
        each["compose"] = _verdict(each["text"], compose) if "text" in each else ""
    found = {"version": json.loads(package.read_bytes())["version"], "made": made}
    FOUND.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _verdict(text: str, compose: str) -> str:
    """Why Compose does not read the file, once its placeholder of a name is replaced."""
    with tempfile.TemporaryDirectory() as name:
        for each in ("app.env", "labels"):
            (Path(name) / each).touch()
        file = Path(name) / "docker-compose.yml"
        file.write_text(text.replace("<your project name>", "corpus"), "utf-8")
        done = subprocess.run(
            [compose, "-f", str(file), "config", "--quiet"],
            env={"HOME": "/home/me", "PWD": "/srv"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.strip().replace(name, "") if done.returncode else ""


@cache
def recorded() -> dict[str, Any]:
    """What composerize said when it was last run."""
    value: dict[str, Any] = json.loads(FOUND.read_bytes())
    return value


@cache
def results() -> list[Result]:
    """Each line for Docker, judged. Raises KeyError for one that composerize was not run on."""
    return [_judged(line) for line in LINES if not line.text.startswith("podman")]


def _judged(line: Line) -> Result:
    made = recorded()["made"][line.text]
    if "error" in made:
        return Result(line, "throws", ())
    if made["compose"]:
        return Result(line, "Compose refuses it", ())
    try:
        imported = read(made["text"], "docker-compose.yml", "compose")
        _, plans = planned(imported.spec_text)
    except Problems:
        return Result(line, "the engine would refuse it", ())
    original = _container(meaning(read(line.text).runs[0].words, find_engine(DEFAULT)))
    now = _container(
        meaning(words_of(plans["service"], find_engine(DEFAULT)), find_engine(DEFAULT))
    )
    return Result(line, "", tuple(d.name for d in differences(original, now)))


def _container(found: Meaning) -> Meaning:
    """Facts about the container, in one of several ways of saying the same."""
    facts = {(n, _USUAL.sub("", v.replace(":-}", "}"))) for n, v in found.facts}
    command = tuple(word.replace(":-}", "}") for word in found.command)
    own = frozenset(fact for fact in facts if fact[0] not in _OF_THE_COMMAND)
    return Meaning(own, found.image, command)


def ours() -> tuple[int, int]:
    """How many lines our import reads with the same meaning, and how many options it keeps."""
    kept = 0
    for line in LINES:
        imported = read(line.text)
        _, plans = planned(imported.spec_text)
        assert not compare(imported.runs[0], plans["service"])
        kept += imported.counts.kept
    return len(LINES), kept


def rows() -> Iterator[tuple[str, str, str]]:
    """What composerize gets wrong: the option, in how many lines, and the first of them."""
    found: dict[str, list[Line]] = {}
    for result in results():
        for name in dict.fromkeys(result.wrong):
            found.setdefault(name, []).append(result.line)
    for name, lines in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        said = f"`--{name}`" if name not in ("image", "command") else f"the {name}"
        first = lines[0].text.replace("\n", " ").replace("|", "\\|")
        yield said, str(len(lines)), f"`` {first} ``"


if __name__ == "__main__":
    main(*sys.argv[1:])
