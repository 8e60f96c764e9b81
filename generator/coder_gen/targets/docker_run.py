"""A Plan in the words of ``docker run``: the one place that knows its options.

The result is a list of items in the spec's order. Most are plain words; the others are what a
launcher has to do at run time: look whether a source is there, quote a value, pass on a variable.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from math import ceil
from typing import Any, NamedTuple, Union

from coder_gen import expression
from coder_gen.expression import Ref, Text
from coder_gen.plan import Plan
from coder_gen.source.text import SourceFile, Span
from coder_gen.targets.base import APPROXIMATE, EXACT, Support
from coder_gen.values import (
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
    Ulimit,
)  # fmt: skip

NOWHERE = Span(SourceFile("", ""), 0, 0, 1)
# Names that no spec can hold, for what only the launcher knows.
HERE = "@here"


class Words(NamedTuple):
    """Words of the command line."""

    words: tuple[Text, ...]


class Fields(NamedTuple):
    """An option whose value is a line of CSV."""

    flag: str
    fields: tuple[Text, ...]


class Bind(NamedTuple):
    """A bind mount: its source is looked for when the launcher starts."""

    source: Text
    target: Text
    options: tuple[Text, ...]
    optional: bool


class LabelledBind(NamedTuple):
    """A bind mount in the ``--volume`` form, the only one that carries an SELinux label."""

    source: Text
    target: Text
    options: str
    optional: bool


class Forward(NamedTuple):
    """Variables that are passed on when the host has them."""

    names: tuple[str, ...]


class ShellCommand(NamedTuple):
    """An option whose value is a command line for a shell."""

    flag: str
    words: tuple[Text, ...]


class WhenThere(NamedTuple):
    """Words that are left out, with a notice, where a file is missing."""

    path: Text
    words: tuple[Text, ...]


class Content(NamedTuple):
    """A file made for the container from a value, and removed afterwards."""

    name: str
    target: Text
    environment: str | None
    value: Text | None


class Terminal(NamedTuple):
    """A terminal, where the launcher has one."""


class Display(NamedTuple):
    """Access to the user's display."""

    access: str


Item = Union[  # noqa: UP007 - read at run time
    Words, Fields, Bind, LabelledBind, Forward, ShellCommand, WhenThere, Content, Terminal, Display
]
Lower = Callable[[Any, Plan], Iterable[Item]]


class Rule(NamedTuple):
    """How a key is said, and how exactly."""

    lower: Lower
    support: Support = Support(EXACT)


def text(value: str, span: Span = NOWHERE) -> Text:
    """A literal word."""
    return expression.literal(value, span)


def option(flag: str, value: Text | str | None = None) -> Words:
    """A flag, with its value as the next word if there is one."""
    if value is None:
        return Words((text(flag),))
    return Words((text(flag), text(value) if isinstance(value, str) else value))


def path(value: Text) -> Text:
    """A path of the host; a relative one is relative to the launcher's folder, as in Compose."""
    here = Text((Ref(HERE, "", (), value.span),), value.span)
    if value.is_literal and value.literal == ".":
        return here
    if value.startswith("./"):
        first, *rest = value.parts
        return here + Text(expression.joined((str(first)[1:], *rest)), value.span)
    if value.startswith("../"):
        return here + "/" + value
    return value


def file_path(value: Text) -> Text:
    """As ``path``; a bare name is a file beside the launcher."""
    first = value.parts[0] if value.parts else ""
    if isinstance(first, str) and not first.startswith(("/", ".", "~")):
        return path("./" + value)
    return path(value)


def _value(flag: str) -> Lower:
    return lambda value, plan: [option(flag, value)]


def _each(flag: str) -> Lower:
    return lambda values, plan: [option(flag, value) for value in values]


def _pairs(flag: str) -> Lower:
    return lambda pairs, plan: [option(flag, f"{name}=" + value) for name, value in pairs.items()]


