"""Asking an engine about a container: the JSON of its ``inspect``."""

from __future__ import annotations

import shutil

from coder_gen.engines.names import BUILDERS
from coder_gen.host.files import answers
from coder_gen.host.queries import ask
from coder_gen.text.diagnostics import HOST_FAILED, problem

# Time limit for an engine's answer.
SECONDS = 30.0
_ENGINES = " or ".join(BUILDERS)


def inspect(name: str, engine: str | None = None) -> str:
    """The JSON of ``ENGINE container inspect NAME``.

    Without an engine, each one that stores containers is asked. Raises Problems (E505).
    """
    with answers(f"a folder of PATH that may hold {engine or _ENGINES}"):
        asked = [each for each in ((engine,) if engine else BUILDERS) if shutil.which(each)]
    if not asked:
        raise problem(
            "E505", f"there is no {engine or _ENGINES} here", None,
            "install it, or import a file", status=HOST_FAILED,
        )  # fmt: skip
    why = ""
    for each in asked:
        answer = ask([each, "container", "inspect", "--", name], SECONDS)
        if answer.status == 0:
            return answer.stdout
        lines = answer.stderr.strip().splitlines()
        if answer.timed_out:
            lines = [f"it said nothing for {SECONDS:g} seconds"]
        why = why or f"{each}: {lines[-1] if lines else f'status {answer.status}'}"
    raise problem(
        "E505", f"no answer about the container {name}: {why}", None,
        f"look at: {asked[0]} ps --all", status=HOST_FAILED,
    )  # fmt: skip
