"""Findings for a terminal, the worst first: each with its place, what an attacker gains, and its fix."""

from __future__ import annotations

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.levels import LEVELS
from coder_gen.text.printing import Printed, line, lines, styled

_INDENT = " " * 10


def render(audit: Audit, color: bool) -> Printed:
    """The text; ``color`` is whether to use colour."""
    found: list[str] = []
    for finding in audit.open:
        found += _finding(finding, audit, color)
    if audit.accepted:
        found.append(styled("quiet", color, "accepted:"))
        for finding in audit.accepted:
            acceptance = finding.accepted
            assert acceptance is not None
            about = f"  {finding.rule.id} ({finding.level}) until {acceptance.until}: "
            found.append(about + acceptance.reason)
        found.append("")
    return lines([*found, summary(audit)])


def summary(audit: Audit) -> str:
    """The number of findings of each level, on one line."""
    counts = [f"{audit.count(level)} {level}" for level in LEVELS if audit.count(level)]
    text = ", ".join(counts) or "nothing found"
    return text + (f"; {len(audit.accepted)} accepted" if audit.accepted else "")


def _finding(finding: Finding, audit: Audit, color: bool) -> list[str]:
    rule = finding.rule
    modes = "" if finding.modes == audit.modes else f" (mode {', '.join(finding.modes)})"
    label = styled(finding.level, color, f"{finding.level:<9}")
    found = [
        line(label, f" {rule.id}: {finding.message}{modes}"),
        f"{_INDENT}at    {finding.span}",
        f"{_INDENT}gains {rule.gains}",
        f"{_INDENT}do    {rule.advice}",
    ]
    for number, part in enumerate(finding.fix.split("\n")):
        lead = "fix   " if number == 0 else "      "
        found.append(line(_INDENT, lead, styled("fix", color, part)))
    if finding.expired is not None:
        expired = finding.expired
        found.append(f"{_INDENT}was accepted until {expired.until}: {expired.reason}")
    if rule.standards:
        found.append(f"{_INDENT}see   {', '.join(rule.standards)}")
    return [*found, ""]