def _boolean(flag: str, default: bool | None = False) -> Lower:
    """A boolean: the bare flag for true, nothing for the engine's own default."""

    def lower(value: Text, plan: Plan) -> list[Item]:
        if not value.is_literal:
            return [Words((f"{flag}=" + value,))]
        on = value.literal == "true"
        if on:
            return [option(flag)]
        return [] if default is False else [option(f"{flag}=false")]

    return lower


def _when(flag: str) -> Lower:
    return lambda value, plan: [option(flag)] if value else []


def _user(value: Text, plan: Plan) -> list[Item]:
    if value.is_literal and value.literal == "host":
        ref = [Text((Ref(name, "", (), value.span),), value.span) for name in ("UID", "GID")]
        value = ref[0] + ":" + ref[1]
    return [option("--user", value)]


def _environment(values: dict[str, Text | Inherit], plan: Plan) -> list[Item]:
    items: list[Item] = []
    for name, value in values.items():
        if isinstance(value, Inherit):
            items.append(Forward((name,)))
        else:
            items.append(option("--env", f"{name}=" + value))
    return items


def _ports(_: object, plan: Plan) -> list[Item]:
    items: list[Item] = []
    for port in plan.ports:
        spec = port.target if port.protocol == "tcp" else port.target + f"/{port.protocol}"
        if port.published is not None or port.host_ip is not None:
            spec = (port.published or text("")) + ":" + spec
        if port.host_ip is not None:
            address = port.host_ip
            if address.is_literal and ":" in address.literal:
                address = text(f"[{address.literal}]")
            spec = address + ":" + spec
        items.append(option("--publish", spec))
    return items


def _mounts(mounts: tuple[Mount, ...], plan: Plan) -> list[Item]:
    return [_mount(mount) for mount in mounts]


def _mount(mount: Mount) -> Item:
    if mount.selinux is not None and mount.source is not None:
        words = ["ro"] if mount.read_only else []
        words += [word for word in (mount.selinux, mount.propagation, mount.consistency) if word]
        return LabelledBind(path(mount.source), mount.target, ",".join(words), mount.optional)
    options = [text("readonly")] if mount.read_only else []
    for name, value in (
        ("bind-propagation", mount.propagation),
        ("bind-recursive", mount.recursive),
        ("consistency", mount.consistency),
        ("tmpfs-mode", mount.mode.removeprefix("0o") if mount.mode else None),
    ):
        if value:
            options.append(text(f"{name}={value}"))
    if mount.nocopy:
        options.append(text("volume-nocopy"))
    if mount.subpath is not None:
        options.append("volume-subpath=" + mount.subpath)
    if mount.size is not None:
        options.append("tmpfs-size=" + mount.size)
    if mount.type == "bind" and mount.source is not None:
        return Bind(path(mount.source), mount.target, tuple(options), mount.optional)
    source = ["source=" + mount.source] if mount.source is not None else []
    return Fields(
        "--mount", (text(f"type={mount.type}"), *source, "target=" + mount.target, *options)
    )


def _volumes_from(names: tuple[Text, ...], plan: Plan) -> list[Item]:
    # Compose writes container: before a container's name.
    return [option("--volumes-from", _without("container:", name)) for name in names]


def _without(prefix: str, value: Text) -> Text:
    if not value.startswith(prefix):
        return value
    first = str(value.parts[0]).removeprefix(prefix)
    return Text(expression.joined((first, *value.parts[1:])), value.span)


def _devices(devices: tuple[Device, ...], plan: Plan) -> list[Item]:
    items: list[Item] = []
    for device in devices:
        spec = device.source
        if device.target is not None or device.permissions is not None:
            spec = spec + ":" + (device.target or device.source)
        if device.permissions is not None:
            spec = spec + f":{device.permissions}"
        items.append(option("--device", spec))
    return items


