"""The options that an engine's `--help` shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "help"
# pflag: `  -a, --attach list   Attach to …`, with the value's type after one blank.
_OPTION = re.compile(r"^ {2,6}(?:-(\w), )?--([a-z0-9][a-z0-9-]*)(?: (\S+))?(?: {2,}|$)", re.M)


class Shown(NamedTuple):
    """An option: its letter, and the type of its value, both empty where there is none."""

    letter: str
    kind: str


def shown(text: str) -> dict[str, Shown]:
    """By long name, what a help text shows."""
    return {name: Shown(letter, kind) for letter, name, kind in _OPTION.findall(text)}


def stored(name: str) -> dict[str, Shown]:
    """What a stored help text shows."""
    return shown((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def missing(found: dict[str, Shown], table: object) -> list[str]:
    """What a table of options says otherwise than a help text."""
    from coder_gen.options.flag_table import Table

    assert isinstance(table, Table)
    wrong = []
    for name, option in found.items():
        flag = table.long.get(name)
        if flag is None:
            wrong.append(f"--{name} is not in the table")
        elif flag.alone != (option.kind == ""):
            wrong.append(f"--{name} {'takes a value' if option.kind else 'stands alone'}")
        elif option.letter and table.short.get(option.letter) is not flag:
            wrong.append(f"-{option.letter} is not --{name}")
    return wrong
