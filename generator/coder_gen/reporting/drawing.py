"""The drawing: host on the left, container on the right, one row for each thing that crosses.

Coordinates are in SVG user units, which are CSS pixels at full size. Text is set in a monospaced
font, so that its width is known without one.
"""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from coder_gen.reporting.crossings import BOTH, NO_RISK, Crossing

# The advance of a character in labels: 0.6 em in common monospaced fonts, rounded up.
_ADVANCE = 7.3
_ROW, _HEADING, _TOP, _PADDING = 26, 34, 40, 14


class Box(NamedTuple):
    """A rectangle with a class of the style sheet."""

    x: float
    y: float
    width: float
    height: float
    style: str


class Label(NamedTuple):
    """A line of text; ``full`` is the whole text if it was shortened."""

    x: float
    y: float
    text: str
    style: str
    anchor: str = "start"
    full: str = ""


class Arrow(NamedTuple):
    """A line with an arrow head at its end; with ``both``, also at its start."""

    x1: float
    x2: float
    y: float
    level: str
    both: bool

    @property
    def points(self) -> tuple[str, ...]:
        """The arrow heads, as lists of points."""
        y, right = (
            self.y,
            f"{self.x2},{self.y} {self.x2 - 8},{self.y - 5} {self.x2 - 8},{self.y + 5}",
        )
        if not self.both:
            return (right,)
        return (right, f"{self.x1},{y} {self.x1 + 8},{y - 5} {self.x1 + 8},{y + 5}")


class Drawing(NamedTuple):
    """All shapes, and the size of the drawing."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]
    arrows: tuple[Arrow, ...]


def wide(crossings: list[Crossing], container: str) -> Drawing:
    """Two boxes side by side."""
    width, gap = 1000.0, 130.0
    side = (width - gap) / 2
    fits = int((side - 2 * _PADDING) / _ADVANCE)
    labels = [
        Label(_PADDING, 25, "Host", "title"),
        _cut(Label(side + gap + _PADDING, 25, container, "title"), fits),
    ]
    arrows = []
    y = float(_TOP)
    for group, members in groupby(crossings, key=lambda crossing: crossing.group):
        labels.append(Label(_PADDING, y + 22, group, "group"))
        y += _HEADING
        for crossing in members:
            middle = y + _ROW / 2
            labels.append(
                _cut(Label(side - _PADDING, middle + 4, crossing.host, "label", "end"), fits)
            )
            labels.append(
                _cut(Label(side + gap + _PADDING, middle + 4, crossing.inside, "label"), fits)
            )
            if crossing.level != NO_RISK:
                style = f"risk {crossing.level}"
                labels.append(Label(side + gap / 2, middle - 5, crossing.level, style, "middle"))
            arrows.append(
                Arrow(side + 4, side + gap - 4, middle, crossing.level, crossing.way == BOTH)
            )
            y += _ROW
    y = _empty(crossings, labels, y)
    height = y + _PADDING
    boxes = (
        Box(1, 1, side - 1, height - 2, "host"),
        Box(side + gap, 1, side - 1, height - 2, "inside"),
    )
    return Drawing(width, height, boxes, tuple(labels), tuple(arrows))


def narrow(crossings: list[Crossing]) -> Drawing:
    """One column, for a telephone: each host label, with the container's label below it."""
    width, indent = 340.0, 44.0
    fits = int((width - indent - _PADDING) / _ADVANCE)
    labels = [Label(_PADDING, 25, "From host to container", "title")]
    arrows = []
    y = float(_TOP)
    for group, members in groupby(crossings, key=lambda crossing: crossing.group):
        labels.append(Label(_PADDING, y + 22, group, "group"))
        y += _HEADING
        for crossing in members:
            labels.append(_cut(Label(_PADDING, y + 16, crossing.host, "label"), fits))
            labels.append(_cut(Label(indent, y + 34, crossing.inside, "label"), fits))
            arrows.append(Arrow(_PADDING, indent - 6, y + 30, crossing.level, crossing.way == BOTH))
            y += 44
            if crossing.level != NO_RISK:
                labels.append(Label(indent, y + 6, crossing.level, f"risk {crossing.level}"))
                y += 18
    y = _empty(crossings, labels, y)
    height = y + _PADDING
    return Drawing(
        width, height, (Box(1, 1, width - 2, height - 2, "inside"),), tuple(labels), tuple(arrows)
    )


def _empty(crossings: list[Crossing], labels: list[Label], y: float) -> float:
    if crossings:
        return y
    labels.append(Label(_PADDING, y + 20, "Nothing crosses.", "label"))
    return y + _ROW


def _cut(label: Label, fits: int) -> Label:
    """The label; if it is too long, without its middle, because both ends of a path matter."""
    text = label.text
    if _cells(text) <= fits:
        return label
    head = _beginning(text, (fits - 1) // 2)
    tail = _beginning(text[::-1], fits - 1 - _cells(head))[::-1]
    return label._replace(text=f"{head}…{tail}", full=text)


def _beginning(text: str, fits: int) -> str:
    """The longest beginning of a text that fits."""
    width = 0
    for end, char in enumerate(text):
        width += _cells(char)
        if width > fits:
            return text[:end]
    return text


def _cells(text: str) -> int:
    """The columns of a text: two for an East Asian wide character, none for a combining one."""
    return sum(2 if east_asian_width(c) in "WF" else 0 if combining(c) else 1 for c in text)
