"""The findings of a project: every rule over every mode, without the accepted risks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from coder_gen.audit.fragments import fragment
from coder_gen.audit.levels import rank
from coder_gen.audit.rule import Hit, Remedy, Rule
from coder_gen.audit.rules import RULES
from coder_gen.engines.engine_options import Unfolding
from coder_gen.language.context import guess
from coder_gen.language.load import Project
from coder_gen.language.values import Acceptance
from coder_gen.plan import Plan
from coder_gen.plan.image import with_image
from coder_gen.quoting.yaml import comment
from coder_gen.text.diagnostics import Diagnostic, Reporter
from coder_gen.text.positions import Span

Fix = Callable[[Rule, Hit, Plan], str]


class Finding(NamedTuple):
    """One risk of a spec, in one mode or in several.

    ``accepted`` is the acceptance in force, ``expired`` one that has ended; ``hit`` and ``fix`` are
    those of the first mode.
    """

    rule: Rule
    level: str
    message: str
    span: Span
    modes: tuple[str, ...]
    fix: str
    hit: Hit
    accepted: Acceptance | None = None
    expired: Acceptance | None = None


class Audit(NamedTuple):
    """The findings: open risks and accepted risks, each with the worst first."""

    open: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    modes: tuple[str, ...]
    warnings: tuple[Diagnostic, ...] = ()
    # Every rule that was checked, with texts for the kind of file audited.
    rules: Mapping[str, Rule] = RULES
    # The language of the fixes.
    language: str = "yaml"

    def count(self, level: str) -> int:
        """The number of open findings of a level."""
        return sum(finding.level == level for finding in self.open)


def audit(project: Project, plans: Mapping[str, Plan], today: str, fix: Fix | None = None) -> Audit:
    """Check every mode. ``today`` (YYYY-MM-DD) decides which acceptances are still in force.

    ``fix`` writes the fix of a hit, where that is not a fragment of a spec.
    Raises Problems (E601) for an acceptance of an unknown rule; warns (W602) of an unused one.
    """
    reporter = Reporter()
    acceptances = _acceptances(project, reporter)
    reporter.stop_if_failed()
    found = [
        _decide(finding, acceptances, today)
        for finding in findings(with_image(project, plans), project.span, fix)
    ]
    used = {finding.rule.id for finding in found}
    # With a profile, an unused acceptance is normal: the profile may remove the risk.
    if not project.options.profiles and len(plans) == len(project.modes):
        for rule, acceptance in acceptances.items():
            if rule not in used:
                reporter.warning(
                    "W602", f"`accept` names {rule}, but nothing here is at risk of it",
                    acceptance.span, "remove the entry",
                )  # fmt: skip
    return Audit(
        tuple(f for f in found if f.accepted is None),
        tuple(f for f in found if f.accepted is not None),
        tuple(plans),
        tuple(reporter.diagnostics),
    )


def findings(plans: Mapping[str, Plan], whole: Span, fix: Fix | None = None) -> list[Finding]:
    """The findings in all plans; one entry for the same place in several modes."""
    merged: dict[tuple[str, str, Span], Finding] = {}
    modes: dict[tuple[str, str, Span], dict[str, None]] = {}
    for mode, plan in plans.items():
        unfolding = Unfolding(plan)
        seen = unfolding.seen
        for rule in RULES.values():
            for hit in rule.check(seen):
                span = hit.span or whole
                key = (rule.id, hit.message, span)
                # A rule may report one item of a list twice.
                modes.setdefault(key, {})[mode] = None
                if key in merged:
                    continue
                level = hit.level or rule.level
                fix_text = fix(rule, hit, seen) if fix else _fix(rule, hit, unfolding)
                merged[key] = Finding(rule, level, hit.message, span, (mode,), fix_text, hit)
    order = {rule: number for number, rule in enumerate(RULES)}
    every = (found._replace(modes=tuple(modes[key])) for key, found in merged.items())
    return sorted(every, key=lambda f: (rank(f.level), order[f.rule.id]))


def _fix(rule: Rule, hit: Hit, unfolding: Unfolding) -> str:
    if rule.remedy is None:
        return rule.example
    manual = unfolding.by_hand(hit.span) if unfolding.is_long else ""
    if manual:
        return comment(manual)
    after = _fixed(rule, rule.remedy, hit, unfolding)
    return fragment(unfolding.plan, after) or rule.example


def _fixed(rule: Rule, remedy: Remedy, hit: Hit, unfolding: Unfolding) -> Plan:
    """The plan without the hit, and without the hits that the option at fault had hidden."""
    after = unfolding.folded(remedy(unfolding.seen, hit))
    if not unfolding.engine or unfolding.is_long:
        return after
    # The option overrides a key; the key's value is a hit, too, if the same rule reports it.
    known = {(each.span, each.message) for each in rule.check(unfolding.seen)}
    known.remove((hit.span, hit.message))
    again = Unfolding(after)
    hidden = [each for each in rule.check(again.seen) if (each.span, each.message) not in known]
    seen = again.seen
    for each in hidden:
        seen = remedy(seen, each)
    return again.folded(seen) if hidden else after


def _acceptances(project: Project, reporter: Reporter) -> dict[str, Acceptance]:
    for acceptance in project.accepted:
        if acceptance.rule not in RULES:
            near = guess(acceptance.rule, RULES, reporter)
            reporter.error(
                "E601", f"there is no audit rule `{acceptance.rule}`", acceptance.span,
                f"did you mean {near}?" if near else "`coder-gen audit --rules` lists them",
            )  # fmt: skip
    return {acceptance.rule: acceptance for acceptance in project.accepted}


def _decide(finding: Finding, acceptances: Mapping[str, Acceptance], today: str) -> Finding:
    acceptance = acceptances.get(finding.rule.id)
    if acceptance is None:
        return finding
    if acceptance.until >= today:
        return finding._replace(accepted=acceptance)
    return finding._replace(expired=acceptance)
