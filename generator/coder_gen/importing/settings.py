"""What the readers of originals hand to the writer: containers in the spec's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from coder_gen.diagnostics import Diagnostic
from coder_gen.importing.imported import Counts, Run
from coder_gen.source.text import Span

# Plain data: str (a literal, dollars and all), expression.Text (may hold variables, and has a
# place of its own), int, bool, None, and lists and dicts of these.
Data = Any


class Said(NamedTuple):
    """A key's value, its place in the original, and the comments that stood above it there."""

    value: Data
    span: Span
    comments: tuple[str, ...] = ()


class Container(NamedTuple):
    """One container of the original: it becomes a mode. ``settings`` is by key of the spec."""

    mode: str
    settings: Mapping[str, Said]
    span: Span
    description: str = ""


class Draft(NamedTuple):
    """All that was read. The first container is the default mode."""

    containers: tuple[Container, ...]
    runs: tuple[Run, ...]
    counts: Counts
    diagnostics: tuple[Diagnostic, ...] = ()
    # Keys of the top of the spec: name, description.
    name: str = ""
    description: str = ""
    # Declarations by name: default (Data), type, choices, help.
    variables: Mapping[str, Mapping[str, Data]] = {}
    # The comments at the top of the original.
    comments: tuple[str, ...] = ()
    # Comments at the end of a line, by the 0-based line of the original.
    notes: Mapping[int, str] = {}
    # More keys of the top, such as `build`.
    top: Mapping[str, Said] = {}
