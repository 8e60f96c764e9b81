"""Hostile values in every place that takes a variable: what reaches a key is checked for its kind.

Each launch is a dry run of a real launcher. A value that the key does not take has to be refused in
one line; one that it takes leaves the command line with as many words as a good one; and nothing of
it ever runs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from coder_gen.expression import Parts
from coder_gen.language.load import Options, load
from coder_gen.language.values import Variable
from coder_gen.plan import plans
from coder_gen.targets.launcher.late_checks import late_checks
from coder_gen.text.diagnostics import Reporter
from tests import cli
from tests.attack.tally import Tally
from tests.targets.launcher.hostile import EXPRESSIONS, PLACES, VALUES, Place

ENGINES = ("docker", "podman", "apptainer", "auto")


class Launch(NamedTuple):
    """One start: where the variable stands, how it is written, for which engine, and its value."""

    place: Place
    expression: str
    engine: str
    value: str


def launches(places: Iterable[Place] = PLACES, each: int = len(VALUES)) -> Iterator[Launch]:
    """``each`` values in each place, with the expressions and the engines in turn."""
    for place in places:
        row = PLACES.index(place)
        for count in range(each):
            turn = row + count
            yield Launch(
                place,
                EXPRESSIONS[turn % len(EXPRESSIONS)],
                ENGINES[(row // len(EXPRESSIONS) + turn) % len(ENGINES)],
                VALUES[(row * each + count) % len(VALUES)],
            )


@lru_cache(maxsize=64)
def _script(row: int, expression: str, engine: str) -> str:
    place = PLACES[row]
    done = cli.run("script", "--engine", engine, "-q", "-f", "-", stdin=place.spec(expression))
    assert done.status == 0, (place, expression, done.stderr)
    return done.stdout


def _fits(launch: Launch) -> bool:
    """Whether every key takes what it gets, by the rules for literals."""
    if launch.expression == "${O:?needed}" and launch.value == "":
        return False
    project = load("a", launch.place.spec(launch.expression).encode(), Options(), _no_file)
    (plan, *_) = plans(project, Reporter()).values()
    env = {"N": launch.value, "O": launch.value}
    found = [
        (check.kind, _evaluated(check.text.parts, env, plan.variables))
        for check in late_checks(plan)
        # Only Apptainer's part of a launcher uses these.
        if launch.engine == "apptainer" or not check.key.startswith("apptainer.")
    ]
    if any(value is None for _, value in found):
        return False
    return all(kind.accepts(value or "") for kind, value in found)


def _no_file(*_: object) -> bytes:
    raise FileNotFoundError


def _evaluated(
    parts: Parts, env: Mapping[str, str], variables: Mapping[str, Variable]
) -> str | None:
    """The value as Compose's operators make it; None where one of them refuses it."""
    made = ""
    for part in parts:
        if isinstance(part, str):
            made += part
            continue
        value, other = env.get(part.name), _evaluated(part.operand, env, variables)
        missing = not value if part.operator.startswith(":") else value is None
        if part.operator.endswith("?") and missing:
            return None
        if part.operator.endswith("-"):
            piece = other if missing else value
        elif part.operator.endswith("+"):
            piece = "" if missing else other
        else:
            piece = value or ""
        if piece is None:
            return None
        made += piece
    return made


def run(launch: Launch, folder: Path) -> str | None:
    """What went wrong, or None; ``folder`` is empty, and has to be afterwards."""
    script = _script(PLACES.index(launch.place), launch.expression, launch.engine)
    # `auto` takes the first engine that is there: none is, so one is named.
    extra = ["--engine=podman"] if launch.engine == "auto" else []
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8",
           "XDG_RUNTIME_DIR": "", "N": launch.value, "O": launch.value}  # fmt: skip

    def start(more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-s", "--", "--dry-run", *extra],
            env={**env, **more}, input=script, cwd=folder, capture_output=True, encoding="utf-8", errors="surrogateescape",
            check=False, timeout=60,
        )  # fmt: skip

    done = start({})
    if left := os.listdir(folder):
        return f"left {left}"
    errors = done.stderr.splitlines()
    if any(": line " in line or "\x1b" in line for line in errors):
        return f"said {done.stderr!r}"
    if done.returncode not in (0, 2):
        return f"ended with {done.returncode}: {done.stderr!r}"
    fits = _fits(launch)
    if fits != (done.returncode == 0):
        return f"{'refused' if fits else 'taken'}: {done.stderr!r}"
    if done.returncode == 2:
        ends = [line for line in errors if " is not " in line]
        return None if len(ends) == 1 and done.stdout == "" else f"said {done.stderr!r}"
    good = start({"N": launch.place.good, "O": launch.place.good})
    if good.returncode != 0:
        return f"a good value was refused: {good.stderr!r}"
    if ": the home is in memory, " in done.stderr:
        return None  # a folder that is not there, which is said, and needs no option
    counts = [_words(each.stdout) for each in (done, good)]
    return None if counts[0] == counts[1] else f"words: {counts}: {done.stdout!r}"


def _words(line: str) -> str:
    """How many there are; limits come before the engine's, and would be set here."""
    line = line.removesuffix("\n").rpartition(" && ")[2]
    done = subprocess.run(
        ["bash", "-c", f"set -- {line}\necho $#"], capture_output=True, text=True, check=False
    )  # fmt: skip
    return done.stdout + done.stderr


def attack(folder: Path, each: int = len(VALUES)) -> Tally:
    """Every launch; ``each`` is how many values a place gets."""
    failures, tried = [], 0
    for launch in launches(each=each):
        tried += 1
        if (wrong := run(launch, folder)) is not None:
            failures.append(f"{launch}: {wrong}")
    return Tally(tried, failures)
