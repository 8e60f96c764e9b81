"""The rules of the audit, one module for each subject."""

from __future__ import annotations

from coder_gen.audit.rule import Rule
from coder_gen.audit.rules import (
    combinations,
    confinement,
    devices,
    display,
    homes,
    image,
    limits,
    mounts,
    namespaces,
    network,
    privileges,
    secrets,
)

# Combinations first: the findings about their single settings follow them.
RULES: dict[str, Rule] = {
    rule.id: rule
    for module in (
        combinations, privileges, confinement, namespaces, network, mounts, homes, devices, display,
        secrets, limits, image,
    )
    for rule in module.RULES
}  # fmt: skip
