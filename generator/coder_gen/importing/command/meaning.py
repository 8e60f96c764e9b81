"""The meaning of an engine's command line, independent of its spelling, for `--check`.

It reads options by the engine's rules and normalizes their values: sizes in bytes, mounts by
field, each port on its own, without defaults. It shares only the table of options with the
import, so that it finds a value that the import misreads.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from coder_gen.engines.base import Engine
from coder_gen.engines.registry import builders
from coder_gen.expression import Text
from coder_gen.language.shapes.amounts import nanoseconds, size
from coder_gen.options.argv import parse
from coder_gen.text.diagnostics import Reporter

Fact = tuple[str, str]
_SIZES = ("memory", "memory-reservation", "memory-swap", "shm-size", "kernel-memory")
_DURATIONS = ("health-interval", "health-timeout", "health-start-period", "health-start-interval")
# Options with a name in their value: of several for one name, the last one counts.
_MAPS = ("env", "label", "sysctl", "annotation", "log-opt", "storage-opt", "ulimit")
# Options whose order has a meaning.
_ORDERED = ("dns", "dns-search", "dns-option", "env-file", "label-file", "entrypoint")
_ATTACHED = {"network-alias": "alias", "ip": "ip", "ip6": "ip6", "link-local-ip": "link-local-ip"}
_MODE_OF_NETWORK = re.compile(r"(host|none|bridge|default|container:.*)?")


class Meaning(NamedTuple):
    """What a command line requests: facts in no order, the image, and the container's command."""

    facts: frozenset[Fact]
    image: str
    command: tuple[str, ...]


class MeaningDifference(NamedTuple):
    """A fact that only one of two command lines has."""

    name: str
    original: str | None
    now: str | None


def meaning(words: Sequence[Text], engine: Engine) -> Meaning:
    """The meaning of the words after ``run``. Raises Problems if the engine would refuse them."""
    reporter = Reporter()
    line = engine.options
    arguments = parse(words, line.table, f"{engine.name} run", reporter)
    reporter.stop_if_failed()
    facts: list[Fact] = []
    single: dict[str, str] = {}
    maps: dict[tuple[str, str], str] = {}
    order: dict[str, list[str]] = {}
    networks: list[dict[str, list[str]]] = []
    attached: dict[str, list[str]] = {}
    for option in arguments.options:
        name, value = option.name, option.value.source
        if name in _MAPS:
            key, sign, text = value.partition("=")
            maps[(name, key)] = _ulimit(text) if name == "ulimit" else _entry(name, key, sign, text)
        elif name == "network":
            networks.append(_network(value, line.network_mark))
        elif name in _ATTACHED:
            attached.setdefault(_ATTACHED[name], []).append(value)
        elif name in _ORDERED:
            path = name in ("env-file", "label-file")
            order.setdefault(name, []).append(value.removeprefix("./") if path else value)
        elif name == "tmpfs":
            facts.append((name, _tmpfs(value, line.usual_tmpfs)))
        elif name == "gpus" and line.gpus_by_cdi:
            facts += _device(f"nvidia.com/gpu={value}")  # podman-run(1)
        elif name in _MANY:
            facts += _MANY[name](value)
        elif name in _SINGLE:
            single[name] = _value(name, value)
        else:
            facts.append((name, value))
    for key, values in attached.items():
        (networks[0] if networks else attached).setdefault(key, [])
        if networks:
            networks[0][key] += values
        else:
            facts += [(key, value) for value in values]
    if networks in ([{"name": [name]}] for name in line.usual_networks):
        networks = []
    facts += [("network", _shown(network)) for network in networks if network.get("name") != [""]]
    # An import keeps an empty health command, with which the engines run none.
    usual = {flag.name: flag.usual for flag in line.table.long.values()}
    usual["health-cmd"] = ("",)
    facts += [(name, value) for name, value in single.items() if value not in usual[name]]
    facts += [
        (name, f"{key}={value}" if value is not None else key)
        for (name, key), value in maps.items()
    ]
    facts += [
        (name, shlex.join(values[-1:] if name == "entrypoint" else values))
        for name, values in order.items()
    ]
    image, *command = [word.source for word in arguments.rest] or [""]
    return Meaning(frozenset(facts), image, tuple(command))


