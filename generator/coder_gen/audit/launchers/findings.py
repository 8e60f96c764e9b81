"""The audit of a launcher: findings at its lines, with its options or keys."""

from __future__ import annotations

from collections.abc import Iterable

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.findings import audit as examine
from coder_gen.audit.launchers.apptainer_defaults import with_default_mounts
from coder_gen.audit.launchers.fixes import fixes
from coder_gen.audit.launchers.read import Foreign
from coder_gen.audit.launchers.rule_wording import in_words, is_for_everyone, opened_by, reworded
from coder_gen.audit.levels import CRITICAL, rank
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import X11
from coder_gen.plan import Plan
from coder_gen.text.positions import Span

# Apptainer's defaults: the user's ids, no additional rights, a read-only image.
_BY_APPTAINER = frozenset(
    ["capabilities-not-dropped", "new-privileges", "root-user", "net-raw", "setuid-capabilities",
     "no-healthcheck", "default-bridge", "host-userns"]
)  # fmt: skip
# The sources of Apptainer's images; anything else is a file.
_REFERENCES = ("docker:", "docker-daemon:", "library:", "oras:", "shub:")
# Compose connects services by a network of the project, unless the file sets another.
_BY_COMPOSE = frozenset(["default-bridge"])


def audit_launcher(foreign: Foreign, today: str, mode: str | None = None) -> Audit:
    """Check every container of a launcher, or one. ``today`` (YYYY-MM-DD) as for a spec.

    Raises Problems, as for a spec.
    """
    kind = "compose" if foreign.imported.kind == "compose" else "script"
    at, grant = _grant(foreign)
    runs = {run.mode: run for run in foreign.imported.runs}
    plans = {
        name: _with_display(with_default_mounts(plan, runs[name]), at)
        for name, plan in foreign.plans.items()
        if mode in (None, name)
    }
    whole = frozenset(run.span for run in foreign.imported.runs if foreign.is_apptainer)
    found = examine(foreign.project, plans, today, fixes(kind, foreign.engine, grant, whole))
    rules = reworded(kind, apptainer=foreign.is_apptainer)

    def placed(finding: Finding) -> Finding:
        # A missing setting is reported at the command or the service.
        missing = finding.hit.span is None
        opens = finding.rule.id == "x11-host"
        # `xhost +` admits everyone who can reach the X server, not only the host's users.
        worst = opens and is_for_everyone(grant)
        return finding._replace(
            level=CRITICAL if worst else finding.level,
            rule=rules[finding.rule.id],
            message=opened_by(grant) if opens else in_words(finding.message, kind),
            span=runs[finding.modes[0]].span if missing else finding.span,
        )

    inapplicable = _inapplicable(foreign)
    there = _merged(
        placed(finding) for finding in found.open if finding.rule.id not in inapplicable
    )
    return found._replace(
        open=tuple(sorted(there, key=lambda finding: rank(finding.level))),
        rules=rules,
        language="text",
    )


def _merged(found: Iterable[Finding]) -> list[Finding]:
    """One finding per place: a loop starts several containers with the same command line."""
    merged: dict[tuple[str, str, Span], Finding] = {}
    for finding in found:
        key = (finding.rule.id, finding.message, finding.span)
        known = merged.get(key)
        if known is not None:
            modes = (*known.modes, *(mode for mode in finding.modes if mode not in known.modes))
            finding = known._replace(modes=modes)
        merged[key] = finding
    return list(merged.values())


def _inapplicable(foreign: Foreign) -> frozenset[str]:
    """The rules that do not apply to what starts the containers."""
    if foreign.imported.kind == "compose":
        return _BY_COMPOSE
    if not foreign.is_apptainer:
        return frozenset()
    words = [word.source for run in foreign.imported.runs for word in run.words]
    named = any(word.startswith(_REFERENCES) for word in words)
    return _BY_APPTAINER if named else _BY_APPTAINER | {"image-not-pinned"}


def _grant(foreign: Foreign) -> tuple[Span | None, str]:
    """The span and the text of the command with which a script opens the display to others."""
    run = next((run for run in foreign.imported.runs if run.x11 == "host"), None)
    if run is None:
        return None, ""
    if run.x11_at is None:
        return run.span, "xhost +local:"  # a generated launcher
    return run.x11_at, " ".join(run.x11_at.text.split())


def _with_display(plan: Plan, at: Span | None) -> Plan:
    """The plan with ``x11: host`` if the script opens the display, but sets no x11 itself."""
    if at is None or plan.x11.access != "off":
        return plan
    return plan._replace(settings={**plan.settings, "x11": Setting(X11("host"), at, "the script")})
