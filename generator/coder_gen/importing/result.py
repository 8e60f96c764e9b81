"""What an import finds in the original: the runs of an engine, and how much it read of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from coder_gen.engines.base import Engine
from coder_gen.engines.names import NAMES
from coder_gen.expression import Text
from coder_gen.text.positions import Span

# What can be read, as `--from` says it; `detect` tells them apart by their content.
KINDS = (*NAMES, "script", "compose", "inspect", "devcontainer")
# Those that are command lines.
SCRIPTS = (*NAMES, "script")
# The codes of what a spec says in other words than the original, or not at all.
APPROXIMATIONS = frozenset(
    ["W501", "W534", "W535", "W536", "W537", "W538", "W539", "W540", "W541", "W542", "W543", "W544"]
)


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
    # None where the original is no command line.
    engine: Engine | None
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
    # The engine's program, as the original calls it.
    program: str = ""

    @property
    def command(self) -> str:
        """The command, for messages."""
        return f"{self.program} {self.verb}"
