"""Asking an engine about a container: the JSON of its ``inspect``."""

from __future__ import annotations

import shutil
import subprocess

from coder_gen.diagnostics import HOST_FAILED, problem

_SECONDS = 30
_ENGINES = ("docker", "podman")


def inspect(name: str, engine: str | None = None) -> str:
    """The JSON of ``ENGINE container inspect NAME``.

    Without an engine, Docker is asked and then Podman. Raises Problems (E505).
    """
    asked = [each for each in ((engine,) if engine else _ENGINES) if shutil.which(each)]
    if not asked:
        raise problem(
            "E505", f"there is no {engine or 'docker or podman'} here", None,
            "install it, or import a file", status=HOST_FAILED,
        )  # fmt: skip
    said = ""
    for each in asked:
        try:
            ran = subprocess.run(
                [each, "container", "inspect", "--", name], capture_output=True, timeout=_SECONDS
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            said = said or f"{each}: {error}"
            continue
        if ran.returncode == 0:
            return ran.stdout.decode("utf-8", "replace")
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        said = said or (f"{each}: {lines[-1]}" if lines else f"{each}: status {ran.returncode}")
    raise problem(
        "E505", f"no answer about the container {name}: {said}", None,
        f"look at: {asked[0]} ps --all", status=HOST_FAILED,
    )  # fmt: skip