def differences(original: Meaning, now: Meaning) -> list[MeaningDifference]:
    """The facts that differ, by name."""
    found = [
        MeaningDifference(name, value, None) for name, value in sorted(original.facts - now.facts)
    ]
    found += [
        MeaningDifference(name, None, value) for name, value in sorted(now.facts - original.facts)
    ]
    if original.image != now.image:
        found.append(MeaningDifference("image", original.image, now.image))
    if original.command != now.command:
        found.append(
            MeaningDifference("command", shlex.join(original.command), shlex.join(now.command))
        )
    return found


def _entry(name: str, key: str, sign: str, text: str) -> str:
    if sign and name == "env" and text in (f"${{{key}-}}", f"${{{key}:-}}"):
        return f"${{{key}}}"
    if sign or name == "label":
        return text
    return "${" + key + "}" if name == "env" else ""


def _ulimit(text: str) -> str:
    soft, _, hard = text.partition(":")
    return f"{soft}:{hard or soft}"


def _value(name: str, value: str) -> str:
    if name in _SIZES:
        return _size(value)
    if name in _DURATIONS:
        time = nanoseconds(value)
        return value if time is None else f"{time / 1e9:g}"
    if name == "cpus" and value.startswith("."):
        return "0" + value
    if name == "cpus" and re.fullmatch(r"[0-9.]+", value):
        return f"{float(value):g}"
    return value


def _size(value: str) -> str:
    found = size(value)
    return value if found is None else str(found)


def _ports(value: str) -> list[Fact]:
    body, _, protocol = value.partition("/")
    protocol = protocol.lower() or "tcp"
    *head, container = _outside_braces(body, ":", "[]")
    host = head.pop() if head else ""
    address = ":".join(head).strip("[]")
    targets, hosts = _numbers(container), _numbers(host)
    if len(targets) == len(hosts):
        return [("publish", f"{address}:{h}:{t}/{protocol}") for h, t in zip(hosts, targets)]
    if len(targets) > 1 and not host:
        return [("publish", f"{address}::{t}/{protocol}") for t in targets]
    return [("publish", f"{address}:{host}:{container}/{protocol}")]


def _numbers(text: str) -> list[str]:
    match = re.fullmatch(r"([0-9]+)-([0-9]+)", text)
    if match is None or int(match[2]) - int(match[1]) > 65535:
        return [text]
    return [str(number) for number in range(int(match[1]), int(match[2]) + 1)]


def _outside_braces(text: str, separator: str, brackets: str = "") -> list[str]:
    """Split at separators that are outside of ``${…}`` and of the brackets."""
    found, depth = [""], 0
    for i, char in enumerate(text):
        depth += (text.startswith("${", i) or char in brackets[:1]) - (
            char in "}" + brackets[1:] and depth > 0
        )
        if char == separator and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _expose(value: str) -> list[Fact]:
    body, _, protocol = value.partition("/")
    return [("expose", f"{port}/{protocol or 'tcp'}") for port in _numbers(body)]


def _device(value: str) -> list[Fact]:
    source, *rest = _outside_braces(value, ":")
    target, mode = source, "rwm"
    if rest and re.fullmatch("[rwm]{1,3}", rest[-1]):
        mode = rest.pop()
    if rest and rest[0]:
        target = rest[0]
    return [("device", f"{source}:{target}:{mode}")]


def _volume(value: str) -> list[Fact]:
    parts = _outside_braces(value, ":")
    words = parts.pop().split(",") if len(parts) == 3 else []
    target = parts.pop()
    source = _home(parts[0]) if parts else ""
    # A default that is not a path is the name of a volume.
    shown = re.sub(r"\A\$\{\w+:?-(?=[A-Za-z0-9])", "", source)
    kind = "bind" if shown.startswith(("/", ".", "$", "@")) else "volume"
    fields = {"type": kind, "source": source, "target": target}
    for word in words:
        if word == "ro":
            fields["readonly"] = "true"
        elif word in ("z", "Z"):
            fields["relabel"] = {"z": "shared", "Z": "private"}[word]
        elif word == "nocopy":
            fields["nocopy"] = "true"
        elif word in ("consistent", "cached", "delegated"):
            fields["consistency"] = word
        elif word != "rw":
            fields["propagation"] = fields.get("propagation", "") + word
    return [("mount", _fields(fields))]


