"""What an import gives: a spec, and where in the original each of its lines comes from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from coder_gen.diagnostics import Diagnostic
from coder_gen.expression import Text
from coder_gen.text.positions import Span

# What can be read, as `--from` says it; `detect` tells them apart by their content.
KINDS = ("docker", "podman", "apptainer", "script", "compose", "inspect", "devcontainer")


class Counts(NamedTuple):
    """How many settings of the original were read, and what became of them."""

    read: int = 0
    # Passed through under `engine_options`, because the spec language has no word for them.
    kept: int = 0
    # Said in other words that do not mean quite the same; a warning names each.
    approximated: int = 0


class Run(NamedTuple):
    """One command line of the original that starts a container, and the mode it became.

    ``words`` begin after the engine's verb. They are what --check compares.
    """

    mode: str
    engine: str
    words: tuple[Text, ...]
    span: Span
    verb: str = "run"
    # Words (by index) of a mount that the script only adds where the mount's source exists.
    optional: frozenset[int] = frozenset()
    # How the script passes on the user's display: `host` (`xhost +…`), `cookie` or not.
    x11: str = ""
    # Comments of the original by the 0-based line that they stand above or at the end of.
    comments: Mapping[int, str] = MappingProxyType({})
    # The spec's name, where a launcher of this tool's own tells it.
    environment: str = ""
    # Where the script opens the display.
    x11_at: Span | None = None
    # The file that it puts the display's cookie into.
    x11_file: str = ""


class Imported(NamedTuple):
    """A spec made from something else."""

    spec_text: str
    kind: str
    counts: Counts
    # What the user should know, each placed in the original; no errors: those are raised.
    diagnostics: tuple[Diagnostic, ...]
    # By 0-based line of the spec text.
    places: Mapping[int, Span]
    runs: tuple[Run, ...]

    def original(self, span: Span) -> Span:
        """The place in the original that a place in the spec text came from.

        A line that the import made up (``name:``) has the place of the first line that it read;
        a span of another text (a built-in layer) stays as it is.
        """
        if span.source.text != self.spec_text or not self.places:
            return span
        at = span.line
        while at >= 0 and at not in self.places:
            at -= 1
        return self.places[at if at >= 0 else min(self.places)]
