"""Diagnostics about an input: one type, one collector, one exception.

Records that pass between stages are NamedTuples throughout the package: immutable, typed, and
quick to define, which matters because every run of the command defines them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from coder_gen.text.positions import Span

ERROR = "error"
WARNING = "warning"

# Who a diagnostic is for when an existing launcher is read: the person who makes a spec of it, the
# person who keeps the launcher, or both.
SPEC_AUTHOR = "the spec's author"
LAUNCHER_AUTHOR = "the launcher's author"
EVERYONE = "everyone"

OK = 0
FOUND = 1
BAD_INPUT = 2
HOST_FAILED = 3


class Diagnostic(NamedTuple):
    """One finding: a stable code, the message, the place, and how to fix it."""

    code: str
    severity: str
    message: str
    span: Span | None = None
    fix: str | None = None
    audience: str = EVERYONE


class Problems(Exception):
    """The run cannot continue; carries every diagnostic to the one place that prints them.

    ``status`` is the command's exit status: 1 a check found something, 2 wrong usage or a wrong
    spec, 3 the host or the engine failed.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], status: int = BAD_INPUT) -> None:
        self.diagnostics = tuple(diagnostics)
        self.status = status
        super().__init__("; ".join(f"{d.code} {d.message}" for d in self.diagnostics))


def problem(
    code: str,
    message: str,
    span: Span | None = None,
    fix: str | None = None,
    *,
    status: int = BAD_INPUT,
) -> Problems:
    """An exception with a single error."""
    return Problems([Diagnostic(code, ERROR, message, span, fix)], status)


def meant_for(audience: str, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The diagnostics for this audience, or for everyone."""
    return (each for each in found if each.audience in (audience, EVERYONE))


def distinct(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each message once per place: a file that is read twice reports each of its messages twice."""
    seen = set()
    for each in found:
        mark = (each.code, each.message, each.span and (str(each.span), each.span.end))
        if mark not in seen:
            seen.add(mark)
            yield each


class Reporter:
    """Collects diagnostics so that one run reports all of them."""

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        # An alias or a shared layer is read more than once, but its errors are reported once.
        self._found = dict.fromkeys(diagnostics)
        self.failed = False
        # How often a similar known name was searched for.
        self.guesses = 0

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The diagnostics so far, in the order of reporting."""
        return list(self._found)

    def error(
        self, code: str, message: str, span: Span | None = None, fix: str | None = None
    ) -> None:
        """Report an error: the run ends at the next ``stop_if_failed``."""
        self._found.setdefault(Diagnostic(code, ERROR, message, span, fix))
        self.failed = True

    def warning(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        fix: str | None = None,
        audience: str = EVERYONE,
    ) -> None:
        """Report something the user should know that does not stop the run."""
        self._found.setdefault(Diagnostic(code, WARNING, message, span, fix, audience))

    def add(self, other: Reporter) -> None:
        """Add the diagnostics of another reporter."""
        for each in other._found:
            self._found.setdefault(each)
        self.failed |= other.failed

    def __len__(self) -> int:
        return len(self._found)

    def forget(self, code: str, words: AbstractSet[str]) -> None:
        """Drop the diagnostics of a code whose place in the source contains one of the words."""
        for each in [d for d in self._found if d.code == code and d.span is not None]:
            if each.span is not None and not words.isdisjoint(re.findall(r"\w+", each.span.text)):
                del self._found[each]

    def stop_if_failed(self) -> None:
        """After an error raise Problems with every diagnostic so far, in the order of the text."""
        if self.failed:
            raise Problems(sorted(self._found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.span
    return ("", 0, 0) if span is None else (span.source.name, span.line, span.column)
