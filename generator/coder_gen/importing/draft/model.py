"""The draft of a spec: made by the readers of originals, printed by the writers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.importing.result import Counts, Run
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.text.diagnostics import Diagnostic
from coder_gen.text.positions import Span


class Container(NamedTuple):
    """One container of the original: it becomes a mode. ``settings`` is by key of the spec."""

    mode: str
    settings: Mapping[str, KeyValue]
    span: Span
    description: str = ""


class Draft(NamedTuple):
    """The whole draft. The first container is the default mode."""

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
    top: Mapping[str, KeyValue] = {}
