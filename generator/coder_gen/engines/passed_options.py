"""The options that a spec passes on to an engine, split into pieces that can be removed alone.

They are read with the reader that ``import`` uses for whole command lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from coder_gen.engines.base import APPTAINER
from coder_gen.engines.registry import builders, engine
from coder_gen.expression import Text, literal
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import Setting, settle
from coder_gen.language.values import Apptainer, Mount
from coder_gen.options.argv import Option, parse_loosely
from coder_gen.options.flag_table import Flag, Table
from coder_gen.options.option_values import Data
from coder_gen.options.reader import CommandLine, OptionReading, read
from coder_gen.options.text_parts import reference
from coder_gen.options.validate import node_of
from coder_gen.plan import Plan, canonical
from coder_gen.plan.defaults import filled
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span

OPTIONS, SECTION = "engine_options", "apptainer"
# Apptainer's options apply to Apptainer alone. Only those that give access to more count here;
# those that restrict access do not restrict the other engines.
_OPENING = frozenset(["volumes", "cap_add", "environment", "env_file", "devices", "pid"])
# Options where one variable may hold several fields: its default decides which.
_OF_FIELDS = frozenset(
    ["bind", "device", "env", "home", "mount", "publish", "security-opt", "tmpfs", "volume"]
)

Settings = tuple[tuple[str, Any], ...]


class Piece(NamedTuple):
    """Words of one or several options that belong together, and their settings.

    ``at`` are the words' indexes. ``exact`` is False where they may mean more than the settings;
    without settings, the spec language cannot express them.
    """

    at: tuple[int, ...]
    words: tuple[Text, ...]
    names: tuple[str, ...]
    settings: Settings = ()
    exact: bool = False

    @property
    def is_read(self) -> bool:
        """Whether its meaning, or at least the access that it gives, is known."""
        return self.exact or bool(self.settings)


def of_engine(plan: Plan) -> list[Piece]:
    """The pieces of ``engine_options``."""
    words: tuple[Text, ...] = plan.value(OPTIONS) or ()
    return _pieces(words, *_of_builders(), plan) if words else []


def of_apptainer(plan: Plan) -> list[Piece]:
    """The pieces of Apptainer's ``options``, with only those settings that give access."""
    section = plan.value(SECTION)
    if not isinstance(section, Apptainer) or not section.options:
        return []
    line = engine(APPTAINER).options
    found = _pieces(section.options, [line], line.table, plan)
    return [
        piece._replace(settings=tuple(_of_host(each) for each in piece.settings if _opens(each)))
        for piece in found
    ]


def _opens(setting: tuple[str, Any]) -> bool:
    key, value = setting
    return key in _OPENING or (key == SECTION and value.home is not None)


def _of_host(setting: tuple[str, Any]) -> tuple[str, Any]:
    """The setting with the host's folder for the home as an ordinary mount."""
    key, value = setting
    return ("volumes", (home_of(value.home),)) if key == SECTION else setting


def home_of(home: Text) -> Mount:
    """The mount that Apptainer makes of the host's folder for the home."""
    return Mount("bind", home, home, home.span)


def _joined(tables: Sequence[Table]) -> Table:
    """The options of every table; a value is a list if one engine reads it as one."""
    long: dict[str, Flag] = {}
    for table in tables:
        for name, flag in table.long.items():
            if name not in long or flag.listed:
                long[name] = flag
    letters = {letter: flag.name for table in tables for letter, flag in table.short.items()}
    return Table(long, {letter: long[name] for letter, name in letters.items()})


@cache
def _of_builders() -> tuple[Sequence[CommandLine], Table]:
    """``engine_options`` may be for any of these engines: the options of all count."""
    lines = [each.options for each in builders()]
    return lines, _joined([line.table for line in lines])


def _pieces(
    words: Sequence[Text], lines: Sequence[CommandLine], table: Table, plan: Plan
) -> list[Piece]:
    """The words split into pieces that can be removed alone, in their order."""
    given, loose = words, parse_loosely(words, table)
    if loose.unread:
        # A variable's default may be an option.
        words = [filled(w, plan) if n in loose.unread else w for n, w in enumerate(words)]
        loose = parse_loosely(words, table)
    readings = list(read(loose.options, lines[0]))
    parts: list[tuple[set[int], list[OptionReading]]] = []
    # A cluster of letters is one word with several options; networks are several words together.
    by_word: dict[int, int] = {}
    for reading in readings:
        at = {option.at for option in reading.options}
        joined = next((by_word[each] for each in at if each in by_word), len(parts))
        if joined == len(parts):
            parts.append((set(), []))
        parts[joined][0].update(at)
        parts[joined][1].append(reading)
        by_word |= dict.fromkeys(at, joined)
    found = [_piece(at, mine, loose.ends, given, lines, plan) for at, mine in parts]
    found += [Piece((n,), (given[n],), ()) for n in loose.unread]
    return sorted(found, key=lambda piece: piece.at)


def _piece(
    starts: set[int], readings: list[OptionReading], ends: Mapping[int, int], words: Sequence[Text],
    lines: Sequence[CommandLine], plan: Plan,
) -> Piece:  # fmt: skip
    at = tuple(n for start in sorted(starts) for n in range(start, ends[start]))
    settings: list[tuple[str, Any]] = []
    exact = True
    for reading in readings:
        made, is_exact = _settings_of(reading, lines, plan)
        exact = exact and is_exact
        settings += made
    names = tuple(option.name for reading in readings for option in reading.options)
    return Piece(at, tuple(words[n] for n in at), names, tuple(settings), exact)


def _settings_of(
    reading: OptionReading, lines: Sequence[CommandLine], plan: Plan
) -> tuple[list[tuple[str, Any]], bool]:
    """The settings of a reading: as written, then with its variables' defaults, by the first
    engine that reads them; else those for the access that it gives, with exact as False."""
    given = reading.options
    span = given[0].span
    late = tuple(_late(option, plan) for option in given)
    hidden = given[0].name in _OF_FIELDS and reference(given[0].value) is not None
    for options in (late,) if hidden else (given, late):
        for line in lines:
            made = _made(_read_as(options, line), span)
            if made is not None:
                return made, True
    for line in lines:
        look = line.opens.get(late[0].name)
        made = None if look is None else _made(look(late[0].value), span)
        if made is not None:
            return made, False
    return [], False


def _read_as(options: Sequence[Option], line: CommandLine) -> list[tuple[str, Data]] | None:
    found: list[tuple[str, Data]] = []
    for reading in read(options, line):
        if reading.meaning is None:
            return None
        found += reading.meaning
    return found


def _late(option: Option, plan: Plan) -> Option:
    value = filled(option.value, plan)
    if value.is_literal and value.literal in ("true", "1", "t", "T", "TRUE", "True"):
        value = literal("true", value.span)
    return option._replace(value=value)


def _made(meaning: list[tuple[str, Data]] | None, span: Span) -> list[tuple[str, Any]] | None:
    """The canonical settings; None where the spec does not allow them."""
    if meaning is None:
        return None
    found = []
    for key, data in meaning:
        reporter = Reporter()
        try:
            value = KEYS[key].shape.parse(node_of(data, span), ParseContext(reporter, {}, OPTIONS))
        except ValueError:  # a text that is not an expression
            return None
        if value is None or reporter.failed:
            return None
        made = settle(Setting(value, span, OPTIONS))
        value = None if made is None else canonical(key, made)
        if value is not None:
            found.append((key, value))
    return found
