"""The data of the report's page; the template only prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.audit.findings import Audit, Finding
from coder_gen.audit.formats.table import summary
from coder_gen.audit.levels import LEVELS
from coder_gen.comparing.facts import facts
from coder_gen.explaining.parts import Part, parts
from coder_gen.language.keys.container import KEYS
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.quoting.html import Html
from coder_gen.render import render
from coder_gen.reporting.crossings import Crossing, crossings
from coder_gen.reporting.drawing import Drawing, narrow, wide
from coder_gen.support import EXACT, Rules
from coder_gen.targets.base import Support

Columns = Mapping[str, Mapping[str, Support]]


class Mode(NamedTuple):
    """One mode: its drawings, what crosses, and its command line."""

    name: str
    description: str
    wide: Drawing
    narrow: Drawing
    crossings: tuple[Crossing, ...]
    parts: tuple[Part, ...]


class Row(NamedTuple):
    """A setting and its value in each mode; ``differs`` is whether the values differ."""

    name: str
    cells: tuple[str, ...]
    differs: bool


class SupportRow(NamedTuple):
    """A key that the spec uses, and how far each target supports it."""

    key: str
    cells: tuple[tuple[str, str], ...]


class VariableRow(NamedTuple):
    """A variable of the spec."""

    name: str
    type: str
    default: str
    help: str


def page(
    project: Project,
    plans: Mapping[str, Plan],
    audit: Audit,
    rules: Rules,
    columns: Columns,
    commands: tuple[str, ...],
) -> str:
    """The page, as one HTML text without references to other files.

    ``commands`` are command lines for the same spec; the first one makes this page.
    """
    found: list[Finding] = [*audit.open, *audit.accepted]
    modes = [_mode(plan, found, rules, project.name) for plan in plans.values()]
    return render(
        "report.html.j2",
        project=project,
        modes=modes,
        counts=[(level, audit.count(level)) for level in LEVELS],
        summary=summary(audit),
        audit=audit,
        rows=_rows(plans),
        variables=_variables(project),
        targets=list(columns),
        support=_support(plans, columns),
        command=commands[0],
        commands=commands[1:],
        pieces=_pieces,
        nothing=Html(""),
    )


def _pieces(message: str) -> list[tuple[str, bool]]:
    """The pieces of a message, split at backticks, each with whether it is code."""
    words = message.split("`")
    if len(words) % 2 == 0:  # one backtick is part of the code itself
        return [(message, False)]
    return [(word, number % 2 == 1) for number, word in enumerate(words) if word]


def _mode(plan: Plan, findings: list[Finding], rules: Rules, name: str) -> Mode:
    found = crossings(plan, findings)
    inside = f"Container {name}, mode {plan.mode}"
    return Mode(
        plan.mode,
        plan.description,
        wide(found, inside),
        narrow(found),
        tuple(found),
        tuple(parts(plan, rules, [])),
    )


def _rows(plans: Mapping[str, Plan]) -> list[Row]:
    """Every setting of all modes; those that differ first."""
    tables = [facts(plan, lambda text: text.source) for plan in plans.values()]
    keys = list(KEYS)
    places = sorted({p for table in tables for p in table}, key=lambda p: (keys.index(p[0]), p[1]))
    rows = []
    for place in places:
        cells = tuple(table[place].value or "yes" if place in table else "" for table in tables)
        rows.append(Row(f"{place[0]} {place[1]}".strip(), cells, len(set(cells)) > 1))
    return sorted(rows, key=lambda row: not row.differs)


def _variables(project: Project) -> list[VariableRow]:
    rows = []
    for variable in project.variables.values():
        default = variable.default_in_words("a free port of the user's own", "has to be set")
        rows.append(VariableRow(variable.name, variable.type, default, variable.help))
    return rows


def _support(plans: Mapping[str, Plan], columns: Columns) -> list[SupportRow]:
    """The keys in use, those first that some target does not support exactly."""
    used = dict.fromkeys(key for plan in plans.values() for key in plan.settings)
    rows = []
    for key in used:
        cells = tuple(_cell(table.get(key)) for table in columns.values())
        rows.append(SupportRow(key, cells))
    return sorted(rows, key=lambda row: all(level == EXACT for level, _ in row.cells))


def _cell(support: Support | None) -> tuple[str, str]:
    return ("–", "") if support is None else (support.level, support.note)
