"""A plan as arguments of ``apptainer run``; Singularity's are the same.

Apptainer has no daemon: the container is a process of the user who starts it, with that user's ids,
on the host's network. What Apptainer passes in from the host by default (environment, home, /tmp,
/dev) is kept out, so that the process sees the same as on Docker. Source: apptainer-run(1) of
Apptainer 1.4, tried as an ordinary user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_gen.engines import apptainer_support as support
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
    KeyRule,
    based_on,
    nothing,
    rule,
    rule_for_each,
    unsupported,
)

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine


def isolation(plan: Plan) -> list[Item]:
    """Options for what Docker does by default, and Apptainer only on request."""
    shares_ipc, shares_pid = plan.literal("ipc") == "host", plan.literal("pid") == "host"
    if shares_ipc or shares_pid:
        flags = ["--cleanenv", "--contain"]
        flags += [] if shares_ipc else ["--ipc"]
    else:
        flags = ["--containall"]
    flags += [] if plan.literal("init") == "true" else ["--no-init"]
    flags += ["--no-umask", "--no-eval"]
    flags += [] if plan.literal("read_only") == "true" else ["--writable-tmpfs"]
    items: list[Item] = [option(flag) for flag in flags]
    if shares_ipc and not shares_pid:
        items.append(HelperCall("own_pids", ()))
    if shares_ipc:
        items.append(_bound(text("/dev/shm"), text("/dev/shm")))
    return items


def _bound(source: Text, target: Text) -> Item:
    return CsvOption("--mount", (text("type=bind"), "source=" + source, "target=" + target))


def home_value(plan: Plan) -> Text | None:
    """The value of HOME in the spec; the engine sets HOME only by an option of its own."""
    value = (plan.value("environment") or {}).get("HOME")
    return value if isinstance(value, Text) else None


def settings_of(plan: Plan) -> Apptainer:
    """The settings under the key ``apptainer``; the defaults where the spec does not set it."""
    return plan.value("apptainer") or Apptainer()


def sif(plan: Plan) -> Text:
    """The image file: the spec's, or one beside the launcher, named like the image."""
    own = settings_of(plan).sif
    if own is not None:
        return file_path(own)
    name = plan.literal("image") or plan.name
    name = name.partition("@")[0].rpartition("/")[2].partition(":")[0]
    return path(text(f"./{name}.sif"))


def ports(plan: Plan) -> tuple[Port, ...]:
    """The ports of the host that the program will listen on: there is no other network."""
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
    return [option("--fakeroot")] if support.is_root(value) else []


def _environment(entry: tuple[str, Text | Inherit], plan: Plan) -> list[Item]:
    name, value = entry
    if name == "HOME" or not support.can_be_set(name):
        return []
    if isinstance(value, Inherit):
        return _forward((text(name, value.span),), plan)
    return [HelperCall("set_env", (text(name), value))]


def _forward(names: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [Forward(names, "forward_env")]


def _env_file(file: EnvFile, plan: Plan) -> list[Item]:
    function = "env_file" if file.required else "env_file_if_exists"
    return [HelperCall(function, (file_path(file.path),))]


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
    if not support.is_file(device):
        return []
    return [_bound(device.source, device.inside)]


def _gpu(gpu: Gpu, plan: Plan) -> list[Item]:
    # One option applies to all devices of a vendor.
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


def _network(value: Text, plan: Plan) -> list[Item]:
    none = value.is_literal and value.literal == "none"
    return [option("--net"), option("--network", "none")] if none else []


def _dns(servers: tuple[Text, ...], plan: Plan) -> list[Item]:
    return [option("--dns", join(",", servers))]


def _limit(limit: Ulimit, plan: Plan) -> list[Item]:
    if limit.name not in support.BASH_LIMITS:
        return []
    letter, unit = map(text, support.BASH_LIMITS[limit.name].split())
    hard = limit.hard or limit.soft
    return [HelperCall("limit", (text(limit.name), letter, unit, limit.soft, hard))]


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
    "pull_policy": rule(nothing, APPROXIMATE, "the image file is never pulled", support.judge_pull),
    "platform": "the image file is for one platform",
    "container_name": rule(nothing, APPROXIMATE, "the name of the instance that --start makes"),
    "hostname": _DOCKER["hostname"],
    "domainname": "the domain name is the host's",
    "user": rule(_user, UNSUPPORTED, "host: exact; root: in a user namespace", support.judge_user),
    "group_add": "the process has the groups of the user who starts it",
    "entrypoint": rule(nothing),
    "working_dir": rule(
        lambda value, plan: [HelperCall("work_in", (value,))],
        APPROXIMATE,
        support.INSTANCE_BEGINS_IN_HOME,
        support.judge_working_dir,
    ),
    "environment": rule_for_each(
        _environment, APPROXIMATE, "names that are not identifiers cannot be set", support.judge_environment
    ),
    "env_file": rule_for_each(
        _env_file,
        APPROXIMATE,
        "the launcher reads the file raw; Compose interprets quotes and variables in it",
    ),
    "forward_environment": rule(_forward),
    "ports": rule(nothing, UNSUPPORTED, "the program listens on the host's network", support.judge_ports),
    "publish_address":
        "the program itself chooses the address that it listens on; if that is every address, the"
        " whole network can reach it",
    "publish_all": support.HOST_NETWORK,
    "expose": support.HOST_NETWORK,
    "volumes": rule_for_each(_mount, APPROXIMATE, "bind mounts are exact", support.judge_mounts),
    "volumes_from": "containers have no volumes of their own",
    "tmpfs": rule_for_each(_tmpfs, APPROXIMATE, "in memory; the site sets its size"),
    "devices": rule_for_each(_device, UNSUPPORTED, "files of the host are exact", support.judge_devices),
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
        nothing, UNSUPPORTED, "no-new-privileges and unconfined are exact", support.judge_security_opt
    ),
    "read_only": rule(nothing, EXACT, "", support.judge_boolean),
    "init": rule(nothing, EXACT, "", support.judge_boolean),
    "stdin_open": rule(nothing),
    "tty": rule(nothing),
    "rm": rule(nothing),
    "restart": rule(nothing, UNSUPPORTED, "there is no daemon", support.judge_restart),
    "stop_signal": rule(nothing, APPROXIMATE, "the signal of --stop; Ctrl-C sends SIGINT"),
    "stop_grace_period": rule(nothing, APPROXIMATE, "how long --stop waits"),
    "healthcheck": _NO_DAEMON,
    "ipc": rule(
        nothing, UNSUPPORTED, "host and private are exact", support.judge_namespace("host", "private", "shareable")
    ),
    "pid": rule(nothing, UNSUPPORTED, "host is exact, except in an instance (--start)", support.judge_pid),
    "uts": rule(nothing),
    "userns_mode": "see the key apptainer",
    "cgroup": "there is no cgroup namespace",
    "cgroup_parent": "the cgroup is that of the session",
    "network_mode": rule(_network, UNSUPPORTED, "host and none are exact", support.judge_network),
    "networks": support.HOST_NETWORK,
    "mac_address": support.HOST_NETWORK,
    "extra_hosts": "/etc/hosts is the host's; a config may be mounted over it",
    "dns": rule(_dns),
    "dns_search": "the search domains are the host's",
    "dns_opt": "the resolver's options are the host's",
    "external_links": support.HOST_NETWORK,
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
    "ulimits": rule_for_each(_limit, UNSUPPORTED, "all but rttime are exact", support.judge_limits),
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
