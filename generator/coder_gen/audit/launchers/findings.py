"""The audit of a launcher: findings at its own lines, in its own words."""

from __future__ import annotations

from collections.abc import Iterable

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.findings import audit as examine
from coder_gen.audit.launchers.apptainer_defaults import with_unasked
from coder_gen.audit.launchers.fixes import fixes
from coder_gen.audit.launchers.read import Foreign
from coder_gen.audit.launchers.rule_wording import in_words, is_for_everyone, opened_by, reworded
from coder_gen.audit.levels import CRITICAL, rank
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import X11
from coder_gen.plan import Plan
from coder_gen.text.positions import Span

# What Apptainer does unasked: the user's own ids and no more rights, an image nobody can change.
_BY_APPTAINER = frozenset(
    ["capabilities-not-dropped", "new-privileges", "root-user", "net-raw", "setuid-capabilities",
     "no-healthcheck", "default-bridge", "host-userns"]
)  # fmt: skip
# What Apptainer takes images from; anything else is a file.
_REFERENCES = ("docker:", "docker-daemon:", "library:", "oras:", "shub:")
# Compose joins its services by a network of the project's own, where the file does not say more.
_BY_COMPOSE = frozenset(["default-bridge"])


def audit_launcher(foreign: Foreign, today: str, mode: str | None = None) -> Audit:
    """Check every container of a launcher, or one. ``today`` (YYYY-MM-DD) is as for a spec.

    Raises Problems, as reading a spec does.
    """
    kind = "compose" if foreign.imported.kind == "compose" else "script"
    at, grant = _grant(foreign)
    runs = {run.mode: run for run in foreign.imported.runs}
    plans = {
        name: _with_display(with_unasked(plan, runs[name]), at)
        for name, plan in foreign.plans.items()
        if mode in (None, name)
    }
    whole = frozenset(run.span for run in foreign.imported.runs if foreign.is_apptainer)
    found = examine(foreign.project, plans, today, fixes(kind, foreign.engine, grant, whole))
    rules = reworded(kind, apptainer=foreign.is_apptainer)

    def placed(finding: Finding) -> Finding:
        # What is missing is missing in the command, or the service.
        missing = finding.hit.span is None
        opens = finding.rule.id == "x11-host"
        # Not to the users of the host: to everyone who reaches the X server.
        worst = opens and is_for_everyone(grant)
        return finding._replace(
            level=CRITICAL if worst else finding.level,
            rule=rules[finding.rule.id],
            message=opened_by(grant) if opens else in_words(finding.message, kind),
            span=runs[finding.modes[0]].span if missing else finding.span,
        )

    untrue = _untrue(foreign)
    there = _merged(placed(finding) for finding in found.open if finding.rule.id not in untrue)
    return found._replace(
        open=tuple(sorted(there, key=lambda finding: rank(finding.level))),
        rules=rules,
        language="text",
    )


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """One finding for one place: a loop starts several containers with the same words."""
    merged: dict[tuple[str, str, Span], Finding] = {}
    for finding in found:
        key = (finding.rule.id, finding.message, finding.span)
        known = merged.get(key)
        if known is not None:
            modes = (*known.modes, *(mode for mode in finding.modes if mode not in known.modes))
            finding = known._replace(modes=modes)
        merged[key] = finding
    return list(merged.values())


def _untrue(foreign: Foreign) -> frozenset[str]:
    """Rules that say nothing true of what starts the containers."""
    if foreign.imported.kind == "compose":
        return _BY_COMPOSE
    if not foreign.is_apptainer:
        return frozenset()
    words = [word.source for run in foreign.imported.runs for word in run.words]
    named = any(word.startswith(_REFERENCES) for word in words)
    return _BY_APPTAINER if named else _BY_APPTAINER | {"image-not-pinned"}


def _grant(foreign: Foreign) -> tuple[Span | None, str]:
    """Where a script opens the display to others, and the command."""
    run = next((run for run in foreign.imported.runs if run.x11 == "host"), None)
    if run is None:
        return None, ""
    if run.x11_at is None:
        return run.span, "xhost +local:"  # a launcher of this tool's own
    return run.x11_at, " ".join(run.x11_at.text.split())


def _with_display(plan: Plan, at: Span | None) -> Plan:
    """A display that is opened counts, also where the container is given it by hand."""
    if at is None or plan.x11.access != "off":
        return plan
    return plan._replace(settings={**plan.settings, "x11": Setting(X11("host"), at, "the script")})
