"""Engine options as the keys that they stand for, so that the rules see them too; and the way back.

A spec may pass words on to an engine as they are, under ``engine_options`` and under ``options`` of
``apptainer``. The reader that ``import`` uses for whole command lines says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from coder_gen.audit.settled import filled
from coder_gen.diagnostics import Reporter
from coder_gen.expression import Text, literal
from coder_gen.options.arguments import Option, parse_loosely
from coder_gen.options.data import Data
from coder_gen.options.flags import APPTAINER, EITHER, Table
from coder_gen.options.loose import opened
from coder_gen.options.pieces import reference
from coder_gen.options.reader import Reading, read
from coder_gen.options.shaping import node_of
from coder_gen.plan import Plan, canonical
from coder_gen.source.text import Span
from coder_gen.spec.container import KEYS
from coder_gen.spec.context import Context
from coder_gen.spec.shapes import Setting, settle
from coder_gen.values import Apptainer, Mount

OPTIONS, SECTION = "engine_options", "apptainer"
# What Apptainer's options say of these, they say of Apptainer alone. They open what the others
# leave closed; what closes there would close nothing elsewhere.
_OPENING = frozenset(["volumes", "cap_add", "environment", "env_file", "devices", "pid"])
# Where one variable may hold several fields, its default says which.
_OF_FIELDS = frozenset(
    ["bind", "device", "env", "home", "mount", "publish", "security-opt", "tmpfs", "volume"]
)

Settings = tuple[tuple[str, Any], ...]


class Piece(NamedTuple):
    """Words of one or several options that cannot be parted, and the settings that they make.

    ``at`` are the words' indexes. ``exact`` is False where they may mean more than the settings;
    without any, the spec has no word for them.
    """

    at: tuple[int, ...]
    words: tuple[Text, ...]
    names: tuple[str, ...]
    settings: Settings = ()
    exact: bool = False


def unfolded(plan: Plan) -> Plan:
    """The plan with whatever options open under the keys that they stand for, and there no more."""
    pieces = _of_engine(plan)
    settings = _laid(dict(plan.settings), pieces)
    _left(settings, OPTIONS, tuple(w for p in pieces if not _is_read(p) for w in p.words))
    section = plan.value(SECTION)
    if isinstance(section, Apptainer) and (section.options or section.home):
        pieces = _of_apptainer(plan)
        _laid(settings, pieces)
        if section.home is not None:
            at_home = ("volumes", (_home(section.home),))
            _laid(settings, [Piece((), (section.home,), (), (at_home,))])
        left = tuple(w for p in pieces if not _is_read(p) for w in p.words)
        settings[SECTION] = settings[SECTION]._replace(
            value=section._replace(home=None, options=left)
        )
    return plan._replace(settings=settings)


def spelled_out(plan: Plan) -> Plan:
    """The plan with what ``engine_options`` mean, where the spec has words for just that."""
    pieces = _of_engine(plan)
    settings = _laid(dict(plan.settings), [piece for piece in pieces if piece.exact])
    _left(settings, OPTIONS, tuple(w for p in pieces if not p.exact for w in p.words))
    return plan._replace(settings=settings)


def unread(plan: Plan) -> list[Piece]:
    """What is passed on, and stands for no key: of either kind of engine."""
    pieces = [*_of_engine(plan), *_of_apptainer(plan)]
    return [piece for piece in pieces if not _is_read(piece)]


def folded(plan: Plan, after: Plan) -> Plan:
    """A change of the unfolded plan as a change of the plan: options at fault go, others stay."""
    settings = dict(after.settings)
    _restore(settings, plan, OPTIONS)
    _restore(settings, plan, SECTION)
    kept: list[Piece] = []
    pieces = _of_engine(plan)
    for piece in pieces:
        if not piece.settings or all(_holds(after, *said) for said in piece.settings):
            kept.append(piece)
    if len(kept) < len(pieces):
        _left(settings, OPTIONS, tuple(word for piece in kept for word in piece.words))
    _take_back(settings, plan, after, kept)
    if isinstance(plan.value(SECTION), Apptainer):
        _fold_section(settings, plan, after)
    return after._replace(settings=settings)


def _is_read(piece: Piece) -> bool:
    return piece.exact or bool(piece.settings)


def _left(settings: dict[str, Setting], key: str, words: tuple[Text, ...]) -> None:
    if key in settings:
        settings[key] = settings[key]._replace(value=words)
        if not words:
            del settings[key]


def _restore(settings: dict[str, Setting], plan: Plan, key: str) -> None:
    settings.pop(key, None)
    if key in plan.settings:
        settings[key] = plan.settings[key]


# From words to settings.


def _of_engine(plan: Plan) -> list[Piece]:
    words: tuple[Text, ...] = plan.value(OPTIONS) or ()
    return _pieces(words, EITHER, ("docker", "podman"), plan) if words else []


def _of_apptainer(plan: Plan) -> list[Piece]:
    section = plan.value(SECTION)
    if not isinstance(section, Apptainer) or not section.options:
        return []
    found = _pieces(section.options, APPTAINER, ("apptainer",), plan)
    return [
        piece._replace(settings=tuple(_of_host(said) for said in piece.settings if _opens(said)))
        for piece in found
    ]


def _opens(said: tuple[str, Any]) -> bool:
    key, value = said
    return key in _OPENING or (key == SECTION and value.home is not None)


def _of_host(said: tuple[str, Any]) -> tuple[str, Any]:
    """The folder that is the home is a mount like any other."""
    key, value = said
    return ("volumes", (_home(value.home),)) if key == SECTION else said


def _home(home: Text) -> Mount:
    return Mount("bind", home, home, home.span)


def _pieces(
    words: Sequence[Text], table: Table, engines: tuple[str, ...], plan: Plan
) -> list[Piece]:
    """The words parted into what can stand or go by itself, in their order."""
    given, loose = words, parse_loosely(words, table)
    if loose.unread:
        # A variable's default may be the option.
        words = [filled(w, plan) if n in loose.unread else w for n, w in enumerate(words)]
        loose = parse_loosely(words, table)
    readings = list(read(loose.options, engines[0]))
    parts: list[tuple[set[int], list[Reading]]] = []
    # A cluster of letters is one word of several options, a network several words of one meaning.
    by_word: dict[int, int] = {}
    for reading in readings:
        at = {option.at for option in reading.options}
        joined = next((by_word[each] for each in at if each in by_word), len(parts))
        if joined == len(parts):
            parts.append((set(), []))
        parts[joined][0].update(at)
        parts[joined][1].append(reading)
        by_word |= dict.fromkeys(at, joined)
    found = [_piece(at, mine, loose.ends, given, engines, plan) for at, mine in parts]
    found += [Piece((n,), (given[n],), ()) for n in loose.unread]
    return sorted(found, key=lambda piece: piece.at)


def _piece(
    starts: set[int], readings: list[Reading], ends: Mapping[int, int], words: Sequence[Text],
    engines: tuple[str, ...], plan: Plan,
) -> Piece:  # fmt: skip
    at = tuple(n for start in sorted(starts) for n in range(start, ends[start]))
    settings: list[tuple[str, Any]] = []
    exact = True
    for reading in readings:
        said, is_exact = _said(reading, engines, plan)
        exact = exact and is_exact
        settings += said
    names = tuple(option.name for reading in readings for option in reading.options)
    return Piece(at, tuple(words[n] for n in at), names, tuple(settings), exact)


def _said(
    reading: Reading, engines: tuple[str, ...], plan: Plan
) -> tuple[list[tuple[str, Any]], bool]:
    """The settings of a reading: as it stands, then with its variables' defaults, by the first
    engine that has them; else what it opens at least, and that this is not all."""
    given = reading.options
    span = given[0].span
    late = tuple(_late(option, plan) for option in given)
    hidden = given[0].name in _OF_FIELDS and reference(given[0].value) is not None
    for options in (late,) if hidden else (given, late):
        for engine in engines:
            made = _made(_read_as(options, engine), span)
            if made is not None:
                return made, True
    for engine in engines:
        made = _made(opened(late[0], engine), span)
        if made is not None:
            return made, False
    return [], False


def _read_as(options: Sequence[Option], engine: str) -> list[tuple[str, Data]] | None:
    found: list[tuple[str, Data]] = []
    for reading in read(options, engine):
        if reading.said is None:
            return None
        found += reading.said
    return found


def _late(option: Option, plan: Plan) -> Option:
    value = filled(option.value, plan)
    if value.is_literal and value.literal in ("true", "1", "t", "T", "TRUE", "True"):
        value = literal("true", value.span)
    return option._replace(value=value)


def _made(said: list[tuple[str, Data]] | None, span: Span) -> list[tuple[str, Any]] | None:
    """The settings as the spec has them; None where it does not take them."""
    if said is None:
        return None
    found = []
    for key, data in said:
        reporter = Reporter()
        try:
            value = KEYS[key].shape.parse(node_of(data, span), Context(reporter, {}, OPTIONS))
        except ValueError:  # a text that is no expression
            return None
        if value is None or reporter.failed:
            return None
        made = settle(Setting(value, span, OPTIONS))
        value = None if made is None else canonical(key, made)
        if value is not None:
            found.append((key, value))
    return found


# Settings laid over those of the keys.


def _laid(settings: dict[str, Setting], pieces: Sequence[Piece]) -> dict[str, Setting]:
    for piece in pieces:
        for key, value in piece.settings:
            below = settings.get(key)
            if below is None or _is_single(key, value):
                settings[key] = Setting(value, piece.words[0].span, OPTIONS)
            else:
                settings[key] = below._replace(value=_over(key, below.value, value))
    return settings


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and not hasattr(value, "_replace")


def _is_single(key: str, value: Any) -> bool:
    """Whether the last word about a key counts alone."""
    return isinstance(value, (Text, bool)) or key == "entrypoint"


def _over(key: str, below: Any, value: Any) -> Any:
    """An engine's options: lists grow, and of maps the parts that are said."""
    if _is_single(key, value):
        return value
    if isinstance(value, dict):
        return {**below, **value}
    if _is_list(value):
        return (*below, *value)
    return below._replace(**{n: v for n, v in value._asdict().items() if v})


