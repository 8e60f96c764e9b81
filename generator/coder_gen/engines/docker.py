"""A plan as arguments of ``docker run``: the only module that knows its options."""

from __future__ import annotations

import re
import shlex
from math import ceil
from typing import TYPE_CHECKING

from coder_gen import expression
from coder_gen.engines.arguments import (
    Argv,
    Bind,
    CsvOption,
    Display,
    Forward,
    GeneratedFile,
    IfFileExists,
    Item,
    LabelledBind,
    ShellCommand,
    Terminal,
    by_shape,
    file_path,
    host_text,
    join,
    option,
    path,
    switch,
    text,
)  # fmt: skip
from coder_gen.engines.base import DOCKER, Engine, Newer
from coder_gen.expression import Ref, Text, literal
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.mounts import short_words
from coder_gen.language.shapes.amounts import nanoseconds
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
from coder_gen.support import (
    APPROXIMATE,
    EXACT,
    Rules,
    Support,
    nothing,
    rule,
    rule_for_each,
)
from coder_gen.text.positions import NOWHERE

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine


def _user(value: Text, plan: Plan) -> list[Item]:
    if value.is_literal and value.literal == "host":
        value = host_text("UID", value.span) + ":" + host_text("GID", value.span)
    return [option("--user", value)]


def _environment(entry: tuple[str, Text | Inherit], plan: Plan) -> list[Item]:
    name, value = entry
    if isinstance(value, Inherit):
        return [Forward((text(name, value.span),))]
    return [option("--env", f"{name}=" + value)]


def port_form(port: Port) -> Text:
    """A port in the short form, as `--publish` and Compose take it."""
    spec = port.target if port.protocol == "tcp" else port.target + f"/{port.protocol}"
    if port.published is not None or port.host_ip is not None:
        spec = (port.published or text("")) + ":" + spec
    if port.host_ip is not None:
        address = port.host_ip
        if address.is_literal and ":" in address.literal:
            address = text(f"[{address.literal}]")
        spec = address + ":" + spec
    return spec


def _port(port: Port, plan: Plan) -> list[Item]:
    return [option("--publish", port_form(port))]


def _mount(mount: Mount, plan: Plan) -> list[Item]:
    return [mount_item(mount)]


def mount_item(mount: Mount) -> Item:
    """The arguments for one mount."""
    if mount.selinux is not None and mount.source is not None:
        words = ",".join(short_words(mount))
        return LabelledBind(path(mount.source), mount.target, words, mount.optional)
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
    return CsvOption(
        "--mount", (text(f"type={mount.type}"), *source, "target=" + mount.target, *options)
    )


def _volumes_from(name: Text, plan: Plan) -> list[Item]:
    # Compose writes container: before a container's name.
    return [option("--volumes-from", _without("container:", name))]


def _without(prefix: str, value: Text) -> Text:
    if not value.startswith(prefix):
        return value
    first = str(value.parts[0]).removeprefix(prefix)
    return Text(expression.joined((first, *value.parts[1:])), value.span)


def _device(device: Device, plan: Plan) -> list[Item]:
    spec = device.source
    if device.target is not None or device.permissions is not None:
        spec = spec + ":" + device.inside
    if device.permissions is not None:
        spec = spec + f":{device.permissions}"
    return [option("--device", spec)]


def _ulimit(limit: Ulimit, plan: Plan) -> list[Item]:
    hard = ":" + limit.hard if limit.hard else ""
    return [option("--ulimit", f"{limit.name}=" + limit.soft + hard)]


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
    options = logging.options or {}
    return [*items, *(option("--log-opt", f"{k}=" + value) for k, value in options.items())]


def _network(entry: tuple[str, Attachment], plan: Plan) -> list[Item]:
    name, attachment = entry
    several = len(plan.value("networks")) > 1
    if several or attachment.driver_opts or attachment.gw_priority:
        return [_network_fields(name, attachment)]
    items: list[Item] = [option("--network", name)]
    items += [option("--network-alias", alias) for alias in attachment.aliases or ()]
    for flag, value in (("--ip", attachment.ipv4_address), ("--ip6", attachment.ipv6_address)):
        if value is not None:
            items.append(option(flag, value))
    items += [option("--link-local-ip", ip) for ip in attachment.link_local_ips or ()]
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
    return CsvOption("--network", tuple(fields))


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


def _gpu(gpu: Gpu, plan: Plan) -> list[Item]:
    if gpu.number is not None and not (gpu.driver or gpu.capabilities or gpu.options):
        return [option("--gpus", gpu.number)]
    fields: list[Text] = []
    if gpu.driver is not None:
        fields.append("driver=" + gpu.driver)
    if gpu.number is not None:
        fields.append("count=" + gpu.number)
    if gpu.device_ids:
        fields.append("device=" + join(",", gpu.device_ids))
    if gpu.capabilities:
        fields.append("capabilities=" + join(",", gpu.capabilities))
    if gpu.options:
        fields.append("options=" + join(",", (f"{k}=" + v for k, v in gpu.options.items())))
    return [CsvOption("--gpus", tuple(fields))]


def _grant(grant: FileGrant, plan: Plan) -> list[Item]:
    if grant.file is not None:
        return [Bind(file_path(grant.file), grant.target, (text("readonly"),), False)]
    return [GeneratedFile(grant.name, grant.target, _content(grant))]


def _content(grant: FileGrant) -> Text:
    if grant.content is not None:
        return grant.content
    message = literal("it holds the content of " + grant.name, NOWHERE).parts
    return Text((Ref(grant.environment or "", "?", message, NOWHERE),), NOWHERE)


