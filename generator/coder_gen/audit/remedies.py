"""Changes to a plan that remove a risk: the remedies of the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coder_gen import expression
from coder_gen.audit.rule import Hit, Remedy
from coder_gen.expression import Text
from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import ListShape, Setting
from coder_gen.language.values import X11, Port
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import capability
from coder_gen.plan.defaults import settled, texts
from coder_gen.text.positions import NOWHERE


def text(value: str) -> Text:
    """A literal text made by the audit."""
    return expression.literal(value, NOWHERE)


def with_value(plan: Plan, key: str, value: Any) -> Plan:
    """The plan with a key set; an empty list or None removes it."""
    settings = {name: item for name, item in plan.settings.items() if name != key}
    value = _each_once(key, value, plan.value(key))
    if value not in (None, ()):
        settings[key] = Setting(value, NOWHERE, "the audit's fix")
    return plan._replace(settings=settings)


def _each_once(key: str, value: Any, before: Any) -> Any:
    """A list without duplicates: of two items with the same key, the changed one stays."""
    shape = KEYS[key].shape if key in KEYS else None
    if not isinstance(shape, ListShape) or shape.key is None or value is None:
        return value
    found: dict[object, Any] = {}
    for item in value:
        same = shape.key(item)
        if same not in found or found[same] in (before or ()):
            found[same] = item
    return tuple(found.values())


def drop_key(key: str) -> Remedy:
    """Remove a key, so that the engine's default applies."""
    return lambda plan, hit: with_value(plan, key, None)


def set_key(key: str, value: str) -> Remedy:
    """Set a scalar key."""
    return lambda plan, hit: with_value(plan, key, text(value))


def drop_item(key: str) -> Remedy:
    """Remove the item at fault from a list."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        left = tuple(item for item in plan.value(key) or () if item != hit.item)
        return with_value(plan, key, left)

    return remedy


def drop_capability(plan: Plan, hit: Hit) -> Plan:
    """Remove the capability at fault from ``cap_add``, in each of its spellings."""
    name = capability(settled(hit.item, plan))
    left = tuple(text for text, value in texts(plan, "cap_add") if capability(value) != name)
    return with_value(plan, "cap_add", left)


def drop_option(*spellings: str) -> Remedy:
    """Remove every security option that is one of these; engines accept both = and :."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        options = texts(plan, "security_opt")
        left = tuple(text for text, value in options if value.replace(":", "=", 1) not in spellings)
        return with_value(plan, "security_opt", left)

    return remedy


def add_item(key: str, value: str) -> Remedy:
    """Add a text to a list."""
    return lambda plan, hit: with_value(plan, key, (*(plan.value(key) or ()), text(value)))


def change_mount(**fields: Any) -> Remedy:
    """Change the mount at fault."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        mounts = tuple(m._replace(**fields) if m == hit.item else m for m in plan.mounts)
        return with_value(plan, "volumes", mounts)

    return remedy


def both(*remedies: Remedy) -> Remedy:
    """Apply remedies one after the other."""

    def remedy(plan: Plan, hit: Hit) -> Plan:
        for each in remedies:
            plan = each(plan, hit)
        return plan

    return remedy


def cookie(plan: Plan, hit: Hit) -> Plan:
    """Give the display's cookie to this container, instead of access to many users."""
    return with_value(plan, "x11", X11("cookie"))


def loopback(plan: Plan, hit: Hit) -> Plan:
    """Publish every port only on loopback."""
    return on_loopback(plan, lambda port: True)


def on_loopback(plan: Plan, chosen: Callable[[Port], bool]) -> Plan:
    """Publish only on loopback: ports without an address, and those that ``chosen`` accepts."""
    plan = with_value(plan, "publish_address", text("127.0.0.1"))
    ports: tuple[Port, ...] = plan.value("ports") or ()
    made = tuple(port._replace(host_ip=None) if chosen(port) else port for port in ports)
    return with_value(plan, "ports", made) if made != ports else plan