def _holds(plan: Plan, key: str, value: Any) -> bool:
    """Whether a plan still has what a piece says."""
    there = plan.value(key)
    if there is None:
        return False
    if _is_list(value) and not _is_single(key, value):
        return all(item in there for item in value)
    if isinstance(value, dict):
        return all(there.get(name) == item for name, item in value.items())
    return bool(_over(key, there, value) == there)


def _take_back(
    settings: dict[str, Setting], plan: Plan, after: Plan, kept: Sequence[Piece]
) -> None:
    """Leave out of the keys what the pieces that stay say."""
    said: dict[str, list[Any]] = {}
    for piece in kept:
        for key, value in piece.settings:
            said.setdefault(key, []).append(value)
    for key, values in said.items():
        own = plan.value(key)
        there = after.value(key)
        left: Any = own
        if _is_list(there) and not _is_single(key, there):
            items = [item for value in values for item in value]
            left = tuple(i for i in there if i not in items or i in (own or ()))
        elif isinstance(there, dict):
            names = {name for value in values for name in value}
            left = {n: i for n, i in there.items() if n not in names}
            left |= {n: i for n, i in (own or {}).items() if n in names}
        if left == own:
            _restore(settings, plan, key)
        elif left:
            settings[key] = settings[key]._replace(value=left)
        else:
            del settings[key]