def _ulimits(limits: tuple[Ulimit, ...], plan: Plan) -> list[Item]:
    return [
        option("--ulimit", f"{limit.name}=" + limit.soft + (":" + limit.hard if limit.hard else ""))
        for limit in limits
    ]


def _healthcheck(check: Healthcheck, plan: Plan) -> list[Item]:
    items: list[Item] = []
    kind = check.test[0].literal if check.test else ""
    if check.disable or kind == "NONE":
        return [option("--no-healthcheck")]
    if check.test is not None and kind == "CMD-SHELL":
        items.append(option("--health-cmd", check.test[1]))
    elif check.test is not None:
        words = check.test[1:]
        if all(word.is_literal for word in words):
            line = shlex.join(word.literal for word in words)
            items.append(option("--health-cmd", line))
        else:
            items.append(ShellCommand("--health-cmd", words))
    for flag, value in (
        ("--health-interval", check.interval),
        ("--health-timeout", check.timeout),
        ("--health-retries", check.retries),
        ("--health-start-period", check.start_period),
        ("--health-start-interval", check.start_interval),
    ):
        if value is not None:
            items.append(option(flag, value))
    return items


def _logging(logging: Logging, plan: Plan) -> list[Item]:
    items: list[Item] = [] if logging.driver is None else [option("--log-driver", logging.driver)]
    return [*items, *_pairs("--log-opt")(logging.options or {}, plan)]


def _networks(networks: dict[str, Attachment], plan: Plan) -> list[Item]:
    (first, attachment), *others = networks.items()
    advanced = others or attachment.driver_opts or attachment.gw_priority
    if advanced:
        return [_network_fields(name, each) for name, each in networks.items()]
    items: list[Item] = [option("--network", first)]
    items += _each("--network-alias")(attachment.aliases or (), plan)
    for flag, value in (("--ip", attachment.ipv4_address), ("--ip6", attachment.ipv6_address)):
        if value is not None:
            items.append(option(flag, value))
    items += _each("--link-local-ip")(attachment.link_local_ips or (), plan)
    if attachment.mac_address is not None:
        items.append(option("--mac-address", attachment.mac_address))
    return items


def _network_fields(name: str, attachment: Attachment) -> Item:
    fields = [text(f"name={name}")]
    fields += ["alias=" + alias for alias in attachment.aliases or ()]
    for key, value in (
        ("ip", attachment.ipv4_address), ("ip6", attachment.ipv6_address),
        ("mac-address", attachment.mac_address), ("gw-priority", attachment.gw_priority),
    ):  # fmt: skip
        if value is not None:
            fields.append(f"{key}=" + value)
    fields += ["link-local-ip=" + ip for ip in attachment.link_local_ips or ()]
    fields += [f"driver-opt={k}=" + v for k, v in (attachment.driver_opts or {}).items()]
    return Fields("--network", tuple(fields))


def _blkio(limits: BlockIO, plan: Plan) -> list[Item]:
    items: list[Item] = []
    if limits.weight is not None:
        items.append(option("--blkio-weight", limits.weight))
    for weight in limits.weight_device or ():
        items.append(option("--blkio-weight-device", weight.path + ":" + weight.weight))
    for flag, rates in (
        ("--device-read-bps", limits.device_read_bps),
        ("--device-read-iops", limits.device_read_iops),
        ("--device-write-bps", limits.device_write_bps),
        ("--device-write-iops", limits.device_write_iops),
    ):
        items += [option(flag, rate.path + ":" + rate.rate) for rate in rates or ()]
    return items


def _gpus(requests: tuple[Gpu, ...], plan: Plan) -> list[Item]:
    return [_gpu(request) for request in requests]


