"""nerdctl: Docker's command line for containerd, with its differences.

Source: nerdctl's command reference, and the flags that its versions 2.0 to 2.3 declare.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from coder_gen.engines import docker
from coder_gen.engines.arguments import Bind, CsvOption, Item, option, text, with_lists
from coder_gen.engines.base import DOCKER, Engine, Newer
from coder_gen.expression import Text
from coder_gen.language.values import Attachment, BlockIO, Gpu, Healthcheck, Logging, Mount
from coder_gen.options import flag_table
from coder_gen.plan import Plan
from coder_gen.support import APPROXIMATE, EXACT, Rules, Support, based_on, rule, rule_for_each

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine

_EXACTLY = Support(EXACT)
_LOG_DRIVERS = ("", "json-file", "journald", "fluentd", "syslog", "none")

TABLE = flag_table.based_on(
    flag_table.DOCKER,
    without="""
    cpu-count cpu-percent device-cgroup-rule disable-content-trust expose health-start-interval
    io-maxbandwidth io-maxiops link link-local-ip network-alias publish-all storage-opt
    use-api-socket volume-driver
    """,
    alone="rootfs",
    valued="""
    cosign-certificate-identity cosign-certificate-identity-regexp cosign-certificate-oidc-issuer
    cosign-certificate-oidc-issuer-regexp cosign-key init-binary ipfs-address pidfile rdt-class
    systemd umask verify
    """,
    # The values of these are comma-separated lists.
    listed="""
    add-host attach cap-add cap-drop cgroup-conf device dns dns-option dns-search env-file group-add
    label-file network publish ulimit
    """,
)


def _judge_user(value: Text, plan: Plan) -> Support:
    if plan.runs_as_host_user:
        note = "without root, files on mounts belong to another id than the user's"
        return Support(APPROXIMATE, note)
    return _EXACTLY


def _mount(mount: Mount, plan: Plan) -> list[Item]:
    plain = mount._replace(consistency=None, nocopy=False, subpath=None, recursive=None)
    item = docker.mount_item(plain)
    more = (text("bind-nonrecursive"),) if mount.recursive == "disabled" else ()
    if isinstance(item, Bind):
        return [item._replace(options=(*item.options, *more))]
    if isinstance(item, CsvOption):
        return [item._replace(fields=(*item.fields, *more))]
    return [item]


def _judge_mounts(mounts: tuple[Mount, ...], plan: Plan) -> Support:
    notes = []
    if any(mount.recursive not in (None, "enabled", "disabled") for mount in mounts):
        notes.append("whether a mount is recursive depends on the version")
    if any(mount.nocopy or mount.subpath is not None for mount in mounts):
        notes.append("there is no nocopy and no subpath of a volume")
    if any(mount.consistency is not None for mount in mounts):
        notes.append("there is no consistency, which has no effect on Linux")
    if any(mount.selinux is not None for mount in mounts):
        notes.append("SELinux labels need nerdctl 2.3, and its setting selinux_enabled")
    if any(_has_comma(each) for mount in mounts for each in (mount.source, mount.target)):
        notes.append("it does not start with a comma in the path of a mount")
    return Support(APPROXIMATE, "; ".join(notes)) if notes else _EXACTLY


def _has_comma(path: Text | None) -> bool:
    return path is not None and any(isinstance(part, str) and "," in part for part in path.parts)


def _healthcheck(check: Healthcheck, plan: Plan) -> list[Item]:
    return list(docker.RULES["healthcheck"].lower(check._replace(start_interval=None), plan))


def _gpu(gpu: Gpu, plan: Plan) -> list[Item]:
    others = gpu.driver is not None and not _is_nvidia(gpu)
    plain = gpu._replace(driver=None) if others else gpu
    return list(docker.RULES["gpus"].lower(plain, plan))


def _is_nvidia(gpu: Gpu) -> bool:
    return gpu.driver is None or (gpu.driver.is_literal and gpu.driver.literal == "nvidia")


def _judge_logging(logging: Logging, plan: Plan) -> Support:
    driver = logging.driver
    if driver is None or (driver.is_literal and driver.literal in _LOG_DRIVERS):
        return _EXACTLY
    return Support(APPROXIMATE, f"its drivers are {', '.join(_LOG_DRIVERS[1:])}")


def _networks(networks: dict[str, Attachment], plan: Plan) -> Iterator[Item]:
    for name in networks:
        yield option("--network", name)
    first = next(iter(networks.values()))
    for flag, value in (
        ("--ip", first.ipv4_address), ("--ip6", first.ipv6_address),
        ("--mac-address", first.mac_address),
    ):  # fmt: skip
        if value is not None:
            yield option(flag, value)


def _judge_networks(networks: dict[str, Attachment], plan: Plan) -> Support:
    first, *others = networks.values()
    if any(each != Attachment() for each in others):
        return Support(APPROXIMATE, "only the first network has addresses")
    if first.aliases or first.driver_opts or first.gw_priority or first.link_local_ips:
        note = "a container has no aliases, driver_opts, gw_priority or link_local_ips"
        return Support(APPROXIMATE, note)
    return _EXACTLY


def _security_opt(value: Text, plan: Plan) -> list[Item]:
    # With a colon nerdctl would not know the option, and ignore it with only a warning.
    if value.is_literal and "=" not in value.literal:
        value = text(value.literal.replace(":", "=", 1), value.span)
    return list(docker.RULES["security_opt"].lower(value, plan))


_HOST_ALONE = "it supports only host"


def _judge_host(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal == "host":
        return _EXACTLY
    return Support(APPROXIMATE, _HOST_ALONE)


_DOCKER = docker.RULES
_NO_WINDOWS = "a setting of Windows"
RULES: Rules = with_lists(based_on(_DOCKER, {
    "user": _DOCKER["user"].judged(APPROXIMATE, "without root, ids differ", _judge_user),
    "volumes": rule_for_each(_mount, APPROXIMATE, "no nocopy, no subpath", _judge_mounts),
    "env_file": _DOCKER["env_file"].judged(
        APPROXIMATE, "nerdctl reads the file raw; Compose interprets quotes and variables in it"
    ),
    "gpus": rule_for_each(
        _gpu, APPROXIMATE, "by CDI; the host needs a CDI description of the devices"
    ),
    "healthcheck": rule(
        _healthcheck,
        APPROXIMATE,
        "systemd runs it, if root starts the container; there is no start_interval",
    ),
    "logging": _DOCKER["logging"].judged(APPROXIMATE, "other log drivers", _judge_logging),
    "networks": rule(
        _networks, APPROXIMATE, "no aliases, driver_opts, gw_priority, link_local_ips",
        _judge_networks,
    ),
    "security_opt": rule_for_each(_security_opt),
    "userns_mode": _DOCKER["userns_mode"].judged(APPROXIMATE, _HOST_ALONE, _judge_host),
    "uts": _DOCKER["uts"].judged(APPROXIMATE, _HOST_ALONE, _judge_host),
    "isolation": _DOCKER["isolation"].judged(APPROXIMATE, "on Linux it supports only default"),
    "device_cgroup_rules": "nerdctl run has no --device-cgroup-rule",
    "expose": "nerdctl run has no --expose up to version 2.3; containers reach each other without it",
    "external_links": "there are no links; containers of a network have names",
    "publish_all": "nerdctl run has no --publish-all up to version 2.3",
    "storage_opt": "nerdctl run has no --storage-opt",
    "use_api_socket": "there is no Docker daemon to talk to",
    "cpu_count": _NO_WINDOWS,
    "cpu_percent": _NO_WINDOWS,
}), TABLE)  # fmt: skip


# The first version that has each option.
_SINCE = {
    "domainname": "2.1",
    "healthcheck": "2.2",
    "userns_mode": "2.1",
    "cpu_rt_period": "2.1",
    "cpu_rt_runtime": "2.1",
}


def _newer(plan: Plan) -> list[Newer]:
    found = [Newer(f"`{key}`", since, key) for key, since in _SINCE.items() if plan.value(key)]
    limits = plan.value("blkio_config")
    if limits is not None and limits._replace(weight=None) != BlockIO():
        found.append(Newer("a limit of a block device", "2.1", "blkio_config"))
    if any(mount.selinux is not None for mount in plan.mounts):
        found.append(Newer("an SELinux label of a mount", "2.3", "volumes"))
    return found


def _options() -> CommandLine:
    from coder_gen.options import loose, rules
    from coder_gen.options.reader import CommandLine

    return CommandLine(TABLE, rules.DOCKER, loose.DOCKER)


ENGINE = Engine(
    "nerdctl",
    "nerdctl",
    DOCKER,
    "2.0",
    RULES,
    _options,
    harmless_question=("version",),
    newer=_newer,
)