def _env_file(file: EnvFile, plan: Plan) -> list[Item]:
    path = file_path(file.path)
    words = (text("--env-file"), path)
    return [Argv(words) if file.required else IfFileExists(path, words)]


def _label_file(file: Text, plan: Plan) -> list[Item]:
    return [option("--label-file", file_path(file))]


def whole_seconds(duration: str) -> int:
    """A Go duration in seconds, rounded up: ``--stop-timeout`` takes no fractions."""
    return ceil(round((nanoseconds(duration) or 0) / 1e9, 9))


def _stop_timeout(value: Text, plan: Plan) -> list[Item]:
    return [option("--stop-timeout", str(whole_seconds(value.literal)))]


def _entrypoint(words: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--entrypoint", words[0] if words else "")]


def _security_opt(value: Text, plan: Plan) -> list[Item]:
    return [option("--security-opt", _with_profile(value))]


def _host(pair: tuple[Text, Text], plan: Plan) -> list[Item]:
    return [option("--add-host", pair[0] + ":" + pair[1])]


def _with_profile(value: Text) -> Text:
    """A seccomp profile is a file, relative to the launcher's folder, as in Compose."""
    first = value.parts[0] if value.parts else ""
    if not isinstance(first, str) or not first.startswith(("seccomp=", "seccomp:")):
        return value
    if value.is_literal and first[8:] in ("", "unconfined", "builtin"):
        return value
    return first[:8] + file_path(_without(first[:8], value))


_HOST_ALONE = (
    "Docker supports only host; with `user: host` files belong to the user on every engine"
)
# podman-run(1), --userns
_PODMAN_USERNS = re.compile(r"(keep-id|auto|nomap)(:.*)?|(container|ns):.*|private", re.DOTALL)


def _judge_userns(value: Text, plan: Plan) -> Support:
    if value.is_literal and _PODMAN_USERNS.fullmatch(value.literal):
        return Support(APPROXIMATE, _HOST_ALONE)
    return Support(EXACT)


def _userns(value: Text, plan: Plan) -> list[Item]:
    known = _judge_userns(value, plan).level == EXACT
    return [option("--userns", value)] if known else []


def _pull(value: Text, plan: Plan) -> list[Item]:
    word = "missing" if value.literal == "if_not_present" else value.literal
    return [option("--pull", word)]


_OWN: Rules = {
    "image": rule(nothing),
    "command": rule(nothing),
    "publish_address": rule(nothing),
    "pull_policy": rule(_pull),
    "container_name": rule(nothing),
    "user": rule(_user),
    "entrypoint": rule(_entrypoint),
    "environment": rule_for_each(_environment),
    "env_file": rule_for_each(
        _env_file,
        APPROXIMATE,
        "docker reads the file raw; Compose interprets quotes and variables in it",
    ),
    "forward_environment": rule(lambda names, plan: [Forward(names)]),
    # With the address that `publish_address` gives them.
    "ports": rule(_port)._replace(values=lambda ports, plan: plan.ports),
    "volumes": rule_for_each(_mount),
    "volumes_from": rule_for_each(_volumes_from),
    "devices": rule_for_each(_device),
    "gpus": rule_for_each(_gpu),
    "secrets": rule_for_each(_grant),
    "configs": rule_for_each(_grant),
    "security_opt": rule_for_each(_security_opt),
    "init": rule(switch("--init", None)),
    "tty": rule(lambda value, plan: [Terminal()] if value else []),
    "stop_grace_period": rule(_stop_timeout),
    "healthcheck": rule(_healthcheck),
    "userns_mode": rule(_userns, APPROXIMATE, _HOST_ALONE, _judge_userns),
    "networks": rule_for_each(_network),
    "extra_hosts": rule_for_each(_host),
    "ulimits": rule_for_each(_ulimit),
    "blkio_config": rule(_blkio),
    "label_file": rule_for_each(_label_file),
    "logging": rule(_logging),
    "engine_options": rule(lambda values, plan: [Argv(values)]),
    "apptainer": rule(nothing),
    "x11": rule(lambda x11, plan: [Display(x11.access)]),
}
# The others follow from the shapes of their values.
RULES: Rules = {**by_shape(KEYS), **_OWN}


# From Docker's release notes: the first version that supports the key.
_KEYS_SINCE = {
    "annotations": "24.0",
    "cgroup": "20.10",
    "use_api_socket": "28.3",
}


def _newer(plan: Plan) -> list[Newer]:
    found = [Newer(f"`{key}`", since, key) for key, since in _KEYS_SINCE.items() if plan.value(key)]
    if any(mount.recursive for mount in plan.mounts):
        found.append(Newer("`recursive` of a mount", "25.0", "volumes"))
    if any(mount.subpath for mount in plan.mounts):
        found.append(Newer("`subpath` of a volume", "26.0", "volumes"))
    check = plan.value("healthcheck")
    if check is not None and check.start_interval is not None:
        found.append(Newer("`start_interval` of the health check", "25.0", "healthcheck"))
    networks = plan.value("networks") or {}
    if len(networks) > 1:
        found.append(Newer("more than one network", "25.0", "networks"))
    if any(attachment.gw_priority for attachment in networks.values()):
        found.append(Newer("`gw_priority`", "28.0", "networks"))
    return found


def _options() -> CommandLine:
    from coder_gen.options import flag_table, loose, rules
    from coder_gen.options.reader import CommandLine

    return CommandLine(flag_table.DOCKER, rules.DOCKER, loose.DOCKER)


ENGINE = Engine(
    "docker",
    "Docker",
    DOCKER,
    "20.10",
    RULES,
    _options,
    by_daemon=True,
    host_variable="DOCKER_HOST",
    newer=_newer,
)
