"""A plan in the words of ``docker run``: the one place that knows its options."""

from __future__ import annotations

import re
import shlex
from math import ceil

from coder_gen import expression
from coder_gen.expression import Text
from coder_gen.plan import Plan
from coder_gen.spec.amounts import nanoseconds
from coder_gen.targets.base import APPROXIMATE, EXACT, Support
from coder_gen.targets.items import (
    Bind,
    Content,
    Display,
    Fields,
    Forward,
    Item,
    LabelledBind,
    Rules,
    ShellCommand,
    Terminal,
    WhenThere,
    Words,
    boolean,
    each,
    file_path,
    flag_when,
    host_text,
    nothing,
    option,
    pairs,
    path,
    rule,
    scalar,
    text,
)  # fmt: skip
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


def _user(value: Text, plan: Plan) -> list[Item]:
    if value.is_literal and value.literal == "host":
        value = host_text("UID", value.span) + ":" + host_text("GID", value.span)
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
    return [mount(each) for each in mounts]


def mount(mount: Mount) -> Item:
    """One mount."""
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
    return [*items, *pairs("--log-opt")(logging.options or {}, plan)]


def _networks(networks: dict[str, Attachment], plan: Plan) -> list[Item]:
    (first, attachment), *others = networks.items()
    advanced = others or attachment.driver_opts or attachment.gw_priority
    if advanced:
        return [_network_fields(name, each) for name, each in networks.items()]
    items: list[Item] = [option("--network", first)]
    items += each("--network-alias")(attachment.aliases or (), plan)
    for flag, value in (("--ip", attachment.ipv4_address), ("--ip6", attachment.ipv6_address)):
        if value is not None:
            items.append(option(flag, value))
    items += each("--link-local-ip")(attachment.link_local_ips or (), plan)
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


def whole_seconds(duration: str) -> int:
    """A Go duration in seconds, rounded up: ``--stop-timeout`` takes no fractions."""
    return ceil(round((nanoseconds(duration) or 0) / 1e9, 6))


def _stop_timeout(value: Text, plan: Plan) -> list[Item]:
    return [option("--stop-timeout", str(whole_seconds(value.literal)))]


