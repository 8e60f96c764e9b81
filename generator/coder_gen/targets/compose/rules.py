"""A container's keys in Compose's terms: one rule for each key of the language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from coder_gen.expression import Text, source
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.mounts import long_form
from coder_gen.language.shapes.base import BooleanShape, PairsShape, ScalarShape
from coder_gen.language.values import (
    Attachment,
    BlockIO,
    Device,
    EnvFile,
    FileGrant,
    Gpu,
    Healthcheck,
    Inherit,
    Logging,
    Mount,
    Port,
    Ulimit,
)  # fmt: skip
from coder_gen.plan import Plan
from coder_gen.quoting import compose as language
from coder_gen.support import APPROXIMATE, KeyRule, Rules, nothing, rule, unsupported
from coder_gen.targets.compose.writer import HOW, ComposeWriter, EnvEntry


def _texts(values: tuple[Text, ...], plan: Plan, to: ComposeWriter) -> object:
    return [to.text(value) for value in values]


def _mapping(
    values: Mapping[str, Text | Inherit], plan: Plan, to: ComposeWriter
) -> dict[str, str | None]:
    """A mapping, for keys where Compose's schema takes no list."""
    return {k: None if isinstance(v, Inherit) else to.text(v) for k, v in values.items()}


def _pairs(values: Mapping[str, Text | Inherit], plan: Plan, to: ComposeWriter) -> object:
    """A mapping; a list where a name holds a dollar, since readers differ on names in mappings."""
    written = _mapping(values, plan, to)
    if not any("$" in name for name in written):
        return written
    return [
        name.replace("$", "$$") + ("" if value is None else f"={value}")
        for name, value in written.items()
    ]


def _user(value: Text, plan: Plan, to: ComposeWriter) -> object:
    if value.is_literal and value.literal == "host":
        return ":".join(to.need(name, "built-in") for name in ("UID", "GID"))
    return to.text(value)


def _pull_policy(value: Text, plan: Plan, to: ComposeWriter) -> object:
    # The older name of this policy, which every version reads.
    return "if_not_present" if value.literal == "missing" else value.literal


def _ports(_: object, plan: Plan, to: ComposeWriter) -> object:
    return [_port(port, to) for port in plan.ports]


def _port(port: Port, to: ComposeWriter) -> object:
    if port.host_ip is not None and not to.modern:
        # 1.29 takes an address in the short form only.
        published = to.text(port.published) if port.published is not None else ""
        return f"{to.text(port.host_ip)}:{published}:{to.text(port.target)}/{port.protocol}"
    entry: dict[str, object] = {"target": to.native(port.target, "number")}
    if port.published is not None:
        entry["published"] = to.text(port.published)
    if port.host_ip is not None:
        entry["host_ip"] = to.text(port.host_ip)
    entry["protocol"] = port.protocol
    for key, value in (("app_protocol", port.app_protocol), ("name", port.name)):
        if value is not None:
            entry[key] = to.text(value)
    return entry


_EXPOSED = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([a-z]+))?")


def _expose(ports: tuple[Text, ...], plan: Plan, to: ComposeWriter) -> object:
    """Each port alone, with its protocol: Compose passes the text to the engine unchanged."""
    found: list[str] = []
    for port in ports:
        match = _EXPOSED.fullmatch(port.literal) if port.is_literal else None
        if match is None:
            found.append(to.text(port))
            continue
        low, high, protocol = int(match[1]), int(match[2] or match[1]), match[3] or "tcp"
        found += [f"{number}/{protocol}" for number in range(low, min(high, 65535) + 1)]
    return found


def _volumes(mounts: tuple[Mount, ...], plan: Plan, to: ComposeWriter) -> object:
    return [_volume(mount, to) for mount in mounts]


def _volume(mount: Mount, to: ComposeWriter) -> object:
    entry = mount_entry(mount, to)
    bare = mount.type == "volume" and entry.keys() == {"type", "target"}
    if bare and mount.target.is_literal and ":" not in mount.target.literal:
        # podman-compose requires a source in the long form.
        return entry["target"]
    return entry


