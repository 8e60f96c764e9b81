"""Command lines of the kind that READMEs and issue trackers show, one a line in lines.txt."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent / "lines.txt"


class Line(NamedTuple):
    """A command line, and what the import has to say about it, sorted: `kept --gpus`, `W523`."""

    number: int
    text: str
    said: list[str]


def _lines() -> list[Line]:
    """The corpus. `#: ` above a line says what the import tells of it; `+ ` goes on in a new line."""
    found: list[Line] = []
    said: list[str] = []
    for number, text in enumerate(CORPUS.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("#: "):
            said += text[3:].split(", ")
        elif text.startswith("+ "):
            found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{text[2:]}")
        elif text and not text.startswith("#"):
            found.append(Line(number, text, sorted(said)))
            said = []
    return found


LINES = _lines()
