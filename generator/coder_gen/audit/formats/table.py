"""Findings for a terminal: the worst first, each with its place, its price and its fix."""

from __future__ import annotations

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.levels import CRITICAL, HIGH, LEVELS, LOW, MEDIUM
from coder_gen.printing import visible

_STYLES = {CRITICAL: "1;31", HIGH: "31", MEDIUM: "33", LOW: "36", "ok": "32", "quiet": "2"}
_INDENT = " " * 10


def render(audit: Audit, color: bool) -> str:
    """The text; ``color`` says whether it goes to a terminal that wants colour."""
    lines: list[str] = []
    for finding in audit.open:
        lines += _finding(finding, audit, color)
    if audit.accepted:
        lines.append(_styled("quiet", "accepted:", color))
        for finding in audit.accepted:
            acceptance = finding.accepted
            assert acceptance is not None
            lines.append(
                f"  {finding.rule.id} ({finding.level}) until {acceptance.until}: "
                + visible(acceptance.reason)
            )
        lines.append("")
    lines.append(summary(audit))
    return "\n".join(lines) + "\n"


def summary(audit: Audit) -> str:
    """How many of each level, on one line."""
    counts = [f"{audit.count(level)} {level}" for level in LEVELS if audit.count(level)]
    text = ", ".join(counts) or "nothing found"
    return text + (f"; {len(audit.accepted)} accepted" if audit.accepted else "")


def _finding(finding: Finding, audit: Audit, color: bool) -> list[str]:
    rule = finding.rule
    modes = "" if finding.modes == audit.modes else f" (mode {', '.join(finding.modes)})"
    label = _styled(finding.level, f"{finding.level:<9}", color)
    lines = [
        f"{label} {rule.id}: {visible(finding.message)}{modes}",
        f"{_INDENT}at    {visible(str(finding.span))}",
        f"{_INDENT}gains {rule.gains}",
        f"{_INDENT}do    {rule.advice}",
    ]
    for number, line in enumerate(finding.fix.split("\n")):
        lead = "fix   " if number == 0 else "      "
        lines.append(f"{_INDENT}{lead}{_styled('ok', visible(line), color)}")
    if finding.expired is not None:
        lines.append(
            f"{_INDENT}was accepted until {finding.expired.until}: {visible(finding.expired.reason)}"
        )
    if rule.standards:
        lines.append(f"{_INDENT}see   {', '.join(rule.standards)}")
    return [*lines, ""]


def _styled(style: str, text: str, color: bool) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text