def mount_entry(mount: Mount, to: ComposeWriter) -> dict[str, object]:
    """One mount in the long form."""
    entry: dict[str, Any] = long_form(mount._replace(optional=False))
    if mount.optional:
        entry |= _optional(mount, to)
    else:
        if mount.source is not None:
            named = mount.type == "volume"
            entry["source"] = to.volume(mount.source) if named else to.text(mount.source)
        entry["target"] = to.text(mount.target)
    if mount.type == "bind" and mount.source is not None and not mount.optional:
        key = source(mount.source.parts)
        to.needs.setdefault(key, EnvEntry(key, "source", mount.source))
    if mount.type == "bind":
        # Both prevent Compose from making a missing source: see the docstring of ``compose``.
        # Compose applies an SELinux label only if it may make the source.
        unmade: dict[str, object] = (
            {"create_host_path": mount.selinux is not None}
            if to.modern
            else {"propagation": "rprivate"}
        )
        entry["bind"] = unmade | entry.get("bind", {})
    if mount.subpath is not None:
        entry["volume"]["subpath"] = to.text(mount.subpath)
    if mount.size is not None:
        entry["tmpfs"]["size"] = to.native(mount.size, "string")
    if mount.mode is not None:
        entry["tmpfs"]["mode"] = int(mount.mode.removeprefix("0o"), 8)
    return entry


def _optional(mount: Mount, to: ComposeWriter) -> dict[str, object]:
    """Variables for both paths, so that ``.env`` can move a mount to an unused path.

    If the source is missing, an empty file is mounted at that path, and the target is absent as it
    would be without the mount.
    """
    assert mount.source is not None
    name = to.name_for("MOUNT", mount.target.parts)
    to.needs.setdefault(name, EnvEntry(name, "mount", mount.source))
    to.needs.setdefault(f"{name}_AT", EnvEntry(f"{name}_AT", "mount-at", mount.target))

    def or_default(variable: str, text: Text) -> str:
        if language.fits_in_braces(text.parts):
            return f"${{{variable}:-{to.text(text)}}}"
        return f"${{{variable}:?{HOW}}}"

    return {
        "source": or_default(name, mount.source),
        "target": or_default(f"{name}_AT", mount.target),
    }


def _devices(devices: tuple[Device, ...], plan: Plan, to: ComposeWriter) -> object:
    return [_device(device, to) for device in devices]


def _device(device: Device, to: ComposeWriter) -> object:
    origin, target = to.text(device.source), to.text(device.inside)
    permissions = device.permissions or "rwm"
    if device.source.is_literal and ":" in device.source.literal:
        return {"source": origin, "target": target, "permissions": permissions}
    return f"{origin}:{target}:{permissions}"


def _ulimits(limits: tuple[Ulimit, ...], plan: Plan, to: ComposeWriter) -> object:
    return {
        limit.name: to.native(limit.soft, "number")
        if limit.hard is None
        else {"soft": to.native(limit.soft, "number"), "hard": to.native(limit.hard, "number")}
        for limit in limits
    }


def _healthcheck(check: Healthcheck, plan: Plan, to: ComposeWriter) -> object:
    if check.disable or (check.test and check.test[0].source == "NONE"):
        return {"disable": True}
    entry: dict[str, object] = {}
    if check.test is not None:
        words = [to.text(word) for word in check.test]
        # A string means CMD-SHELL, a word that podman-compose does not know.
        entry["test"] = words[1] if words[0] == "CMD-SHELL" else words
    for key in ("interval", "timeout", "retries", "start_period", "start_interval"):
        value = getattr(check, key)
        if value is not None:
            entry[key] = to.native(value, "number" if key == "retries" else "string")
    return entry


def _logging(logging: Logging, plan: Plan, to: ComposeWriter) -> object:
    entry: dict[str, object] = {}
    if logging.driver is not None:
        entry["driver"] = to.text(logging.driver)
    if logging.options:
        entry["options"] = _mapping(logging.options, plan, to)
    return entry


def _networks(networks: Mapping[str, Attachment], plan: Plan, to: ComposeWriter) -> object:
    return {name: _attachment(each, plan, to) or None for name, each in networks.items()}


def _attachment(attachment: Attachment, plan: Plan, to: ComposeWriter) -> dict[str, object]:
    entry: dict[str, object] = {}
    for key, value in attachment._asdict().items():
        if value is None:
            continue
        if isinstance(value, Text):
            entry[key] = to.native(value, "number" if key == "gw_priority" else "string")
        else:
            entry[key] = (
                _mapping(value, plan, to) if isinstance(value, dict) else _texts(value, plan, to)
            )
    return entry


