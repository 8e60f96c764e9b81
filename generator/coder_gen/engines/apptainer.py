"""A plan in the words of ``apptainer run``, and of Singularity's, which are the same.

Apptainer has no daemon: the container is a process of who starts it, with that user's ids, on the
host's network. What it would pass in from the host unasked (environment, home, /tmp, /dev) is kept
out, so that the process sees what it sees on Docker. Source: apptainer-run(1) of Apptainer 1.4,
tried out as an ordinary user.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coder_gen.engines import docker
from coder_gen.engines.arguments import (
    Argv,
    Bind,
    CsvOption,
    Forward,
    HelperCall,
    Item,
    Lower,
    file_path,
    join,
    option,
    path,
    text,
)  # fmt: skip
from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.expression import Ref, Text
from coder_gen.language.keys.container import KEYS
from coder_gen.language.values import (
    Apptainer,
    BlockIO,
    Device,
    EnvFile,
    Gpu,
    Inherit,
    Mount,
    Port,
    Ulimit,
)  # fmt: skip
from coder_gen.plan import Plan
from coder_gen.support import (
    APPROXIMATE,
    EXACT,
    UNSUPPORTED,
    Judge,
    KeyRule,
    Support,
    based_on,
    nothing,
    rule,
    rule_for_each,
    unsupported,
)

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine

_EXACTLY = Support(EXACT)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What the engine makes of these names is not a variable of that name.
_TAKEN_NAMES = ("PREPEND_PATH", "APPEND_PATH")

# Resources whose limit bash can set: its letter, and how many bytes one of its units has.
LIMITS = {
    "as": "v 1024",
    "core": "c 1024",
    "cpu": "t 1",
    "data": "d 1024",
    "fsize": "f 1024",
    "locks": "x 1",
    "memlock": "l 1024",
    "msgqueue": "q 1",
    "nice": "e 1",
    "nofile": "n 1",
    "nproc": "u 1",
    "rss": "m 1024",
    "rtprio": "r 1",
    "sigpending": "i 1",
    "stack": "s 1024",
}


def isolation(plan: Plan) -> list[Item]:
    """What Docker does unasked, and Apptainer only when told."""
    shares_ipc, shares_pid = _literal(plan, "ipc") == "host", _literal(plan, "pid") == "host"
    if shares_ipc or shares_pid:
        flags = ["--cleanenv", "--contain"]
        flags += [] if shares_ipc else ["--ipc"]
    else:
        flags = ["--containall"]
    flags += [] if _literal(plan, "init") == "true" else ["--no-init"]
    flags += ["--no-umask", "--no-eval"]
    flags += [] if _literal(plan, "read_only") == "true" else ["--writable-tmpfs"]
    items: list[Item] = [option(flag) for flag in flags]
    if shares_ipc and not shares_pid:
        items.append(HelperCall("own_pids", ()))
    if shares_ipc:
        items.append(_bound(text("/dev/shm")))
    return items


def _literal(plan: Plan, key: str) -> str:
    value = plan.text(key)
    return value.literal if value is not None and value.is_literal else ""


def _bound(source: Text, target: Text | None = None) -> Item:
    return CsvOption(
        "--mount", (text("type=bind"), "source=" + source, "target=" + (target or source))
    )


def home_value(plan: Plan) -> Text | None:
    """The value of HOME that the spec asks for; the engine sets HOME by its own option alone."""
    value = (plan.value("environment") or {}).get("HOME")
    return value if isinstance(value, Text) else None


def sif(plan: Plan) -> Text:
    """The image file: the spec's, or one named like the image, beside the launcher."""
    settings: Apptainer = plan.value("apptainer") or Apptainer()
    if settings.sif is not None:
        return file_path(settings.sif)
    image = plan.text("image")
    name = image.literal if image is not None and image.is_literal else plan.name
    name = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return path(text(f"./{name}.sif"))


def ports(plan: Plan) -> tuple[Port, ...]:
    """The host's ports that the program will listen on: there is no other network."""
    return tuple(
        port._replace(published=port.target, host_ip=None)
        for port in plan.ports
        if port.published is not None
    )


def _section(settings: Apptainer, plan: Plan) -> list[Item]:
    items: list[Item] = [option("--userns")] if settings.userns else []
    if settings.fakeroot:
        items.append(option("--fakeroot"))
    return [*items, Argv(settings.options)] if settings.options else items


def _user(value: Text, plan: Plan) -> list[Item]:
    return [option("--fakeroot")] if _is_root(value) else []


def _is_root(value: Text) -> bool:
    return value.is_literal and value.literal in ("0", "root", "0:0", "root:root")


def _judge_user(value: Text, plan: Plan) -> Support:
    if plan.runs_as_host_user:
        return _EXACTLY
    if _is_root(value):
        return Support(APPROXIMATE, "root of its own user namespace, as the host's user outside")
    return Support(UNSUPPORTED, "the process has the ids of the user who starts it")


