"""Podman: Docker's words, and where its own differ."""

from __future__ import annotations

from coder_gen.engines.base import DOCKER, Engine
from coder_gen.languages.bash import Bash
from coder_gen.targets.support import Rules


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
    question=Bash("info"),
    silent_advice=Bash(
        "see whether ${CONTAINER_HOST:-another podman that runs (ps -C podman)} holds it up"
    ),
    daemon=Bash("daemon=${CONTAINER_HOST-}"),
    # Its own image format has no SHELL, which the steps of a Dockerfile rely on.
    build_options=Bash("--format docker"),
    save_options=Bash("--format docker-archive"),
)
