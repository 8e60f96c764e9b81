"""What a target is: declarations, and a function from plans to one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from coder_gen.diagnostics import Reporter
from coder_gen.plan import Plan
from coder_gen.spec.load import Project

EXACT = "exact"
APPROXIMATE = "approximate"
UNSUPPORTED = "unsupported"


class Support(NamedTuple):
    """How far a target can express a key; ``note`` says how it differs, or why not."""

    level: str
    note: str = ""


class Request(NamedTuple):
    """What the command line asks of a target besides the spec.

    ``command`` is the command line that makes this output again; ``self`` names the launcher in
    its own messages and ``here`` its folder, where they differ from the file it is in.
    """

    engine: str = "docker"
    command: str = "coder-gen script"
    self: str | None = None
    here: str | None = None
    # The oldest Compose that has to read a Compose file.
    min_version: str = "1.29"


class Artifact(NamedTuple):
    """A text and the mode of the file it goes to."""

    text: str
    executable: bool


class Target(Protocol):
    """One kind of output. Implemented by a module; see ``registry``."""

    NAME: str
    SUMMARY: str
    SUPPORT: Mapping[str, Support]

    def compile(
        self, project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
    ) -> Artifact:
        """Make the artifact; what cannot be said exactly is reported, never dropped."""


def report_support(
    name: str, support: Mapping[str, Support], plans: Mapping[str, Plan], reporter: Reporter
) -> list[str]:
    """Warn of every key that the target cannot say exactly; returns the lines for the output.

    One line per key, wherever several modes set it.
    """
    lines: list[str] = []
    for plan in plans.values():
        for key, setting in plan.settings.items():
            declared = support[key]
            if declared.level == EXACT:
                continue
            code = "W101" if declared.level == APPROXIMATE else "W102"
            said = "is approximated by" if code == "W101" else "has no equivalent in"
            before = len(reporter.diagnostics)
            reporter.warning(code, f"`{key}` {said} {name}: {declared.note}", setting.span)
            line = f"{key}: {declared.note}"
            if len(reporter.diagnostics) > before and line not in lines:
                lines.append(line)
    return lines