def _blkio(limits: BlockIO, plan: Plan, to: ComposeWriter) -> object:
    entry: dict[str, object] = {}
    for key, value in limits._asdict().items():
        if isinstance(value, Text):
            entry[key] = to.native(value, "number")
        elif value:
            entry[key] = [
                {
                    n: to.native(t, "number" if n == "weight" else "string")
                    for n, t in v._asdict().items()
                }
                for v in value
            ]
    return entry


def _gpus(requests: tuple[Gpu, ...], plan: Plan, to: ComposeWriter) -> object:
    return [_gpu(request, plan, to) for request in requests]


def _gpu(gpu: Gpu, plan: Plan, to: ComposeWriter) -> dict[str, object]:
    entry: dict[str, object] = {}
    if gpu.driver is not None:
        entry["driver"] = to.text(gpu.driver)
    if gpu.number is not None:
        entry["count"] = "all" if gpu.number.source == "all" else to.native(gpu.number, "number")
    if gpu.device_ids:
        entry["device_ids"] = _texts(gpu.device_ids, plan, to)
    if gpu.capabilities:
        entry["capabilities"] = _texts(gpu.capabilities, plan, to)
    if gpu.options:
        entry["options"] = _pairs(gpu.options, plan, to)
    return entry


def _grants(grants: tuple[FileGrant, ...], plan: Plan, to: ComposeWriter) -> object:
    return [{"source": grant.name, "target": to.text(grant.target)} for grant in grants]


def _env_files(files: tuple[EnvFile, ...], plan: Plan, to: ComposeWriter) -> object:
    entries: list[object] = []
    for file in files:
        entry: dict[str, object] = {"path": to.text(file.path)}
        if not file.required:
            entry["required"] = False
        if file.raw:
            entry["format"] = "raw"
        entries.append(entry if len(entry) > 1 else entry["path"])
    return entries


def _hosts(pairs: Iterable[tuple[Text, Text]], plan: Plan, to: ComposeWriter) -> object:
    return [f"{to.text(host)}:{to.text(address)}" for host, address in pairs]


def _flag(value: bool, plan: Plan, to: ComposeWriter) -> object:
    return value


def _entrypoint(words: tuple[Text, ...], plan: Plan, to: ComposeWriter) -> object:
    # The engine reads this as no entry point; an empty list would keep the image's.
    return _texts(words, plan, to) if words else [""]


def _volumes_from(names: tuple[Text, ...], plan: Plan, to: ComposeWriter) -> object:
    # In Compose a bare name is a service; in a spec it is another container.
    return [to.text(n if n.startswith("container:") else "container:" + n) for n in names]


_OWN: Rules = {
    "user": rule(_user),
    "pull_policy": rule(_pull_policy),
    "ports": rule(_ports),
    "publish_address": rule(nothing),
    "apptainer": rule(nothing),
    "expose": rule(_expose),
    "publish_all": unsupported("Compose publishes only the ports that are listed"),
    "volumes": rule(_volumes),
    "entrypoint": rule(_entrypoint),
    "volumes_from": rule(_volumes_from),
    "devices": rule(_devices),
    "gpus": rule(_gpus),
    "secrets": rule(_grants),
    "configs": rule(_grants),
    "ulimits": rule(_ulimits),
    "healthcheck": rule(_healthcheck),
    "logging": rule(_logging),
    "networks": rule(_networks),
    "blkio_config": rule(_blkio),
    "storage_opt": rule(_mapping),
    "env_file": rule(_env_files),
    "extra_hosts": rule(_hosts),
    "container_name": rule(nothing),
    "forward_environment": rule(nothing),
    "cpuset_mems": unsupported("Compose has no key for NUMA nodes"),
    "engine_options": unsupported("they are options of the engine's command line"),
    "rm": rule(
        nothing,
        APPROXIMATE,
        "pass --rm when you run the service: docker compose run --rm NAME",
    ),
    "x11": rule(
        nothing,
        APPROXIMATE,
        "Compose cannot open the display; a comment in the file shows what to run first",
    ),
}


def _by_shape(key: str) -> KeyRule:
    shape = KEYS[key].shape
    if isinstance(shape, ScalarShape):
        return rule(lambda value, plan, to: to.scalar(key, value))
    if isinstance(shape, BooleanShape):
        return rule(_flag)
    return rule(_pairs if isinstance(shape, PairsShape) else _texts)


RULES: Rules = {key: _OWN[key] if key in _OWN else _by_shape(key) for key in KEYS}
