"""What a rule of the audit is, and what it says when it fires.

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

    ``item`` is the value at fault, for the rule's remedy; ``level`` where it differs from the
    rule's own. Without a span something is missing, and the whole spec is meant.
    """

    message: str
    span: Span | None = None
    item: Any = None
    level: str | None = None


Check = Callable[[Plan], Iterable[Hit]]
Remedy = Callable[[Plan, Hit], Plan]


class Rule(NamedTuple):
    """One rule. Its texts are for the user: what an attacker gains, and the way out.

    ``remedy`` changes a plan so that the hit is gone; ``costs`` says what stops working then.
    Where that needs a decision or work beside the spec, the remedy is not ``automatic``: it is
    shown, and ``--fix`` leaves it. ``example`` is a fragment to go by where there is none.
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
