"""Apptainer's default mounts: the user's home folder and /tmp."""

from __future__ import annotations

from coder_gen.engines.base import APPTAINER
from coder_gen.expression import Ref, Text, literal
from coder_gen.importing import Run
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import Mount
from coder_gen.plan import Plan

_CLOSED = frozenset(["--contain", "-c", "--containall", "-C", "--compat"])
_ANOTHER_HOME = ("--no-home", "--home", "-H")


def with_default_mounts(plan: Plan, run: Run) -> Plan:
    """The plan of a run with the mounts that Apptainer adds by default."""
    words = [word.source for word in run.words]
    if run.engine is None or run.engine.family != APPTAINER or not _CLOSED.isdisjoint(words):
        return plan
    home = Text((Ref("HOME", "", (), run.span),), run.span)
    added = [] if any(word.startswith(_ANOTHER_HOME) for word in words) else [home]
    added.append(literal("/tmp", run.span))
    known = {mount.target.source for mount in plan.mounts}
    mounts = tuple(
        Mount("bind", path, path, run.span) for path in added if path.source not in known
    )
    below = plan.settings.get("volumes")
    setting = Setting((*plan.mounts, *mounts), below.span if below else run.span, "Apptainer")
    return plan._replace(settings={**plan.settings, "volumes": setting})
