"""Changes to a plan that take a risk away; rules name them as their remedy."""

from __future__ import annotations

from typing import Any

from coder_gen import expression
from coder_gen.audit.rule import Hit, Remedy
from coder_gen.expression import Text
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import X11
from coder_gen.plan import Plan
from coder_gen.text.positions import NOWHERE


def text(value: str) -> Text:
    """A literal of the audit's own."""
    return expression.literal(value, NOWHERE)


def with_value(plan: Plan, key: str, value: Any) -> Plan:
    """The plan with a key set; an empty list or None removes it."""
    settings = {name: item for name, item in plan.settings.items() if name != key}
    if value not in (None, ()):
        settings[key] = Setting(value, NOWHERE, "the audit's fix")
    return plan._replace(settings=settings)


def drop_key(key: str) -> Remedy:
    """Leave a key to the engine's default."""
    return lambda plan, hit: with_value(plan, key, None)


def set_key(key: str, value: str) -> Remedy:
    """Give a key of one scalar a value."""
    return lambda plan, hit: with_value(plan, key, text(value))


def drop_item(key: str) -> Remedy:
    """Take the item at fault out of a list."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        left = tuple(item for item in plan.value(key) or () if item != hit.item)
        return with_value(plan, key, left)

    return remedy


def add_item(key: str, value: str) -> Remedy:
    """Put one more text into a list."""
    return lambda plan, hit: with_value(plan, key, (*(plan.value(key) or ()), text(value)))


def change_mount(**fields: Any) -> Remedy:
    """Change the mount at fault."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        mounts = tuple(m._replace(**fields) if m == hit.item else m for m in plan.mounts)
        return with_value(plan, "volumes", mounts)

    return remedy


def both(*remedies: Remedy) -> Remedy:
    """One after the other."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        for each in remedies:
            plan = each(plan, hit)
        return plan

    return remedy


def cookie(plan: Plan, hit: Hit) -> Plan:
    """Give the display's cookie to this one container instead of a grant to many."""
    return with_value(plan, "x11", X11("cookie"))


def loopback(plan: Plan, hit: Hit) -> Plan:
    """Publish every port on loopback only."""
    plan = with_value(plan, "publish_address", text("127.0.0.1"))
    ports = plan.value("ports")
    if ports and any(port.host_ip is not None for port in ports):
        plan = with_value(plan, "ports", tuple(port._replace(host_ip=None) for port in ports))
    return plan
