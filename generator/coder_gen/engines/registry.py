"""Finding engines by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from coder_gen.engines.base import Engine
from coder_gen.engines.names import AUTO, BUILDERS, NAMES


def engine(name: str) -> Engine:
    """The engine of that name, one of NAMES."""
    found: Engine = import_module(f"coder_gen.engines.{name}").ENGINE
    return found


def engines() -> tuple[Engine, ...]:
    """Every engine, in the order of NAMES."""
    return tuple(map(engine, NAMES))


@cache
def by_program() -> Mapping[str, Engine]:
    """The engine for each name that an engine's program may have."""
    return {program: each for each in engines() for program in each.programs}


def builders() -> tuple[Engine, ...]:
    """The engines that build and store images."""
    return tuple(map(engine, BUILDERS))


def chosen(word: str, preferred: tuple[str, ...]) -> tuple[Engine, ...]:
    """The engines that ``--engine`` chooses; ``auto`` is all of them, the preferred one first."""
    return tuple(map(engine, preferred if word == AUTO else (word,)))
