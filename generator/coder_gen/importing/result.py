"""The results of reading an original: the command lines that start containers, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from coder_gen.engines.base import Engine
from coder_gen.engines.names import NAMES
from coder_gen.expression import Text
from coder_gen.text.positions import Span

# The kinds of originals, as `--from` names them; `detect` finds the kind by the content.
KINDS = (*NAMES, "script", "compose", "inspect", "devcontainer")
# The kinds that are command lines.
SCRIPTS = (*NAMES, "script")
# The codes of settings that are imported only approximately, or not at all.
APPROXIMATIONS = frozenset(
    ["W501", "W534", "W535", "W536", "W537", "W538", "W539", "W540", "W541", "W542", "W543", "W544"]
)


class Counts(NamedTuple):
    """How many settings of the original were read, kept and approximated."""

    read: int = 0
    # Kept under `engine_options`, because the spec language has no key for them.
    kept: int = 0
    # Imported with an approximate meaning; a warning names each.
    approximated: int = 0


class Run(NamedTuple):
    """One command line of the original that starts a container, and the mode it became.

    ``words`` begin after the engine's verb. `--check` compares them.
    """

    mode: str
    # None if the original is not a command line.
    engine: Engine | None
    words: tuple[Text, ...]
    span: Span
    verb: str = "run"
    # Words (by index) of a mount that the script only adds where the mount's source exists.
    optional: frozenset[int] = frozenset()
    # How the script passes on the user's display: `host` (`xhost +…`), `cookie` or not.
    x11: str = ""
    # Comments of the original, by the 0-based line that they describe.
    comments: Mapping[int, str] = MappingProxyType({})
    # The spec's name, where this tool generated the original.
    environment: str = ""
    # The span of the command with which the script opens the display.
    x11_at: Span | None = None
    # The file in which the script puts the display's cookie.
    x11_file: str = ""
    # The engine's program, as the original names it.
    program: str = ""

    @property
    def command(self) -> str:
        """The command, for messages."""
        return f"{self.program} {self.verb}"
