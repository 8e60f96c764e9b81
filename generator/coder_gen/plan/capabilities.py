"""The kernel's capabilities that a plan adds and drops, by name."""

from __future__ import annotations

from coder_gen.expression import Text
from coder_gen.plan.defaults import texts
from coder_gen.plan.plan import Plan


def capability(value: str) -> str:
    """A capability's name in one spelling: capital letters, without CAP_."""
    return value.upper().removeprefix("CAP_")


def added(plan: Plan) -> dict[str, Text]:
    """The capabilities that the spec adds, by name."""
    return {capability(name): text for text, name in texts(plan, "cap_add") if name}


def dropped(plan: Plan) -> set[str]:
    """The capabilities that the spec drops."""
    return {capability(name) for _, name in texts(plan, "cap_drop")}
