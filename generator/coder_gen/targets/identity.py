"""What tells a container from others: its name, and whose it is; the same in every target."""

from __future__ import annotations

from coder_gen.engines.arguments import host_text
from coder_gen.expression import Text
from coder_gen.plan import Plan


def container_name(plan: Plan) -> Text | None:
    """The spec's name for it; else the environment's, with the uid: each user has their own."""
    name = plan.text("container_name")
    if name is not None or not plan.is_named:
        return name
    return f"{plan.name}-" + host_text("UID")
