"""``--network`` and the options about it, whose meaning depends on each other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coder_gen.options.argv import Option
from coder_gen.options.forms import KeyValues
from coder_gen.options.option_values import Data
from coder_gen.options.text_parts import fields, known, name_and_value

# Values that are not networks; the text after a colon belongs to the value.
_MODES = re.compile(
    r"(?:host|none|bridge|default|private|slirp4netns|pasta|(?:container|ns|slirp4netns|pasta|private):.*)?"
)
_ATTACHMENT = {"network-alias": "aliases", "ip": "ipv4_address", "ip6": "ipv6_address",
               "link-local-ip": "link_local_ips"}  # fmt: skip
_FIELDS = {"alias": "aliases", "ip": "ipv4_address", "ip6": "ipv6_address",
           "mac-address": "mac_address", "mac": "mac_address", "link-local-ip": "link_local_ips",
           "driver-opt": "driver_opts", "gw-priority": "gw_priority"}  # fmt: skip
_LISTS = ("aliases", "link_local_ips")


def read_networks(options: Sequence[Option], separator: str) -> tuple[KeyValues, list[Option]]:
    """The settings of the options, and the options that the spec cannot express.

    ``separator`` separates a network's name from its fields; without one, all is a record of CSV.
    """
    joins = [option for option in options if option.name == "network"]
    others = [option for option in options if option.name != "network"]
    if not joins:
        return [], list(others)
    if len(joins) == 1:
        text = known(joins[0].value)
        if text == "" or (text is not None and _MODES.fullmatch(text)):
            return ([("network_mode", joins[0].value)] if text else []), list(others)
    networks: dict[str, dict[str, Data]] = {}
    for option in joins:
        found = _network(option, separator)
        if found is None:
            if len(joins) == 1 and not others:
                return [("network_mode", joins[0].value)], []
            return [], list(options)
        networks[found[0]] = found[1]
    first = next(iter(networks.values()))
    for option in others:
        key = _ATTACHMENT[option.name]
        if key in _LISTS:
            first.setdefault(key, []).append(option.value)
        else:
            first[key] = option.value
    plain = not any(networks.values())
    return [("networks", list(networks) if plain else dict(networks))], []


def _network(option: Option, separator: str) -> tuple[str, dict[str, Data]] | None:
    """The network's name and the fields of the attachment; None where they cannot be determined."""
    value = option.value
    text = known(value)
    if separator:
        name, *more = value.split(separator, 1)
        parts = fields(more[0]) if more else []
    elif text is not None and "=" not in text:
        return text, {}
    else:
        try:
            name, parts = None, fields(value)
        except ValueError:
            return None
    found: dict[str, Data] = {}
    for part in parts:
        entry = name_and_value(part)
        if entry is None or entry[1] is None:
            return None
        key, item = entry[0].strip().lower(), entry[1]
        if key == "name" and name is None:
            name = item
        elif key not in _FIELDS:
            return None
        elif _FIELDS[key] in _LISTS:
            found.setdefault(_FIELDS[key], []).append(item)
        elif key == "driver-opt":
            pair = name_and_value(item)
            if pair is None or pair[1] is None:
                return None
            found.setdefault("driver_opts", {})[pair[0]] = pair[1]
        else:
            found[_FIELDS[key]] = item
    label = known(name) if name is not None else None
    return (label, found) if label else None
