"""``audit --fix``: a spec that extends the audited one and applies the automatic remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.audit.findings import Finding, findings
from coder_gen.audit.fragments import Changes, changes, entry
from coder_gen.audit.levels import rank
from coder_gen.audit.rule import Rule
from coder_gen.audit.rules import RULES
from coder_gen.engines.engine_options import Unfolding
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.plan.image import with_image

# With chosen profiles, the changes must come after them, as one more profile.
PROFILE = "audited"
# A remedy may cause a hit of another rule: a read-only system folder is still readable.
_ROUNDS = 8


class Overlay(NamedTuple):
    """The overlay's text, and the findings that are left for the user to decide."""

    text: str
    left: tuple[Finding, ...]


def fixed(plan: Plan, skip: frozenset[str]) -> tuple[Plan, list[Rule]]:
    """The plan after all automatic remedies, and the rules whose remedy was applied.

    ``skip`` are the rules whose risk is accepted.
    """
    used: dict[str, Rule] = {}
    for _ in range(_ROUNDS):
        unfolding = Unfolding(plan)
        before = after = unfolding.seen
        for rule in RULES.values():
            if rule.remedy is None or not rule.automatic or rule.id in skip:
                continue
            for hit in list(rule.check(after)):
                after = rule.remedy(after, hit)
                used[rule.id] = rule
        if after == before:
            break
        plan = unfolding.folded(after)
    return plan, list(used.values())


def overlay(
    project: Project, plans: Mapping[str, Plan], base: str, skip: frozenset[str]
) -> Overlay:
    """The overlay over ``base``, which is the value of its ``extends``."""
    plans = with_image(project, plans)
    after: dict[str, Plan] = {}
    used: dict[str, Rule] = {}
    per_mode: dict[str, Changes] = {}
    for mode, plan in plans.items():
        after[mode], rules = fixed(plan, skip)
        used |= {rule.id: rule for rule in rules}
        per_mode[mode] = changes(plan, after[mode])
    found = findings(after, project.span)
    lines = _header(project, base, list(used.values()))
    body = _body(project, plans, per_mode) + _unused_acceptances(project, found)
    if project.options.profiles:
        body = ["profiles:", f"  {PROFILE}:", *_indented(body, 4)] if body else []
    left = tuple(f for f in found if f.rule.id not in skip)
    return Overlay("\n".join([*lines, *body]) + "\n", left)


def _header(project: Project, base: str, used: list[Rule]) -> list[str]:
    lines = [f"# {project.name}, without what `coder-gen audit --fix` could remove."]
    if used:
        lines.append("# What it costs:")
    costs: dict[str, list[str]] = {}
    for rule in sorted(used, key=lambda rule: rank(rule.level)):
        costs.setdefault(rule.costs, []).append(rule.id)
    lines += [f"# - {', '.join(ids)}: {cost}" for cost, ids in costs.items()]
    if project.options.profiles:
        chosen = " ".join(f"--profile {name}" for name in (*project.options.profiles, PROFILE))
        lines.append(f"# Made over profiles: use it with {chosen}")
    return [*lines, f"extends: {base}"]


def _body(
    project: Project, plans: Mapping[str, Plan], per_mode: Mapping[str, Changes]
) -> list[str]:
    """A change common to every mode is written at the top, unless a mode sets the key."""
    lines: list[str] = []
    modes: dict[str, list[str]] = {}
    for key in dict.fromkeys(key for made in per_mode.values() for key in made):
        texts = {
            mode: entry(key, plans[mode].value(key), made[key])
            for mode, made in per_mode.items()
            if key in made
        }
        everywhere = len(texts) == len(project.modes) and len(set(map(tuple, texts.values()))) == 1
        set_in_mode = any(key in overlay for overlay in project.modes.values())
        if everywhere and not set_in_mode:
            lines += next(iter(texts.values()))
            continue
        for mode, text in texts.items():
            modes.setdefault(mode, []).extend(text)
    if modes:
        lines.append("modes:")
        for mode, text in modes.items():
            lines += [f"  {mode}:", *_indented(text, 4)]
    return lines


def _unused_acceptances(project: Project, found: list[Finding]) -> list[str]:
    """The lines that remove acceptances of risks that no longer exist."""
    at_risk = {finding.rule.id for finding in found}
    gone = [item.rule for item in project.accepted if item.rule not in at_risk]
    return ["accept:", *(f"  {rule}: !reset null" for rule in gone)] if gone else []


def _indented(lines: list[str], width: int) -> list[str]:
    return [" " * width + line for text in lines for line in text.split("\n")]
