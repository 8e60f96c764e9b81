"""The drawing as a Mermaid flow chart, for a README."""

from __future__ import annotations

from itertools import groupby

from coder_gen.quoting.mermaid import label
from coder_gen.reporting.crossings import BOTH, NO_RISK, Crossing

_COLOURS = {
    "critical": ("#7f1d1d", "#ffffff"),
    "high": ("#b45309", "#ffffff"),
    "medium": ("#fde68a", "#1f2937"),
    "low": ("#bfdbfe", "#1f2937"),
}


def chart(name: str, mode: str, crossings: list[Crossing]) -> str:
    """The chart of one mode."""
    host, inside, arrows, coloured = [], [], [], []
    number = 0
    grouped = groupby(crossings, key=lambda crossing: crossing.group)
    for index, (group, members) in enumerate(grouped):
        host.append(f"    subgraph g{index}[{label(group)}]")
        for crossing in members:
            number += 1
            host.append(f"      h{number}[{label(crossing.host)}]")
            inside.append(f"    c{number}[{label(crossing.inside)}]")
            arrow = "<-->" if crossing.way == BOTH else "-->"
            risk = f"|{label(crossing.level)}|" if crossing.level != NO_RISK else ""
            arrows.append(f"  h{number} {arrow}{risk} c{number}")
            if crossing.level != NO_RISK:
                coloured.append(f"  class h{number},c{number} {crossing.level}")
        host.append("    end")
    styles = [f"  classDef {n} fill:{fill},color:{ink}" for n, (fill, ink) in _COLOURS.items()]
    return "\n".join(
        [
            "flowchart LR",
            "  subgraph host[" + label("Host") + "]",
            *host,
            "  end",
            "  subgraph inside[" + label(f"Container {name}, mode {mode}") + "]",
            *inside,
            "  end",
            *arrows,
            *(styles if coloured else []),
            *coloured,
            "",
        ]
    )
