"""What a check is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.host.probe import Probe
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from coder_gen.doctor.context import CheckContext

OK = "ok"
WARNING = "warning"
# The launch would be refused, or fail.
PROBLEM = "problem"
# Not asked, because something else has to be there first.
SKIPPED = "skipped"
ORDER = (SKIPPED, OK, WARNING, PROBLEM)


class CheckFinding(NamedTuple):
    """One line of what and why, the way out, and commands to paste.

    ``fix`` is a sentence; ``commands`` are complete lines for a shell, quoted where they need it.
    """

    status: str
    message: str
    fix: str = ""
    commands: tuple[str, ...] = ()
    span: Span | None = None


def ok(message: str) -> CheckFinding:
    """All is well."""
    return CheckFinding(OK, message)


def warning(message: str, fix: str = "", *commands: str, span: Span | None = None) -> CheckFinding:
    """The launch goes on, with less than the spec asks for."""
    return CheckFinding(WARNING, message, fix, commands, span)


def problem(message: str, fix: str = "", *commands: str, span: Span | None = None) -> CheckFinding:
    """The launch stops."""
    return CheckFinding(PROBLEM, message, fix, commands, span)


def skipped(message: str) -> CheckFinding:
    """It could not be asked."""
    return CheckFinding(SKIPPED, message)


class Precondition(NamedTuple):
    """When a check has something to look at: in words, and as a test."""

    says: str
    met: Callable[[CheckContext], bool]


class Check(NamedTuple):
    """A question to the host. ``id`` is stable: other programs read it; ``title`` is for people.

    ``run`` asks the probe and nothing else of the host. Several findings are several lines.
    """

    id: str
    title: str
    about: str
    needs: Precondition
    run: Callable[[CheckContext, Probe], list[CheckFinding]]


class Result(NamedTuple):
    """A check with what it found."""

    check: Check
    findings: tuple[CheckFinding, ...]

    @property
    def status(self) -> str:
        """The worst of its findings."""
        return max((finding.status for finding in self.findings), key=ORDER.index)
