"""The meaning of an option's value in the spec language; one function for each form of value.

A function returns pairs of a spec's key and plain data, or None where the spec cannot express it:
the option is then kept unchanged. The key's shape decides later whether the data is valid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from coder_gen.expression import Text, joined, literal
from coder_gen.options.option_values import Data, host_user
from coder_gen.options.text_parts import (
    fields,
    known,
    lead,
    name_and_value,
    reference,
)

KeyValues = list[tuple[str, Data]]
ValueReader = Callable[[Text], "KeyValues | None"]


def scalar(key: str) -> ValueReader:
    """One value."""
    return lambda value: [(key, value)]


def each(key: str) -> ValueReader:
    """One more item of a list."""
    return lambda value: [(key, [value])]


def switch(key: str) -> ValueReader:
    """A switch; None where its value is a variable."""
    return lambda value: [(key, value.literal == "true")] if value.is_literal else None


def always(key: str) -> ValueReader:
    """A boolean whose default depends on the host."""
    return lambda value: [(key, value.literal == "true")] if value.is_literal else [(key, value)]


def pair(key: str, section: str = "") -> ValueReader:
    """One more entry of a mapping; a name without a value gets an empty one."""

    def read(value: Text) -> KeyValues | None:
        found = name_and_value(value)
        if found is None or not found[0]:
            return None
        entry: Data = {found[0]: found[1] if found[1] is not None else literal("", value.span)}
        return [(key, {section: entry} if section else entry)]

    return read


def within(key: str, name: str) -> ValueReader:
    """One key of a mapping."""
    return lambda value: [(key, {name: value})]


def device_rate(name: str, unit: str) -> ValueReader:
    """``/dev/sda:1mb``."""

    def read(value: Text) -> KeyValues | None:
        path, *rate = value.split(":", 1)
        return [("blkio_config", {name: [{"path": path, unit: rate[0]}]})] if rate else None

    return read


def user(value: Text) -> KeyValues | None:
    if known(value) == "host":
        return None  # a user of that name, not the user who starts the container
    return [("user", host_user(value))]


def environment(value: Text) -> KeyValues | None:
    found = name_and_value(value)
    if found is None or not found[0]:
        return None
    name, text = found
    if text is None:
        return [("forward_environment", [literal(name, value.span)])]
    return [("environment", {name: text})]


def env_file(value: Text) -> KeyValues:
    return [("env_file", [{"path": value, "format": "raw"}])]


def entrypoint(value: Text) -> KeyValues:
    return [("entrypoint", [] if value.is_literal and not value.literal else [value])]


def publish(value: Text) -> KeyValues | None:
    body, *protocol = value.split("/", 1)
    spec = body
    parts = body.split(":")
    if len(parts) > 3 and not body.startswith("["):
        # Docker accepts an IPv6 address without brackets: all but the last two fields.
        head, *others = parts[:-2]
        address = head
        for other in others:
            address = address + ":" + other
        spec = "[" + address + "]:" + parts[-2] + ":" + parts[-1]
    if protocol:
        word = known(protocol[0])
        spec = spec + "/" + protocol[0] if word is None else spec
        if word is not None and word.lower() != "tcp":
            spec = spec + f"/{word.lower()}"
    return [("ports", [spec._replace(span=value.span)])]


def expose(value: Text) -> KeyValues:
    return [("expose", [value.map(lambda part: part.removesuffix("/tcp"))])]


def volume(value: Text) -> KeyValues | None:
    pieces = value.split(":")
    # A path of Windows: C:\data:/data
    return None if re.match(r"[A-Za-z]:[\\/]", lead(value)) else [("volumes", [_joined(pieces)])]


def _joined(pieces: list[Text]) -> Text:
    first, *rest = pieces
    for piece in rest:
        first = first + ":" + piece
    return first


# Docker's names of a mount's fields, with the path of keys in the spec.
MOUNT_FIELDS: Mapping[str, tuple[str, ...]] = {
    "type": ("type",), "source": ("source",), "src": ("source",), "target": ("target",),
    "destination": ("target",), "dst": ("target",), "readonly": ("read_only",),
    "ro": ("read_only",), "consistency": ("consistency",),
    "bind-propagation": ("bind", "propagation"), "bind-recursive": ("bind", "recursive"),
    "volume-nocopy": ("volume", "nocopy"), "volume-subpath": ("volume", "subpath"),
    "tmpfs-size": ("tmpfs", "size"), "tmpfs-mode": ("tmpfs", "mode"),
}  # fmt: skip
_RELABEL = {"shared": "z", "private": "Z"}
_BOOLEANS = ("readonly", "ro", "volume-nocopy", "bind-nonrecursive")


def mount(
    names: Mapping[str, tuple[str, ...]], of_tmpfs: frozenset[str] = frozenset()
) -> ValueReader:
    """One record of CSV: ``type=bind,source=/a,target=/b,readonly``.

    ``names`` are the engine's names of the fields; ``of_tmpfs`` the fields with which a tmpfs
    behaves as on Docker, where the engine's default differs.
    """

    def read(value: Text) -> KeyValues | None:
        try:
            found = _mount_fields(fields(value), names, of_tmpfs)
        except ValueError:
            return None
        return None if found is None else [("volumes", [found])]

    return read


def _mount_fields(
    parts: list[Text], names: Mapping[str, tuple[str, ...]], of_tmpfs: frozenset[str]
) -> Data | None:
    wanted = set(of_tmpfs)
    result: dict[str, Data] = {"type": "volume"}
    for part in parts:
        found = name_and_value(part)
        name = found[0].strip().lower() if found else ""
        if name in wanted:
            wanted.discard(name)
            continue
        if found is None or name not in names:
            return None
        text = found[1]
        data: Data = text
        if name in _BOOLEANS:
            word = "true" if text is None else (known(text) or "")
            if word.lower() not in ("true", "1", "false", "0"):
                return None
            on = word.lower() in ("true", "1")
            if not on:
                continue
            data = "disabled" if name == "bind-nonrecursive" else True
        elif text is None:
            return None
        elif name == "relabel":
            data = _RELABEL.get(known(text) or "")
            if data is None:
                return None
        elif name == "tmpfs-mode":
            data = text.map(lambda part: part)
        path = names[name]
        where = result
        for step in path[:-1]:
            where = where.setdefault(step, {})
        where[path[-1]] = data
    kind = result["type"]
    if text_is(kind, "tmpfs") and wanted:
        return None  # the engine's own default, which the spec cannot express
    if isinstance(kind, Text) and known(kind) == "bind":
        source = result.get("source")
        if isinstance(source, Text) and not lead(source).startswith(("/", ".", "~")):
            whole = reference(source)
            if source.is_literal or (lead(source) and whole is None):
                return None
    return result


def text_is(value: Data, word: str) -> bool:
    """Whether data is this literal."""
    return (isinstance(value, Text) and known(value) == word) or value == word


def tmpfs(value: Text) -> KeyValues | None:
    """A path, or a path and options."""
    return [("tmpfs", [value])]


def ulimit(value: Text) -> KeyValues | None:
    found = name_and_value(value)
    if found is None or found[1] is None:
        return None
    soft, *hard = found[1].split(":", 1)
    return [("ulimits", {found[0]: {"soft": soft, "hard": hard[0]} if hard else soft})]


_GPU = {"driver": "driver", "count": "count", "device": "device_ids",
        "capabilities": "capabilities", "options": "options"}  # fmt: skip


def gpus(value: Text) -> KeyValues | None:
    try:
        parts = fields(value)
    except ValueError:
        return None
    request: dict[str, Data] = {}
    for part in parts:
        found = name_and_value(part)
        if found is None:
            return None  # a variable may hold `all`, `device=…` or a whole record
        name, text = found
        if text is None:
            if part is not parts[0]:
                return None  # docker: count=, which excludes device=
            request["count"] = part
        elif name not in _GPU:
            return None
        elif name in ("device", "capabilities"):
            request[_GPU[name]] = list(text.split(","))
        elif name == "options":
            pairs = [name_and_value(item) for item in text.split(",")]
            if any(item is None or item[1] is None for item in pairs):
                return None
            request["options"] = {item[0]: item[1] for item in pairs if item is not None}
        else:
            request[_GPU[name]] = text
    if text_is(request.get("count"), "-1"):
        request["count"] = "all"
    elif not {"count", "device_ids"} & request.keys():
        request["count"] = "1"  # docker/cli, opts/gpus.go; in a spec it would be all of them
    return [("gpus", [request])]


def health_cmd(value: Text) -> KeyValues | None:
    """A command line for a shell."""
    return [("healthcheck", {"test": value})] if value.parts else None


def no_healthcheck(value: Text) -> KeyValues | None:
    return [("healthcheck", {"disable": True})] if value.is_literal else None


def stop_timeout(value: Text) -> KeyValues | None:
    seconds = known(value)
    if seconds is None or not seconds.isascii() or not seconds.isdigit():
        return None
    number = int(seconds)
    if number and number % 60 == 0:
        return [("stop_grace_period", f"{number // 60}m")]
    return [("stop_grace_period", f"{number}s")]


def cpus(value: Text) -> KeyValues:
    if lead(value).startswith("."):
        value = Text(joined(("0", *value.parts)), value.span)
    return [("cpus", value)]


def add_host(value: Text) -> KeyValues | None:
    by = "=" if len(value.split("=", 1)) == 2 else ":"
    host, *address = value.split(by, 1)
    if not address:
        return None
    return [("extra_hosts", [host + "=" + address[0]])]


def annotation(value: Text) -> KeyValues | None:
    found = name_and_value(value)
    return None if found is None or found[1] is None else [("annotations", {found[0]: found[1]})]
