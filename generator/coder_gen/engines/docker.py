"""Docker: the engine whose words the spec's are."""

from __future__ import annotations

from coder_gen.engines.base import DOCKER, Engine
from coder_gen.targets.items import Rules


def _rules() -> Rules:
    from coder_gen.targets import docker_run

    return docker_run.RULES


ENGINE = Engine("docker", "Docker", DOCKER, "20.10", _rules)