def _environment(entry: tuple[str, Text | Inherit], plan: Plan) -> list[Item]:
    name, value = entry
    if name == "HOME" or not _can_be_set(name):
        return []
    if isinstance(value, Inherit):
        return _forward((text(name, value.span),), plan)
    return [HelperCall("set_env", (text(name), value))]


def _can_be_set(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name not in _TAKEN_NAMES


def _judge_environment(values: dict[str, Text | Inherit], plan: Plan) -> Support:
    wrong = [name for name in values if not _can_be_set(name)]
    if wrong:
        return Support(APPROXIMATE, f"it cannot set a variable named {wrong[0]}")
    return _EXACTLY


def _forward(names: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [Forward(names, "forward_env")]


def _env_file(file: EnvFile, plan: Plan) -> list[Item]:
    function = "env_file" if file.required else "env_file_if_there"
    return [HelperCall(function, (file_path(file.path),))]


def _judge_ports(ports: tuple[Port, ...], plan: Plan) -> Support:
    for port in plan.ports:
        if port.published is not None and port.published.source != port.target.source:
            note = "on the host's network the port is the one that the program listens on"
            return Support(UNSUPPORTED, note)
        if port.published is None:
            return Support(UNSUPPORTED, "Apptainer chooses no port: the program does")
    return Support(APPROXIMATE, "the program listens on the host's own network")


def _mount(mount: Mount, plan: Plan) -> list[Item]:
    options = (text("readonly"),) if mount.read_only else ()
    if mount.type == "bind" and mount.source is not None:
        return [Bind(path(mount.source), mount.target, options, mount.optional)]
    if mount.type == "volume" and mount.source is not None:
        folder = mount.source
        if mount.subpath is not None:
            folder = folder + "/" + mount.subpath
        return [HelperCall("named_volume", (folder, mount.target, *options))]
    return [HelperCall("scratch", (mount.target,))]


def _judge_mounts(mounts: tuple[Mount, ...], plan: Plan) -> Support:
    notes: dict[str, None] = {}
    for mount in mounts:
        if mount.type == "volume" and mount.source is not None:
            notes["a named volume is a folder under ~/.local/share/coder-gen, empty at first"] = (
                None
            )
        elif mount.type != "bind":
            notes["a volume without a source is in memory; the site sets its size"] = None
        if mount.propagation or mount.recursive or mount.selinux or mount.consistency:
            notes["propagation and labels of a mount are the site's"] = None
    return Support(APPROXIMATE, "; ".join(notes)) if notes else _EXACTLY


def _tmpfs(value: Text, plan: Plan) -> list[Item]:
    return [HelperCall("scratch", (_before_colon(value),))]


def _before_colon(value: Text) -> Text:
    kept: list[str | Ref] = []
    for part in value.parts:
        if isinstance(part, str) and ":" in part:
            kept.append(part.partition(":")[0])
            break
        kept.append(part)
    return Text(tuple(part for part in kept if part), value.span)


def _device(device: Device, plan: Plan) -> list[Item]:
    return [_bound(device.source, device.target)]


def _judge_devices(devices: tuple[Device, ...], plan: Plan) -> Support:
    if any(not device.source.startswith("/") and device.source.is_literal for device in devices):
        return Support(UNSUPPORTED, "a device is a file of the host")
    if any(device.permissions not in (None, "rwm") for device in devices):
        return Support(APPROXIMATE, "the permissions are those of the file on the host")
    return _EXACTLY


def _gpu(gpu: Gpu, plan: Plan) -> list[Item]:
    # One flag is for all devices of a maker.
    first = next(each for each in plan.value("gpus") if _is_amd(each) == _is_amd(gpu))
    return [option("--rocm" if _is_amd(gpu) else "--nv")] if gpu is first else []


def _is_amd(gpu: Gpu) -> bool:
    return gpu.driver is not None and gpu.driver.startswith("amd")


def _cap_add(value: Text, plan: Plan) -> list[Item]:
    return [option("--add-caps", value)]


def _cap_drop(value: Text, plan: Plan) -> list[Item]:
    everything = [each for each in plan.value("cap_drop") or () if _is_all(each)]
    if everything and not plan.value("cap_add"):
        return [option("--no-privs")] if value is everything[0] else []
    return [option("--drop-caps", value)]


def _is_all(value: Text) -> bool:
    return value.is_literal and value.literal.upper() == "ALL"


_OPEN = ("seccomp", "apparmor", "label", "systempaths")


def _judge_security_opt(values: tuple[Text, ...], plan: Plan) -> Support:
    for value in values:
        word = value.literal if value.is_literal else ""
        name, _, setting = word.replace(":", "=").partition("=")
        if name == "no-new-privileges" and setting in ("", "true"):
            continue
        if name in _OPEN and setting in ("unconfined", "disable"):
            continue
        return Support(UNSUPPORTED, f"{value.source}: only the administrator can confine a process")
    return _EXACTLY


def _namespace(*shared: str) -> Judge:
    def judge(value: Text, plan: Plan) -> Support:
        if value.is_literal and value.literal in shared:
            return _EXACTLY
        return Support(UNSUPPORTED, "a namespace is the container's own or the host's")

    return judge


def _judge_pid(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal == "host":
        return Support(APPROXIMATE, "an instance (--start) has a namespace of its own")
    return Support(UNSUPPORTED, "a namespace is the container's own or the host's")


def _judge_working_dir(value: Text, plan: Plan) -> Support:
    if plan.value("entrypoint") is not None:
        return _EXACTLY
    return Support(
        APPROXIMATE, "an instance (--start) of the image's own program starts in the home"
    )


def _network(value: Text, plan: Plan) -> list[Item]:
    none = value.is_literal and value.literal == "none"
    return [option("--net"), option("--network", "none")] if none else []


def _judge_network(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal in ("host", "none"):
        return _EXACTLY
    return Support(UNSUPPORTED, "the network is the host's, or none")


def _dns(servers: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--dns", join(",", servers))]


def _limit(limit: Ulimit, plan: Plan) -> list[Item]:
    if limit.name not in LIMITS:
        return []
    letter, unit = map(text, LIMITS[limit.name].split())
    hard = limit.hard or limit.soft
    return [HelperCall("limit", (text(limit.name), letter, unit, limit.soft, hard))]


def _judge_limits(limits: tuple[Ulimit, ...], plan: Plan) -> Support:
    if any(limit.name not in LIMITS for limit in limits):
        return Support(UNSUPPORTED, "bash cannot set the limit rttime")
    return _EXACTLY


def _cgroup(flag: str) -> KeyRule:
    lower: Lower = lambda value, plan: [HelperCall("cgroup_limit", (text(flag), value))]  # noqa: E731
    note = "set if the host has cgroups v2 and systemd; otherwise the launcher prints a notice"
    return rule(lower, APPROXIMATE, note)


def _oom(value: Text, plan: Plan) -> list[Item]:
    on = value.is_literal and value.literal == "true"
    return [HelperCall("cgroup_limit", (text("--oom-kill-disable"),))] if on else []


def _blkio(limits: BlockIO, plan: Plan) -> list[Item]:
    if limits.weight is None:
        return []
    return [HelperCall("cgroup_limit", (text("--blkio-weight"), limits.weight))]


def _judge_restart(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal == "no":
        return _EXACTLY
    return Support(UNSUPPORTED, "there is no daemon to start it again")


def _judge_pull(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal == "never":
        return _EXACTLY
    return Support(APPROXIMATE, "the image file is made before the start, and never pulled")


def _judge_boolean(value: Text, plan: Plan) -> Support:
    if value.is_literal:
        return _EXACTLY
    return Support(UNSUPPORTED, "the value must be known when compiling: pass --var")


_HOST_NETWORK = "the network is the host's, or none"
_NO_DAEMON = "there is no daemon to run it"
_CGROUP_LIMITS = (
    "mem_limit", "mem_reservation", "memswap_limit", "cpus", "cpu_shares", "cpuset", "cpuset_mems",
    "pids_limit",
)  # fmt: skip
_CGROUP = "Apptainer does not support this limit"

_DOCKER = docker.RULES
RULES = based_on(dict.fromkeys(KEYS, unsupported("Apptainer has no such option")), {
    "image": rule(nothing),
    "command": rule(nothing),
    "apptainer": rule(_section),
    "pull_policy": rule(nothing, APPROXIMATE, "the image file is never pulled", _judge_pull),
    "platform": "the image file is for one platform",
    "container_name": rule(nothing, APPROXIMATE, "the name of the instance that --start makes"),
    "hostname": _DOCKER["hostname"],
    "domainname": "the domain name is the host's",
    "user": rule(_user, UNSUPPORTED, "host: exact; root: in a user namespace", _judge_user),
    "group_add": "the process has the groups of the user who starts it",
    "entrypoint": rule(nothing),
    "working_dir": rule(
        lambda value, plan: [HelperCall("work_in", (value,))],
        APPROXIMATE,
        "an instance (--start) of the image's own program starts in the home",
        _judge_working_dir,
    ),
    "environment": rule_for_each(
        _environment, APPROXIMATE, "names that are not identifiers cannot be set", _judge_environment
    ),
    "env_file": rule_for_each(
        _env_file,
        APPROXIMATE,
        "the launcher reads the file raw; Compose interprets quotes and variables in it",
    ),
    "forward_environment": rule(_forward),
    "ports": rule(nothing, UNSUPPORTED, "the program listens on the host's network", _judge_ports),
    "publish_address":
        "the program itself chooses the address that it listens on; if that is every address, the"
        " whole network can reach it",
    "publish_all": _HOST_NETWORK,
    "expose": _HOST_NETWORK,
    "volumes": rule_for_each(_mount, APPROXIMATE, "bind mounts are exact", _judge_mounts),
    "volumes_from": "containers have no volumes of their own",
    "tmpfs": rule_for_each(_tmpfs, APPROXIMATE, "in memory; the site sets its size"),
    "devices": rule_for_each(_device, UNSUPPORTED, "files of the host are exact", _judge_devices),
    "device_cgroup_rules": "the permissions are those of the files on the host",
    "gpus": rule_for_each(_gpu, APPROXIMATE, "all GPUs of the vendor, by --nv or --rocm"),
    "secrets": _DOCKER["secrets"],
    "configs": _DOCKER["configs"],
    "privileged": "a container cannot have more rights than the user has on the host",
    "cap_add": rule_for_each(
        _cap_add,
        APPROXIMATE,
        "they apply in the container's own user namespace, never on the host",
    ),
    "cap_drop": rule_for_each(_cap_drop),
    "security_opt": rule(
        nothing, UNSUPPORTED, "no-new-privileges and unconfined are exact", _judge_security_opt
    ),
    "read_only": rule(nothing, EXACT, "", _judge_boolean),
    "init": rule(nothing, EXACT, "", _judge_boolean),
    "stdin_open": rule(nothing),
    "tty": rule(nothing),
    "rm": rule(nothing),
    "restart": rule(nothing, UNSUPPORTED, "there is no daemon", _judge_restart),
    "stop_signal": rule(nothing, APPROXIMATE, "the signal of --stop; Ctrl-C sends SIGINT"),
    "stop_grace_period": rule(nothing, APPROXIMATE, "how long --stop waits"),
    "healthcheck": _NO_DAEMON,
    "ipc": rule(
        nothing, UNSUPPORTED, "host and private are exact", _namespace("host", "private", "shareable")
    ),
    "pid": rule(nothing, UNSUPPORTED, "host is exact, except in an instance (--start)", _judge_pid),
    "uts": rule(nothing),
    "userns_mode": "see the key apptainer",
    "cgroup": "there is no cgroup namespace",
    "cgroup_parent": "the cgroup is that of the session",
    "network_mode": rule(_network, UNSUPPORTED, "host and none are exact", _judge_network),
    "networks": _HOST_NETWORK,
    "mac_address": _HOST_NETWORK,
    "extra_hosts": "/etc/hosts is the host's; a config may be mounted over it",
    "dns": rule(_dns),
    "dns_search": "the search domains are the host's",
    "dns_opt": "the resolver's options are the host's",
    "external_links": _HOST_NETWORK,
    "shm_size": "the size of /dev/shm cannot be set",
    "mem_swappiness": _CGROUP,
    "oom_kill_disable": rule(_oom, APPROXIMATE, "set if the host has cgroups v2 and systemd"),
    "oom_score_adj": _CGROUP,
    "cpu_period": _CGROUP,
    "cpu_quota": _CGROUP,
    "cpu_rt_period": _CGROUP,
    "cpu_rt_runtime": _CGROUP,
    "cpu_count": "a setting of Windows",
    "cpu_percent": "a setting of Windows",
    **{key: _cgroup(KEYS[key].flag) for key in _CGROUP_LIMITS},
    "ulimits": rule_for_each(_limit, UNSUPPORTED, "all but rttime are exact", _judge_limits),
    "blkio_config": rule(_blkio, APPROXIMATE, "only the weight, if the host has cgroups v2"),
    "sysctls": "kernel parameters are the host's",
    "storage_opt": "there is no storage driver",
    "labels": "a process has no labels",
    "label_file": "a process has no labels",
    "annotations": "a process has no annotations",
    "logging": "output goes to the launcher's streams; that of an instance to a file",
    "runtime": "Apptainer is the runtime",
    "isolation": "a setting of Windows",
    "use_api_socket": "there is no daemon to talk to",
    "engine_options": "they are options of another engine; use options under apptainer",
    "x11": _DOCKER["x11"],
})  # fmt: skip


def _options() -> CommandLine:
    from coder_gen.options import apptainer, loose
    from coder_gen.options.reader import CommandLine

    return CommandLine(apptainer.TABLE, apptainer.READERS, loose.APPTAINER, network_mark=None)


ENGINE = Engine(
    "apptainer",
    "Apptainer",
    APPTAINER,
    "1.1",
    RULES,
    _options,
    verbs=("run", "shell", "exec", "instance"),
    other_programs=("singularity",),
    needs=("ask",),
)
