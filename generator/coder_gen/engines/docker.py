"""Docker: the engine whose words the spec's are."""

from __future__ import annotations

from coder_gen.engines.base import DOCKER, Alias, Engine
from coder_gen.languages.bash import Bash
from coder_gen.targets.support import Rules


def _rules() -> Rules:
    from coder_gen.targets import docker_run

    return docker_run.RULES


ENGINE = Engine(
    "docker",
    "Docker",
    DOCKER,
    "20.10",
    _rules,
    own_rights=False,
    silent_advice=Bash(
        "see whether its daemon${DOCKER_HOST:+ at ${DOCKER_HOST}} is well, "
        "or start it anew ('sudo systemctl restart docker')"
    ),
    daemon=Bash("find_docker"),
    alias=Alias("podman", "Podman", Bash("*Podman*")),
    build_setting=Bash("DOCKER_BUILDKIT=1"),
    asks_builder=True,
)
