"""A difference as text, as JSON, or as Markdown for a pull request."""

from __future__ import annotations

from typing import Any

from coder_gen.comparing.changes import EVERY_MODE, Change, Difference, ModeChanges, Risk
from coder_gen.comparing.security import NARROWER, WIDER
from coder_gen.quoting import markdown
from coder_gen.quoting.json import dumped
from coder_gen.text.printing import Printed, lines, styled


def text(found: Difference, color: bool) -> Printed:
    """Lines as in a diff; a change that gives the container more rights is marked with `!`."""
    output = [f"--- {found.before.name}", f"+++ {found.after.name}"]
    for mode in found.sections:
        if not _has_content(mode):
            continue
        output.append(styled("heading", color, _heading(mode)))
        if mode.only:
            output.append(f"  only in {mode.only}")
        for change in mode.changes:
            mark = "!" if change.security == WIDER else " "
            line = f"{mark} {_sign(change)} {_sentence(change)}"
            if change.security:
                line += f"  [{change.security}]"
            # The place is shown only for launchers: in two specs the key is easy to find.
            if change.span is not None and (found.before.foreign or found.after.foreign):
                line += f"  at {change.span}"
            output.append(styled(change.security, color, line))
        for lead, risks in (("new risk ", mode.new), ("risk gone", mode.gone)):
            output += [f"    {lead}: {risk.level} {risk.rule}: {risk.message}" for risk in risks]
    return lines([*output, summary(found)])


def summary(found: Difference) -> str:
    """The counts of differences, on one line."""
    if found.same:
        return "no difference in meaning"
    sections = found.sections
    changes = _counted(sum(len(mode.changes) for mode in sections), "change")
    new, gone = (
        sum(len(risks) for risks in lists) for lists in zip(*((m.new, m.gone) for m in sections))
    )
    security = f"{found.count(WIDER)} wider, {found.count(NARROWER)} narrower"
    security += f", {_counted(new, 'new risk')}" if new else ""
    security += f", {_counted(gone, 'risk')} gone" if gone else ""
    return f"{changes}; security: {security}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def records(found: Difference) -> str:
    """One object with every change and risk."""
    value = {
        "before": found.before.name,
        "after": found.after.name,
        "same": found.same,
        "wider": found.count(WIDER),
        "narrower": found.count(NARROWER),
        "modes": [_mode_record(mode) for mode in found.modes],
    }
    return dumped(value, indent=2) + "\n"


def for_review(found: Difference) -> str:
    """Markdown: security changes first, then the other changes, folded."""
    cell = markdown.cell
    lines = [
        f"## {cell(found.before.name)} → {cell(found.after.name)}",
        "",
        _capital(summary(found)) + ".",
    ]
    for mode in found.sections:
        if not _has_content(mode):
            continue
        lines += ["", f"### {_capital(cell(_heading(mode)))}", ""]
        if mode.only:
            lines.append(f"Only in {cell(mode.only)}.")
        lines += _table([c for c in mode.changes if c.security])
        for lead, risks in (("New risk", mode.new), ("Risk gone", mode.gone)):
            if risks:
                lines += ["", *(_risk_line(lead, risk) for risk in risks)]
        others = [c for c in mode.changes if not c.security]
        if others:
            title = f"{len(others)} changes that leave security as it was"
            lines += [
                "",
                f"<details><summary>{title}</summary>",
                "",
                *_table(others),
                "",
                "</details>",
            ]
    return "\n".join(lines) + "\n"


def _table(changes: list[Change]) -> list[str]:
    if not changes:
        return []
    cell = markdown.cell
    lines = ["| | setting | before | after |", "| --- | --- | --- | --- |"]
    for change in changes:
        mark = {WIDER: "⚠ wider", NARROWER: "narrower"}.get(change.security, "")
        before, after = (_value(v) for v in (change.before, change.after))
        name = f"{change.key} {change.name}".strip()
        lines.append(f"| {mark} | {cell(name)} | {cell(before)} | {cell(after)} |")
    return lines


def _risk_line(lead: str, risk: Risk) -> str:
    return f"- {lead}: {risk.level} `{risk.rule}`: {markdown.cell(risk.message)}"


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]


def _heading(mode: ModeChanges) -> str:
    return mode.mode if mode.mode == EVERY_MODE else f"mode {mode.mode}"


def _has_content(mode: ModeChanges) -> bool:
    return bool(mode.changes or mode.new or mode.gone or mode.only)


def _value(value: str | None) -> str:
    return "—" if value is None else value or "yes"


def _sign(change: Change) -> str:
    return "+" if change.before is None else "-" if change.after is None else "~"


def _sentence(change: Change) -> str:
    name = f"{change.key} {change.name}".strip()
    if change.before is not None and change.after is not None:
        return f"{name}: {change.before or '(plain)'} -> {change.after or '(plain)'}"
    value = change.before if change.after is None else change.after
    return f"{name}: {value}" if value else name


def _mode_record(mode: ModeChanges) -> dict[str, Any]:
    return {
        "mode": mode.mode,
        "only_in": mode.only or None,
        "changes": [_change_record(change) for change in mode.changes],
        "new_risks": [risk._asdict() for risk in mode.new],
        "risks_gone": [risk._asdict() for risk in mode.gone],
    }


def _change_record(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "security": change.security or None,
        "place": str(change.span) if change.span is not None else None,
    }
