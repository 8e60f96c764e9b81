"""The survivors that are known, each with its reason: ``survivors.md``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).with_name("survivors.md")
# - `IDENTITY` PLACE AND CHANGE — REASON
_ENTRY = re.compile(r"^- `(?P<identity>[0-9a-f]{10})` (?P<what>.+) — (?P<reason>.+)$")


class Survivors(NamedTuple):
    """Reasons by identity: of mutants that mean the same as the code, and of the others."""

    equivalent: dict[str, str]
    accepted: dict[str, str]


def known(text: str | None = None) -> Survivors:
    """Read the page. Raises ValueError for a line that looks like an entry and is none."""
    found = Survivors({}, {})
    section = found.accepted
    for line in (PAGE.read_text("utf-8") if text is None else text).splitlines():
        if line.startswith("## "):
            section = found.equivalent if line == "## Equivalent" else found.accepted
        elif line.startswith("- "):
            entry = _ENTRY.match(line)
            if entry is None or entry["identity"] in {*found.equivalent, *found.accepted}:
                raise ValueError(f"not an entry: {line}")
            section[entry["identity"]] = entry["reason"]
    return found