def _fold_section(settings: dict[str, Setting], plan: Plan, after: Plan) -> None:
    """Apptainer's own options, less what is gone; a mount that changed is written anew."""
    section: Apptainer = plan.value(SECTION)
    words: list[Text] = []
    there: tuple[Mount, ...] = after.mounts
    kept: list[Piece] = []
    for piece in _of_apptainer(plan):
        if all(_holds(after, *said) for said in piece.settings):
            words += piece.words
            kept.append(piece)
            continue
        mounts = [m for key, value in piece.settings if key == "volumes" for m in value]
        changed = [m for m in there if m.span in {mount.span for mount in mounts}]
        words += [_bind(mount) for mount in changed if mount.source is not None]
        kept.append(piece._replace(settings=(("volumes", tuple(changed)),)))
    home = section.home
    if home is not None:
        now = [m for m in there if m.span == home.span]
        kept.append(Piece((), (), (), (("volumes", tuple(now)),)))
        # It cannot be mounted read-only.
        home = now[0].source if now and not now[0].read_only else None
    _take_back(settings, plan, after._replace(settings=settings), kept)
    value = section._replace(home=home, options=tuple(words))
    if value != section:
        settings[SECTION] = settings[SECTION]._replace(value=value)


def _bind(mount: Mount) -> Text:
    assert mount.source is not None
    source, target = (text.map(_escaped) for text in (mount.source, mount.target))
    return "--bind=" + source + ":" + target + (":ro" if mount.read_only else "")


def _escaped(part: str) -> str:
    return re.sub(r"([,:\\])", r"\\\1", part)
