"""Findings as Markdown, for a pull request."""

from __future__ import annotations

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.formats.table import summary
from coder_gen.quoting import markdown


def render(audit: Audit) -> str:
    """A table of the open findings, their fixes, and the accepted findings."""
    lines = ["## Audit", "", summary(audit)[:1].upper() + summary(audit)[1:] + ".", ""]
    if audit.open:
        lines += ["| level | rule | what | where | standards |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(finding) for finding in audit.open]
        lines.append("")
        for finding in audit.open:
            lines += _details(finding, audit.language)
    if audit.accepted:
        lines += ["### Accepted", "", "| rule | until | reason |", "| --- | --- | --- |"]
        for finding in audit.accepted:
            acceptance = finding.accepted
            assert acceptance is not None
            reason = markdown.cell(acceptance.reason)
            lines.append(f"| `{finding.rule.id}` | {acceptance.until} | {reason} |")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def _row(finding: Finding) -> str:
    rule = finding.rule
    what = f"{finding.message} ({', '.join(finding.modes)})"
    cells = [what, str(finding.span), ", ".join(rule.standards)]
    return f"| {finding.level} | `{rule.id}` | " + " | ".join(map(markdown.cell, cells)) + " |"


def _details(finding: Finding, language: str) -> list[str]:
    rule = finding.rule
    lines = [
        f"<details><summary><code>{rule.id}</code>: {markdown.html(finding.message)}</summary>",
        "",
        f"An attacker gains: {markdown.cell(rule.gains)}",
        "",
        markdown.cell(rule.advice),
        "",
    ]
    if finding.fix:
        lines += [markdown.fenced(finding.fix, language), ""]
    return [*lines, "</details>", ""]