def _entrypoint(words: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--entrypoint", words[0] if words else "")]


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


_HOST_ALONE = "Docker knows host alone; `user: host` keeps files the user's on every engine"
# podman-run(1), --userns
_PODMANS_USERNS = re.compile(r"(keep-id|auto|nomap)(:.*)?|(container|ns):.*|private", re.DOTALL)


def _judge_userns(value: Text, plan: Plan) -> Support:
    if value.is_literal and _PODMANS_USERNS.fullmatch(value.literal):
        return Support(APPROXIMATE, _HOST_ALONE)
    return Support(EXACT)


def _userns(value: Text, plan: Plan) -> list[Item]:
    known = _judge_userns(value, plan).level == EXACT
    return [option("--userns", value)] if known else []


def _pull(value: Text, plan: Plan) -> list[Item]:
    word = "missing" if value.literal == "if_not_present" else value.literal
    return [option("--pull", word)]


RULES: Rules = {
    "image": rule(nothing),
    "command": rule(nothing),
    "publish_address": rule(nothing),
    "pull_policy": rule(_pull),
    "platform": rule(scalar("--platform")),
    "container_name": rule(nothing),
    "hostname": rule(scalar("--hostname")),
    "domainname": rule(scalar("--domainname")),
    "user": rule(_user),
    "group_add": rule(each("--group-add")),
    "entrypoint": rule(_entrypoint),
    "working_dir": rule(scalar("--workdir")),
    "environment": rule(_environment),
    "env_file": rule(
        _env_files,
        APPROXIMATE,
        "docker reads the file raw, where Compose takes quotes and variables in it",
    ),
    "forward_environment": rule(lambda names, plan: [Forward(tuple(n.literal for n in names))]),
    "ports": rule(_ports, EXACT),
    "publish_all": rule(boolean("--publish-all")),
    "expose": rule(each("--expose")),
    "volumes": rule(_mounts),
    "volumes_from": rule(_volumes_from),
    "tmpfs": rule(each("--tmpfs")),
    "devices": rule(_devices),
    "device_cgroup_rules": rule(each("--device-cgroup-rule")),
    "gpus": rule(_gpus),
    "secrets": rule(_grants),
    "configs": rule(_grants),
    "privileged": rule(boolean("--privileged")),
    "cap_add": rule(each("--cap-add")),
    "cap_drop": rule(each("--cap-drop")),
    "security_opt": rule(_security_opt),
    "read_only": rule(boolean("--read-only")),
    "init": rule(boolean("--init", None)),
    "stdin_open": rule(flag_when("--interactive")),
    "tty": rule(lambda value, plan: [Terminal()] if value else []),
    "rm": rule(flag_when("--rm")),
    "restart": rule(scalar("--restart")),
    "stop_signal": rule(scalar("--stop-signal")),
    "stop_grace_period": rule(_stop_timeout),
    "healthcheck": rule(_healthcheck),
    "ipc": rule(scalar("--ipc")),
    "pid": rule(scalar("--pid")),
    "uts": rule(scalar("--uts")),
    "userns_mode": rule(_userns, APPROXIMATE, _HOST_ALONE, _judge_userns),
    "cgroup": rule(scalar("--cgroupns")),
    "cgroup_parent": rule(scalar("--cgroup-parent")),
    "network_mode": rule(scalar("--network")),
    "networks": rule(_networks),
    "mac_address": rule(scalar("--mac-address")),
    "extra_hosts": rule(
        lambda pairs, plan: [option("--add-host", host + ":" + ip) for host, ip in pairs]
    ),
    "dns": rule(each("--dns")),
    "dns_search": rule(each("--dns-search")),
    "dns_opt": rule(each("--dns-option")),
    "external_links": rule(each("--link")),
    "shm_size": rule(scalar("--shm-size")),
    "mem_limit": rule(scalar("--memory")),
    "mem_reservation": rule(scalar("--memory-reservation")),
    "memswap_limit": rule(scalar("--memory-swap")),
    "mem_swappiness": rule(scalar("--memory-swappiness")),
    "oom_kill_disable": rule(boolean("--oom-kill-disable")),
    "oom_score_adj": rule(scalar("--oom-score-adj")),
    "cpus": rule(scalar("--cpus")),
    "cpu_shares": rule(scalar("--cpu-shares")),
    "cpu_period": rule(scalar("--cpu-period")),
    "cpu_quota": rule(scalar("--cpu-quota")),
    "cpu_rt_period": rule(scalar("--cpu-rt-period")),
    "cpu_rt_runtime": rule(scalar("--cpu-rt-runtime")),
    "cpu_count": rule(scalar("--cpu-count")),
    "cpu_percent": rule(scalar("--cpu-percent")),
    "cpuset": rule(scalar("--cpuset-cpus")),
    "cpuset_mems": rule(scalar("--cpuset-mems")),
    "pids_limit": rule(scalar("--pids-limit")),
    "ulimits": rule(_ulimits),
    "blkio_config": rule(_blkio),
    "sysctls": rule(pairs("--sysctl")),
    "storage_opt": rule(pairs("--storage-opt")),
    "labels": rule(pairs("--label")),
    "label_file": rule(_label_files),
    "annotations": rule(pairs("--annotation")),
    "logging": rule(_logging),
    "runtime": rule(scalar("--runtime")),
    "isolation": rule(scalar("--isolation")),
    "use_api_socket": rule(boolean("--use-api-socket")),
    "engine_options": rule(lambda values, plan: [Words(values)]),
    "apptainer": rule(nothing),
    "x11": rule(lambda x11, plan: [Display(x11.access)]),
}
