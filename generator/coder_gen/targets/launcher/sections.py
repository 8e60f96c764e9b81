"""The launcher's functions that set up a mode on an engine; no line is repeated.

Lines common to all engines and modes come first, then those of an engine in all its modes, those of
a mode on all engines, and the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.quoting.bash import Bash
from coder_gen.targets.launcher.lines import Line, section

# By engine and mode.
Lowered = Mapping[tuple[str, str], list[Line]]
Place = tuple[str | None, str | None]


class Sections:
    """The lines of every engine and mode, grouped by the engines and modes that share them."""

    def __init__(self, engines: tuple[Engine, ...], modes: list[str], lowered: Lowered) -> None:
        by_family = sorted(engines, key=lambda engine: engine.family, reverse=True)
        self._families = [
            _Family(family, [engine.name for engine in group], modes, lowered)
            for family, group in groupby(by_family, lambda engine: engine.family)
        ]

    def every_mode(self) -> list[Bash]:
        """The lines common to all modes, for the engine of the run."""
        return self._by_family([family.every_mode() for family in self._families])

    def mode(self, mode: str) -> list[Bash]:
        """The lines of this mode only."""
        return self._by_family([family.mode(mode) for family in self._families])

    def _by_family(self, blocks: list[list[Bash]]) -> list[Bash]:
        if len(blocks) == 1:
            return blocks[0]
        return _case(
            "${engine}",
            {family.pattern: block for family, block in zip(self._families, blocks, strict=True)},
        )


class _Family:
    """Engines that share a command line."""

    def __init__(self, family: str, engines: list[str], modes: list[str], lowered: Lowered) -> None:
        self.pattern = "*" if family == APPTAINER else " | ".join(engines)
        self._engines, self._modes = engines, modes
        keys = {
            (engine, mode): {line.key for line in lowered[engine, mode]}
            for engine in engines
            for mode in modes
        }
        self._in_all = set.intersection(*keys.values())
        self._in_engine = {e: set.intersection(*(keys[e, m] for m in modes)) for e in engines}
        self._in_mode = {m: set.intersection(*(keys[e, m] for e in engines)) for m in modes}
        self._placed = {
            (engine, mode): [
                (self._place_of(line, engine, mode), line) for line in lowered[engine, mode]
            ]
            for engine, mode in keys
        }
        self._common = self._at((None, None), engines[0], modes[0])
        self._done = {name for line in self._common for name in line.needed}

    def every_mode(self) -> list[Bash]:
        arms = {}
        if len(self._engines) > 1:
            for name in self._engines:
                arms[name] = self._arm(self._at((name, None), name, self._modes[0]))
        return [*section(self._common, set(), first_chunk=True), *_case("${engine}", arms)]

    def mode(self, mode: str) -> list[Bash]:
        first = self._engines[0]
        lines = self._at((None, mode), first, mode)
        if len(self._engines) == 1:
            return self._arm([*lines, *self._at((first, mode), first, mode)])
        arms = {e: self._arm(self._at((e, mode), e, mode)) for e in self._engines}
        return [*self._arm(lines), *_case("${engine}", arms)]

    def _arm(self, found: list[Line]) -> list[Bash]:
        return section(found, set(self._done), first_chunk=False)

    def _at(self, place: Place, engine: str, mode: str) -> list[Line]:
        return [line for its_place, line in self._placed[engine, mode] if its_place == place]

    def _place_of(self, line: Line, engine: str, mode: str) -> Place:
        key = line.key
        if key in self._in_all:
            return None, None
        if key in self._in_engine[engine]:
            return engine, None
        if key in self._in_mode[mode]:
            return None, mode
        return engine, mode


def _case(word: str, arms: Mapping[str, list[Bash]]) -> list[Bash]:
    """A case statement without the empty arms; nothing if all are empty."""
    lines = [
        line
        for pattern, body in arms.items()
        if body
        for line in (Bash(f"{pattern})"), *(Bash(f"\t{each}") for each in body), Bash("\t;;"))
    ]
    if not lines:
        return []
    if not arms.get("*"):
        lines.append(Bash("*) ;;"))
    return [Bash(f"case {word} in"), *lines, Bash("esac")]
