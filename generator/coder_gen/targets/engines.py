"""The engines that a script can call, and which of its parts each needs."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from coder_gen.targets.support import Rules

# Engines of a family take much the same command line, so a script for both says it once.
DOCKER, APPTAINER = "docker", "apptainer"


class Engine(NamedTuple):
    """One engine: its word for ``--engine``, its name in messages, and whose words it shares."""

    name: str
    title: str
    family: str

    @property
    def rules(self) -> Rules:
        """How each key of a plan is said. Imported when asked for: a script has one engine."""
        rules: Rules = import_module(f"coder_gen.targets.{self.name}_run").RULES
        return rules


ENGINES = {
    engine.name: engine
    for engine in (
        Engine("docker", "Docker", DOCKER),
        Engine("podman", "Podman", DOCKER),
        Engine("apptainer", "Apptainer", APPTAINER),
    )
}


def chosen(word: str, preferred: tuple[str, ...]) -> tuple[Engine, ...]:
    """The engines behind ``--engine``'s word; ``auto`` is every one, the preferred one first."""
    names = preferred if word == "auto" else (word,)
    return tuple(ENGINES[name] for name in names)
