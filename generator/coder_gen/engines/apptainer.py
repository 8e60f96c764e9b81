"""Apptainer, and Singularity, which it was called before."""

from __future__ import annotations

from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.targets.items import Rules


def _rules() -> Rules:
    from coder_gen.targets import apptainer_run

    return apptainer_run.RULES


ENGINE = Engine(
    "apptainer",
    "Apptainer",
    APPTAINER,
    "1.1",
    _rules,
    verbs=("run", "shell", "exec", "instance"),
    programs=("apptainer", "singularity"),
    needs=("ask",),
)
