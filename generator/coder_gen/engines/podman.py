"""Podman: Docker's words, and where its own differ."""

from __future__ import annotations

from coder_gen.engines.base import DOCKER, Engine
from coder_gen.targets.items import Rules


def _rules() -> Rules:
    from coder_gen.targets import podman_run

    return podman_run.RULES


ENGINE = Engine(
    "podman",
    "Podman",
    DOCKER,
    "4.3",
    _rules,
    # Unasked, it passes on the proxies of who starts it.
    always=("--http-proxy=false",),
)
