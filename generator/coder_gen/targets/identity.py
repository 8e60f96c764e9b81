"""The container's name, which is the same in every target."""

from __future__ import annotations

from coder_gen.engines.arguments import host_text
from coder_gen.expression import Text
from coder_gen.plan import Plan


def container_name(plan: Plan) -> Text | None:
    """The spec's name; by default the environment's name with the uid, different for each user."""
    name = plan.text("container_name")
    if name is not None or not plan.is_named:
        return name
    return f"{plan.name}-" + host_text("UID")
