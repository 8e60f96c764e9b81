"""A check and its findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.host.probe import Probe
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from coder_gen.doctor.context import CheckContext

OK = "ok"
WARNING = "warning"
# The launch would be refused or would fail.
PROBLEM = "problem"
# The check could not run, because something that it needs is absent.
SKIPPED = "skipped"
ORDER = (SKIPPED, OK, WARNING, PROBLEM)


class CheckFinding(NamedTuple):
    """One line about the fault and its reason, the fix, and commands to paste.

    ``fix`` is a sentence; ``commands`` are complete lines for a shell, quoted where they need it.
    """

    status: str
    message: str
    fix: str = ""
    commands: tuple[str, ...] = ()
    span: Span | None = None


def ok(message: str) -> CheckFinding:
    """Nothing is wrong."""
    return CheckFinding(OK, message)


def warning(message: str, fix: str = "", *commands: str, span: Span | None = None) -> CheckFinding:
    """The launch goes on, but with less than the spec requests."""
    return CheckFinding(WARNING, message, fix, commands, span)


def problem(message: str, fix: str = "", *commands: str, span: Span | None = None) -> CheckFinding:
    """The launch would be refused or would fail."""
    return CheckFinding(PROBLEM, message, fix, commands, span)


def skipped(message: str) -> CheckFinding:
    """The check could not run."""
    return CheckFinding(SKIPPED, message)


class Precondition(NamedTuple):
    """When a check applies: as text for people, and as a predicate."""

    says: str
    met: Callable[[CheckContext], bool]


class Check(NamedTuple):
    """One check of the host. ``id`` is stable, for other programs; ``title`` is for people.

    ``run`` reads the host only through the probe. Each finding is printed on its own line.
    """

    id: str
    title: str
    about: str
    needs: Precondition
    run: Callable[[CheckContext, Probe], list[CheckFinding]]


class Result(NamedTuple):
    """A check and its findings."""

    check: Check
    findings: tuple[CheckFinding, ...]

    @property
    def status(self) -> str:
        """The worst status of the findings."""
        return max((finding.status for finding in self.findings), key=ORDER.index)