def _tmpfs(value: str, usual: frozenset[str]) -> str:
    """Options in alphabetical order, without the engine's defaults."""
    path, _, options = value.partition(":")
    return f"{path}:{','.join(sorted({*options.split(',')} - usual))}"


def _home(source: str) -> str:
    if source == "~" or source.startswith("~/"):
        return "${HOME}" + source[1:]
    return source


_NAMES = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly",
          "bind-propagation": "propagation", "bind-recursive": "recursive",
          "volume-nocopy": "nocopy", "volume-subpath": "subpath", "tmpfs-size": "size",
          "tmpfs-mode": "mode"}  # fmt: skip


def _mount(value: str) -> list[Fact]:
    fields = {"type": "volume"}
    for part in _csv(value):
        name, sign, text = part.partition("=")
        name = _NAMES.get(name.lower(), name.lower())
        if name in ("readonly", "nocopy"):
            text = "true" if not sign or text in ("1", "true") else "false"
            if text == "false":
                continue
        elif name == "size":
            text = _size(text)
        elif name == "mode":
            text = text.lstrip("0o") or "0"
        elif name == "source":
            text = _home(text)
        fields[name] = text
    fields.setdefault("source", "")
    return [("mount", _fields(fields))]


def _fields(fields: dict[str, str]) -> str:
    if fields.get("propagation") == "rprivate":
        del fields["propagation"]
    return " ".join(f"{name}={value!r}" for name, value in sorted(fields.items()))


def _csv(value: str) -> list[str]:
    import csv

    try:
        return next(csv.reader([value], strict=True), [])
    except csv.Error:  # a carriage return, which the engines accept
        return value.split(",")


def _network(value: str, mark: str | None) -> dict[str, list[str]]:
    if mark and not _MODE_OF_NETWORK.fullmatch(value):
        name, _, more = value.partition(mark)
        parts = [f"name={name}", *filter(None, more.split(","))]
    elif "=" in value:
        parts = _csv(value)
    else:
        parts = [f"name={value}"]
    found: dict[str, list[str]] = {}
    for part in parts:
        key, _, text = part.partition("=")
        found.setdefault(key, []).append(text)
    return found


def _shown(network: dict[str, list[str]]) -> str:
    return " ".join(
        f"{key}={value}" for key, values in sorted(network.items()) for value in sorted(values)
    )


def _gpus(value: str) -> list[Fact]:
    parts = []
    for part in _csv(value):
        name, sign, text = part.partition("=")
        parts.append(f"{name}={text}" if sign else f"count={name.replace('-1', 'all')}")
    if not any(part.startswith(("count=", "device=")) for part in parts):
        parts.append("count=1")
    return [("gpus", " ".join(sorted(p.replace("count=-1", "count=all") for p in parts)))]


def _rate(name: str) -> Callable[[str], list[Fact]]:
    def read(value: str) -> list[Fact]:
        path, _, rate = value.partition(":")
        return [(name, f"{path}:{_size(rate) if name.endswith('bps') else rate}")]

    return read


def _host(value: str) -> list[Fact]:
    name, _, address = value.partition("=" if "=" in value else ":")
    return [("add-host", f"{name}={address.strip('[]')}")]


def _security(value: str) -> list[Fact]:
    name, profile = value[:8], value[8:]
    return [("security-opt", name + profile.removeprefix("./") if name == "seccomp=" else value)]


def _plain(name: str) -> Callable[[str], list[Fact]]:
    return lambda value: [(name, value)]


_MANY: dict[str, Callable[[str], Iterable[Fact]]] = {
    "publish": _ports, "expose": _expose, "device": _device, "volume": _volume, "mount": _mount,
    "gpus": _gpus, "add-host": _host, "security-opt": _security,
    **{name: _rate(name) for name in
       ("device-read-bps", "device-read-iops", "device-write-bps", "device-write-iops")},
    **{name: _plain(name) for name in
       ("attach", "cap-add", "cap-drop", "device-cgroup-rule", "group-add", "link", "volumes-from",
        "blkio-weight-device")},
}  # fmt: skip
_SINGLE = frozenset(f.name for each in builders() for f in each.options.table.long.values()) - set(
    _MANY
)