def _gpu(gpu: Gpu) -> Item:
    if gpu.number is not None and not (gpu.driver or gpu.capabilities or gpu.options):
        return option("--gpus", gpu.number)
    fields: list[Text] = []
    if gpu.driver is not None:
        fields.append("driver=" + gpu.driver)
    if gpu.number is not None:
        fields.append("count=" + gpu.number)
    if gpu.device_ids:
        fields.append("device=" + _comma(gpu.device_ids))
    if gpu.capabilities:
        fields.append("capabilities=" + _comma(gpu.capabilities))
    fields += (
        ["options=" + _comma(tuple(f"{k}=" + v for k, v in gpu.options.items()))]
        if gpu.options
        else []
    )
    return Fields("--gpus", tuple(fields))


def _comma(values: tuple[Text, ...]) -> Text:
    result = values[0]
    for value in values[1:]:
        result = result + "," + value
    return result


def _grants(grants: tuple[FileGrant, ...], plan: Plan) -> list[Item]:
    return [
        Bind(file_path(grant.file), grant.target, (text("readonly"),), False)
        if grant.file is not None
        else Content(grant.name, grant.target, grant.environment, grant.content)
        for grant in grants
    ]


def _env_files(files: tuple[EnvFile, ...], plan: Plan) -> list[Item]:
    items: list[Item] = []
    for file in files:
        words = (text("--env-file"), file_path(file.path))
        items.append(Words(words) if file.required else WhenThere(file_path(file.path), words))
    return items


