"""The report of the checks, as text and as JSON records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from coder_gen.doctor.model import OK, PROBLEM, SKIPPED, WARNING, Check, CheckFinding, Result
from coder_gen.text.characters import shown
from coder_gen.text.positions import place_record
from coder_gen.text.printing import Printed, in_ascii, line, lines, styled
from coder_gen.text.styles import Style

MARKS = {OK: "✓", WARNING: "!", PROBLEM: "✗", SKIPPED: "-"}
PLAIN_MARKS = {OK: "ok", WARNING: "!", PROBLEM: "X", SKIPPED: "-"}


def text(
    heading: str,
    results: Sequence[Result],
    style: Style,
    *,
    whole: bool = True,
    problems_only: bool = False,
) -> Printed:
    """The report: a line per finding, and below it the fix and the commands to paste.

    ``whole`` is true if every check ran: only then is the host reported as ready.
    """
    marks = MARKS if style.signs else PLAIN_MARKS
    mark_width = max(map(len, marks.values()))
    title_width = max((len(result.check.title) for result in results), default=0)
    indent = mark_width + title_width + 3
    found: list[str] = [*wrap(shown(heading), style.width), ""]
    for result in results:
        title = result.check.title
        for finding in result.findings:
            if problems_only and finding.status != PROBLEM:
                continue
            mark = f"{marks[finding.status]:<{mark_width}}"
            colored = styled(finding.status, style.color, mark)
            first, *rest = _finding(indent, finding, style)
            found += [line(colored, f" {title:<{title_width}}  {first}".rstrip()), *rest]
            title = ""
    found += [""] if found[-1] else []
    found.append(_summary(results, whole))
    made = lines(each if isinstance(each, Printed) else each.rstrip() for each in found)
    return made if style.signs else in_ascii(made)


def _finding(indent: int, finding: CheckFinding, style: Style) -> list[str]:
    """The lines of a finding; the first one follows the check's title on its line."""
    blank = " " * indent
    room = max(20, style.width - indent)
    message = shown(finding.message)
    # The user cannot change a built-in spec, so its place is not shown.
    if finding.span is not None and not finding.span.source.name.startswith("<"):
        message += f" [{shown(str(finding.span))}]"
    folded = _folded(message, room)
    found = [folded[0], *(blank + part for part in folded[1:])]
    if finding.fix:
        arrow = "→ " if style.signs else "-> "
        colon = ":" if finding.commands else ""
        fix = _folded(shown(finding.fix) + colon, room - len(arrow))
        found.append(blank + arrow + fix[0])
        found += [blank + " " * len(arrow) + part for part in fix[1:]]
    # A command is never folded and stands on its own line, so that it can be pasted.
    found += [f"{blank}    {command}" for command in finding.commands]
    return found


def _folded(text: str, room: int) -> list[str]:
    return wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _summary(results: Sequence[Result], whole: bool) -> str:
    if not results:
        return "Nothing to check: the spec has no such setting."
    statuses = [finding.status for result in results for finding in result.findings]
    problems, warnings = statuses.count(PROBLEM), statuses.count(WARNING)
    counts = []
    if problems:
        counts.append(
            _count(problems, "problem") + (" stops" if problems == 1 else " stop") + " the launch"
        )
    if warnings:
        counts.append(_count(warnings, "warning"))
    if SKIPPED in statuses:
        counts.append(f"{statuses.count(SKIPPED)} not looked at")
    if problems:
        return "; ".join(counts) + "."
    return "; ".join(["Ready to launch" if whole else "No problem found", *counts]) + "."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listing(checks: Iterable[Check], width: int) -> Printed:
    """Every check: its id, what it checks, and when it applies."""
    found = []
    for check in checks:
        about = f"{check.about} ({check.needs.says})"
        first, *rest = wrap(about, width - 18)
        found += [f"{check.id:<17} {first}", *(" " * 18 + part for part in rest)]
    return lines(found)


def is_ready(results: Iterable[Result]) -> bool:
    """Whether no finding would stop the launch."""
    return all(result.status != PROBLEM for result in results)


def record(results: Sequence[Result]) -> list[dict[str, Any]]:
    """The results as JSON records: see docs/doctor.md."""
    return [
        {
            "id": result.check.id,
            "title": result.check.title,
            "status": result.status,
            "findings": [_record(finding) for finding in result.findings],
        }
        for result in results
    ]


def _record(finding: CheckFinding) -> dict[str, Any]:
    return {
        "status": finding.status,
        "message": finding.message,
        "fix": finding.fix or None,
        "commands": list(finding.commands),
        **place_record(finding.span),
    }
