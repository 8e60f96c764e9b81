"""A plan as a set of facts about the container; words keep their order where it has a meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from coder_gen.expression import Text
from coder_gen.language.values import (
    Attachment,
    Device,
    EnvFile,
    FileGrant,
    Gpu,
    Inherit,
    Mount,
    Port,
    Rate,
    Ulimit,
    Weight,
)
from coder_gen.plan import Plan
from coder_gen.plan.capabilities import capability
from coder_gen.plan.defaults import settled
from coder_gen.plan.labels import OWN_LABELS
from coder_gen.text.positions import Span

Show = Callable[[Text], str]

PASSED_ON = "as the host has it"
EVERY_ADDRESS = "every address"
# Keys about starting the container, not about the container itself.
_LAUNCHERS = ("pull_policy", "container_name")
# Lists whose order has a meaning.
_ORDERED = (
    "entrypoint",
    "command",
    "engine_options",
    "dns",
    "dns_search",
    "env_file",
    "label_file",
)


class Fact(NamedTuple):
    """One fact: a key, a name where the key holds several facts, and a value.

    ``value`` is the text to show; ``now`` is the value with every default filled in and ``item`` the
    typed value, by which a change is rated.
    """

    key: str
    name: str
    value: str
    now: str
    span: Span
    item: Any


Facts = dict[tuple[str, str], Fact]


def facts(plan: Plan, show: Show, launching: bool = True) -> Facts:
    """All facts of a plan. ``launching`` is whether to include those about the launcher itself.

    These are optional mounts, the pull policy, the container's name and generated labels.
    """
    found: Facts = {}
    for key, setting in plan.settings.items():
        if key == "publish_address" or (not launching and key in _LAUNCHERS):
            continue
        value = plan.ports if key == "ports" else setting.value
        for name, text, item in _values_of(key, value, show, launching):
            if not launching and key == "labels" and name.startswith(OWN_LABELS):
                continue
            span = getattr(item, "span", None)
            place = span if isinstance(span, Span) and span.source.name else setting.span
            own_key = "environment" if key == "forward_environment" else key
            fact = Fact(own_key, name, text, _now(item, text, plan), place, item)
            known = found.get((own_key, name))
            # A port may be published on several addresses.
            found[own_key, name] = fact if known is None else _joined(known, fact)
    return found


def _now(item: Any, value: str, plan: Plan) -> str:
    if isinstance(item, Port):
        return _address(settled(item.host_ip, plan))
    return settled(item, plan) if isinstance(item, Text) else value


def _joined(one: Fact, other: Fact) -> Fact:
    def both(first: str, second: str) -> str:
        return ", ".join(sorted({*first.split(", "), second}))

    return other._replace(value=both(one.value, other.value), now=both(one.now, other.now))


def _values_of(key: str, value: Any, show: Show, launching: bool) -> Iterator[tuple[str, str, Any]]:
    """The name, the text and the typed value of each fact of one key."""
    if key in _ORDERED and isinstance(value, tuple) and not isinstance(value, Text):
        words = [show(item.path) if isinstance(item, EnvFile) else show(item) for item in value]
        yield "", " ".join(map(_quoted, words)), value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name, _text_of(item, show, launching), item
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        for item in value:
            yield _named(key, item, show, launching)
    elif isinstance(value, Text) or not hasattr(value, "_fields"):
        yield "", _text_of(value, show, launching), value
    else:
        # healthcheck, logging, blkio_config, x11: each field is its own fact.
        for field, item in value._asdict().items():
            if item not in (None, False, ()):
                yield field, _text_of(item, show, launching), item


def _named(key: str, item: Any, show: Show, launching: bool) -> tuple[str, str, Any]:
    if isinstance(item, Port):
        published = "" if item.published is None else show(item.published)
        protocol = "" if item.protocol == "tcp" else f"/{item.protocol}"
        name = f"{published or 'any'} to {show(item.target)}{protocol}"
        address = show(item.host_ip) if item.host_ip is not None else ""
        return name, _address(address), item
    if isinstance(item, Mount):
        return show(item.target), mount(item, show, launching), item
    if isinstance(item, Device):
        target = item.source if item.target is None else item.target
        return show(target), f"{show(item.source)} {item.permissions or 'rwm'}", item
    if isinstance(item, Ulimit):
        hard = item.hard if item.hard is not None else item.soft
        return item.name, f"{show(item.soft)}:{show(hard)}", item
    if isinstance(item, FileGrant):
        return item.name, _text_of(item, show, launching), item
    if isinstance(item, Text):
        text = show(item)
        if key in ("cap_add", "cap_drop"):
            return capability(text), "", item
        if key == "security_opt":
            return normal_option(text), "", item
        if key == "tmpfs":
            path, _, options = text.partition(":")
            return path, options, item
        if key == "forward_environment":
            return text, PASSED_ON, item
        return text, "", item
    if isinstance(item, tuple) and not hasattr(item, "_fields") and len(item) == 2:
        return show(item[0]), show(item[1]), item
    return _text_of(item, show, launching), "", item


def normal_option(text: str) -> str:
    """A security option in its normal spelling."""
    option = text.replace(":", "=", 1)
    return "no-new-privileges" if option == "no-new-privileges=true" else option


def _address(address: str) -> str:
    return EVERY_ADDRESS if address.strip("[]") in ("", "0.0.0.0", "::") else address


def mount(item: Mount, show: Show, launching: bool) -> str:
    """A mount as text, without its target."""
    words = [item.type, show(item.source)] if item.source is not None else [item.type]
    words.append("read-only" if item.read_only else "writable")
    for name in ("propagation", "recursive", "selinux", "consistency", "mode"):
        value = getattr(item, name)
        # Only values that are not the engines' defaults.
        if value is not None and value not in ("rprivate", "enabled", "consistent"):
            words.append(f"{name}={value}")
    words += [f"{name}={show(v)}" for name in ("subpath", "size") if (v := getattr(item, name))]
    if item.nocopy:
        words.append("nocopy")
    if item.optional and launching:
        words.append("optional")
    return " ".join(words)


def _text_of(value: Any, show: Show, launching: bool) -> str:
    """Any value as text."""
    if isinstance(value, Text):
        return show(value)
    if isinstance(value, Inherit):
        return PASSED_ON
    if isinstance(value, (Attachment, Gpu, FileGrant, Rate, Weight)):
        fields = value._asdict().items()
        pairs = [
            f"{name}={_text_of(item, show, launching)}"
            for name, item in fields
            if name not in ("span", "name") and item not in (None, False, (), {})
        ]
        return " ".join(pairs)
    if isinstance(value, dict):
        return ",".join(f"{k}={_text_of(v, show, launching)}" for k, v in sorted(value.items()))
    if isinstance(value, tuple):
        return " ".join(_quoted(_text_of(item, show, launching)) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(word: str) -> str:
    from shlex import quote

    return word if word and not set(word) & set(" \t\n'\"\\") else quote(word)
