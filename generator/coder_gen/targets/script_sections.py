"""The part of a launcher that sets up what was asked for: each line once, where it belongs.

What every engine and mode has in common comes first, then what an engine has in all its modes, what
a mode has on all engines, and what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.languages.bash import Bash
from coder_gen.plan import Plan
from coder_gen.targets.script_lines import Line, section

# By engine and mode.
Lowered = Mapping[tuple[str, str], list[Line]]
Place = tuple[str | None, str | None]


def setting_up(
    engines: tuple[Engine, ...],
    plans: Mapping[str, Plan],
    default_mode: str,
    first: Lowered,
    lowered: Lowered,
) -> list[Bash]:
    """The lines of bash, for the engine and the mode that were chosen.

    Where an engine has any of ``first``, they come first, and then a call of ``manage``.
    """
    by_family = sorted(engines, key=lambda engine: engine.family, reverse=True)
    families = [list(group) for _, group in groupby(by_family, lambda engine: engine.family)]
    modes = list(dict.fromkeys([default_mode, *plans]))
    blocks = []
    for family in families:
        names = [engine.name for engine in family]
        block = _family(
            names, modes, lowered, "What every mode has in common, in the spec's order."
        )
        if any(first[name, mode] for name in names for mode in modes):
            begun = _family(names, modes, first, "What --stop and --list have to know.")
            block = [*begun, Bash("manage"), Bash(""), *block]
        blocks.append(block)
    if len(blocks) == 1:
        return blocks[0]
    lines = [Bash("case ${engine} in")]
    for family, block in zip(families, blocks, strict=True):
        pattern = " | ".join(engine.name for engine in family)
        if family[0].family == APPTAINER:
            pattern = "*"  # Singularity too
        lines += [Bash(f"{pattern})"), *_indented(block), Bash("\t;;")]
    return [*lines, Bash("esac")]


def _family(engines: list[str], modes: list[str], lowered: Lowered, comment: str) -> list[Bash]:
    everywhere = [(engine, mode) for engine in engines for mode in modes]
    keys = {place: {line.key for line in lowered[place]} for place in everywhere}
    in_all = set.intersection(*keys.values())
    in_engine = {e: set.intersection(*(keys[e, mode] for mode in modes)) for e in engines}
    in_mode = {m: set.intersection(*(keys[engine, m] for engine in engines)) for m in modes}

    def place_of(line: Line, engine: str, mode: str) -> Place:
        if line.key in in_all:
            return None, None
        if line.key in in_engine[engine]:
            return engine, None
        if line.key in in_mode[mode]:
            return None, mode
        return engine, mode

    def at(place: Place, engine: str, mode: str) -> list[Line]:
        return [line for line in lowered[engine, mode] if place_of(line, engine, mode) == place]

    first_engine, first_mode = engines[0], modes[0]
    common = at((None, None), first_engine, first_mode)
    lines = [
        Bash(f"# {comment}"),
        *section(common, set(), first_chunk=True),
    ]
    done = {name for line in common for name in line.needed}

    def arm(found: list[Line]) -> list[Bash]:
        return section(found, set(done), first_chunk=False)

    if len(engines) > 1:
        arms = {name: arm(at((name, None), name, first_mode)) for name in engines}
        lines += _case("What is this engine's own.", "${engine}", arms)
    arms = {mode: arm(at((None, mode), first_engine, mode)) for mode in modes}
    if len(engines) == 1:
        own = {mode: arm(at((first_engine, mode), first_engine, mode)) for mode in modes}
        arms = {mode: arms[mode] + own[mode] for mode in modes}
    unknown = f'*) bad_input "there is no mode ${{mode}}; the modes are {", ".join(modes)}" ;;'
    lines += _case("What is this mode's own.", "${mode}", arms, unknown)
    if len(engines) > 1:
        arms = {f"{e}-{m}": arm(at((e, m), e, m)) for e, m in everywhere}
        lines += _case("What is left.", "${engine}-${mode}", arms)
    return lines


def _case(
    comment: str, word: str, arms: Mapping[str, list[Bash]], otherwise: str = ""
) -> list[Bash]:
    if not any(arms.values()) and not otherwise:
        return []
    lines = [Bash(""), Bash(f"# {comment}"), Bash(f"case {word} in")]
    for pattern, body in arms.items():
        if body or otherwise:
            lines += [Bash(f"{pattern})"), *_indented(body), Bash("\t;;")]
    return [*lines, Bash(otherwise or "*) ;;"), Bash("esac")]


def _indented(lines: list[Bash]) -> list[Bash]:
    return [Bash(f"\t{line}") if line else line for line in lines]