def _label_files(files: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--label-file", file_path(file)) for file in files]


_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def whole_seconds(duration: str) -> int:
    """A Go duration in seconds, rounded up: ``--stop-timeout`` takes no fractions."""
    pieces = re.findall(r"([0-9.]+)(ns|us|µs|ms|s|m|h)", duration)
    return ceil(round(sum(float(number) * _GO_UNITS[unit] for number, unit in pieces), 6))


def _stop_timeout(value: Text, plan: Plan) -> list[Item]:
    return [option("--stop-timeout", str(whole_seconds(value.literal)))]


def _entrypoint(words: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--entrypoint", words[0] if words else "")]


def _nothing(value: object, plan: Plan) -> list[Item]:
    """Keys that other keys' items, or the launcher itself, take care of."""
    return []


def _security_opt(values: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--security-opt", _with_profile(value)) for value in values]


def _with_profile(value: Text) -> Text:
    """A seccomp profile is a file: relative to the launcher's folder, as in Compose."""
    first = value.parts[0] if value.parts else ""
    if not isinstance(first, str) or not first.startswith(("seccomp=", "seccomp:")):
        return value
    if value.is_literal and first[8:] in ("", "unconfined", "builtin"):
        return value
    return first[:8] + file_path(_without(first[:8], value))


def _pull(value: Text, plan: Plan) -> list[Item]:
    word = "missing" if value.literal == "if_not_present" else value.literal
    return [option("--pull", word)]


def _rule(lower: Lower, level: str = EXACT, note: str = "") -> Rule:
    return Rule(lower, Support(level, note))


RULES: dict[str, Rule] = {
    "image": _rule(_nothing),
    "command": _rule(_nothing),
    "publish_address": _rule(_nothing),
    "pull_policy": _rule(_pull),
    "platform": _rule(_value("--platform")),
    "container_name": _rule(_nothing),
    "hostname": _rule(_value("--hostname")),
    "domainname": _rule(_value("--domainname")),
    "user": _rule(_user),
    "group_add": _rule(_each("--group-add")),
    "entrypoint": _rule(_entrypoint),
    "working_dir": _rule(_value("--workdir")),
    "environment": _rule(_environment),
    "env_file": _rule(
        _env_files,
        APPROXIMATE,
        "docker reads the file raw, where Compose takes quotes and variables in it",
    ),
    "forward_environment": _rule(lambda names, plan: [Forward(tuple(n.literal for n in names))]),
    "ports": _rule(_ports, EXACT),
    "publish_all": _rule(_boolean("--publish-all")),
    "expose": _rule(_each("--expose")),
    "volumes": _rule(_mounts),
    "volumes_from": _rule(_volumes_from),
    "tmpfs": _rule(_each("--tmpfs")),
    "devices": _rule(_devices),
    "device_cgroup_rules": _rule(_each("--device-cgroup-rule")),
    "gpus": _rule(_gpus),
    "secrets": _rule(_grants),
    "configs": _rule(_grants),
    "privileged": _rule(_boolean("--privileged")),
    "cap_add": _rule(_each("--cap-add")),
    "cap_drop": _rule(_each("--cap-drop")),
    "security_opt": _rule(_security_opt),
    "read_only": _rule(_boolean("--read-only")),
    "init": _rule(_boolean("--init", None)),
    "stdin_open": _rule(_when("--interactive")),
    "tty": _rule(lambda value, plan: [Terminal()] if value else []),
    "rm": _rule(_when("--rm")),
    "restart": _rule(_value("--restart")),
    "stop_signal": _rule(_value("--stop-signal")),
    "stop_grace_period": _rule(_stop_timeout),
    "healthcheck": _rule(_healthcheck),
    "ipc": _rule(_value("--ipc")),
    "pid": _rule(_value("--pid")),
    "uts": _rule(_value("--uts")),
    "userns_mode": _rule(_value("--userns")),
    "cgroup": _rule(_value("--cgroupns")),
    "cgroup_parent": _rule(_value("--cgroup-parent")),
    "network_mode": _rule(_value("--network")),
    "networks": _rule(_networks),
    "mac_address": _rule(_value("--mac-address")),
    "extra_hosts": _rule(
        lambda pairs, plan: [option("--add-host", host + ":" + ip) for host, ip in pairs]
    ),
    "dns": _rule(_each("--dns")),
    "dns_search": _rule(_each("--dns-search")),
    "dns_opt": _rule(_each("--dns-option")),
    "external_links": _rule(_each("--link")),
    "shm_size": _rule(_value("--shm-size")),
    "mem_limit": _rule(_value("--memory")),
    "mem_reservation": _rule(_value("--memory-reservation")),
    "memswap_limit": _rule(_value("--memory-swap")),
    "mem_swappiness": _rule(_value("--memory-swappiness")),
    "oom_kill_disable": _rule(_boolean("--oom-kill-disable")),
    "oom_score_adj": _rule(_value("--oom-score-adj")),
    "cpus": _rule(_value("--cpus")),
    "cpu_shares": _rule(_value("--cpu-shares")),
    "cpu_period": _rule(_value("--cpu-period")),
    "cpu_quota": _rule(_value("--cpu-quota")),
    "cpu_rt_period": _rule(_value("--cpu-rt-period")),
    "cpu_rt_runtime": _rule(_value("--cpu-rt-runtime")),
    "cpu_count": _rule(_value("--cpu-count")),
    "cpu_percent": _rule(_value("--cpu-percent")),
    "cpuset": _rule(_value("--cpuset-cpus")),
    "cpuset_mems": _rule(_value("--cpuset-mems")),
    "pids_limit": _rule(_value("--pids-limit")),
    "ulimits": _rule(_ulimits),
    "blkio_config": _rule(_blkio),
    "sysctls": _rule(_pairs("--sysctl")),
    "storage_opt": _rule(_pairs("--storage-opt")),
    "labels": _rule(_pairs("--label")),
    "label_file": _rule(_label_files),
    "annotations": _rule(_pairs("--annotation")),
    "logging": _rule(_logging),
    "runtime": _rule(_value("--runtime")),
    "isolation": _rule(_value("--isolation")),
    "use_api_socket": _rule(_boolean("--use-api-socket")),
    "engine_options": _rule(lambda values, plan: [Words(values)]),
    "x11": _rule(lambda x11, plan: [Display(x11.access)]),
}


def items(plan: Plan) -> list[Item]:
    """What ``docker run`` is told before the image, in the spec's order."""
    found: list[Item] = []
    for key, setting in plan.settings.items():
        found += RULES[key].lower(setting.value, plan)
    return found
