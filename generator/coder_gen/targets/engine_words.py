"""The words by which the template of a script calls the engines that it may call."""

from __future__ import annotations

from typing import Any

from coder_gen.engines.base import DOCKER, Engine
from coder_gen.languages.bash import Bash


def engine_words(engines: tuple[Engine, ...]) -> dict[str, Any]:
    """What ``engines/`` and ``script/choose.sh.j2`` are filled with.

    ``clients`` are the engines with Docker's command line. ``if_own_rights`` asks, before other
    conditions, whether the engine of this run is one whose containers have the caller's rights.
    """
    clients = [engine for engine in engines if engine.family == DOCKER]
    names = [engine.name for engine in engines]
    by_daemon = [engine.name for engine in clients if not engine.own_rights]
    return {
        "clients": clients,
        "candidates": names,
        "candidate_words": Bash(" ".join(names)),
        "choices": Bash(", ".join(names)),
        "client_pattern": Bash(" | ".join(engine.name for engine in clients)),
        "several": len(engines) > 1,
        "own_rights": any(engine.own_rights for engine in engines),
        "if_own_rights": Bash("".join(f"${{engine}} != {name} && " for name in by_daemon)),
    }
