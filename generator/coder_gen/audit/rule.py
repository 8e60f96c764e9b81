"""A rule of the audit, and its hits.

Numbers in ``standards`` are those of the CIS Docker Benchmark 1.6.0 (its 5.1 is about swarm mode,
so the numbers of older editions are one lower), the rules of OWASP's Docker Security Cheat Sheet,
and the sections of NIST SP 800-190.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from coder_gen.plan import Plan
from coder_gen.text.positions import Span


class Hit(NamedTuple):
    """One place where a rule fires.

    ``item`` is the value at fault, for the rule's remedy; ``level`` overrides the rule's level.
    Without a span a setting is missing, and the hit is about the whole spec.
    """

    message: str
    span: Span | None = None
    item: Any = None
    level: str | None = None


Check = Callable[[Plan], Iterable[Hit]]
Remedy = Callable[[Plan, Hit], Plan]


class Rule(NamedTuple):
    """One rule. Its texts are for the user: what an attacker gains, and the advice.

    ``remedy`` changes a plan so that the hit is gone; ``costs`` is what no longer works then. A
    remedy that needs the user's decision, or work outside the spec, is not ``automatic``: it is
    shown, but ``--fix`` does not apply it. ``example`` is a fragment to show without a remedy.
    """

    id: str
    title: str
    level: str
    gains: str
    advice: str
    standards: tuple[str, ...]
    check: Check
    remedy: Remedy | None = None
    costs: str = ""
    automatic: bool = True
    example: str = ""
