"""The rules, by what they look at."""

from __future__ import annotations

from coder_gen.audit.rule import Rule
from coder_gen.audit.rules import (
    combinations,
    confinement,
    devices,
    display,
    image,
    limits,
    mounts,
    namespaces,
    network,
    privileges,
    secrets,
)

# Combinations first: where one fires, the single settings below it are its parts.
RULES: dict[str, Rule] = {
    rule.id: rule
    for module in (
        combinations, privileges, confinement, namespaces, network, mounts, devices, display, secrets,
        limits, image,
    )
    for rule in module.RULES
}  # fmt: skip
