"""A plan as arguments of ``podman run``: Docker's rules with Podman's differences.

Source: podman-run(1) of Podman 4.3 and 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_gen.engines import docker
from coder_gen.engines.arguments import (
    Bind,
    CsvOption,
    HelperCall,
    Item,
    join,
    option,
    scalar,
    text,
    with_lists,
)  # fmt: skip
from coder_gen.engines.base import DOCKER, Engine
from coder_gen.expression import Text
from coder_gen.language.values import Attachment, Gpu, Healthcheck, Logging, Mount
from coder_gen.options import flag_table
from coder_gen.plan import Plan
from coder_gen.support import (
    APPROXIMATE,
    EXACT,
    Rules,
    Support,
    based_on,
    rule,
    rule_for_each,
)

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine

_EXACTLY = Support(EXACT)
_LOG_DRIVERS = ("", "k8s-file", "journald", "none", "passthrough")


def _user(value: Text, plan: Plan) -> list[Item]:
    items = docker.RULES["user"].lower(value, plan)
    # Rootless: ids other than the user's own are subordinate ids on the host.
    own = plan.runs_as_host_user and "userns_mode" not in plan.settings
    keep_id = HelperCall("keep_id", (), (text("--userns"), text("keep-id")))
    return [*([keep_id] if own else []), *items]


def _mount(mount: Mount, plan: Plan) -> list[Item]:
    if mount.nocopy and mount.source is not None and not _loses_nocopy(mount):
        words = "nocopy,ro" if mount.read_only else "nocopy"
        return [option("--volume", mount.source + ":" + mount.target + f":{words}")]
    plain = mount._replace(selinux=None, recursive=None, subpath=None, nocopy=False)
    item = docker.mount_item(plain)
    more: list[Text] = []
    if mount.selinux is not None:
        more.append(text(f"relabel={'private' if mount.selinux == 'Z' else 'shared'}"))
    if mount.recursive == "disabled":
        more.append(text("bind-nonrecursive"))
    if mount.subpath is not None:
        more.append("subpath=" + mount.subpath)
    if mount.type == "tmpfs":
        more += [text("notmpcopyup"), text("noexec")]
    if isinstance(item, Bind):
        return [item._replace(options=(*item.options, *more))]
    assert isinstance(item, CsvOption)
    return [item._replace(fields=(*item.fields, *more))]


def _loses_nocopy(mount: Mount) -> bool:
    """Whether ``--volume`` cannot say the mount; ``--mount`` has no word for nocopy in Podman."""
    has_colon = any(isinstance(part, str) and ":" in part for part in mount.target.parts)
    return mount.source is None or mount.subpath is not None or has_colon


def _judge_mounts(mounts: tuple[Mount, ...], plan: Plan) -> Support:
    notes = []
    if any(mount.recursive not in (None, "enabled", "disabled") for mount in mounts):
        notes.append("a recursive bind mount is as writable as its source")
    if any(mount.nocopy and _loses_nocopy(mount) for mount in mounts):
        notes.append(
            "nocopy is lost on a volume without a name or with a subpath, and where the target has a colon"
        )
    if any(mount.subpath is not None for mount in mounts):
        notes.append("a subpath of a volume needs Podman 5.4 or newer")
    return Support(APPROXIMATE, "; ".join(notes)) if notes else _EXACTLY


def _tmpfs(value: Text, plan: Plan) -> list[Item]:
    """By default Podman copies the image's files into a tmpfs, and allows programs to run there."""
    literal = "".join(part for part in value.parts if isinstance(part, str))
    words = literal.partition(":")[2].split(",")
    more = [word for word in ("notmpcopyup", "noexec") if word not in words]
    if "exec" in words:
        more.remove("noexec")
    return [option("--tmpfs", value + ("," if ":" in literal else ":") + ",".join(more))]


def _gpu(gpu: Gpu, plan: Plan) -> list[Item]:
    amd = gpu.driver is not None and gpu.driver.startswith("amd")
    kind = "amd.com/gpu=" if amd else "nvidia.com/gpu="
    number = gpu.number.literal if gpu.number is not None and gpu.number.is_literal else "all"
    ids = gpu.device_ids or tuple(
        text(each) for each in (map(str, range(int(number))) if number.isdigit() else ["all"])
    )
    return [option("--device", kind + each) for each in ids]


def _healthcheck(check: Healthcheck, plan: Plan) -> list[Item]:
    return list(docker.RULES["healthcheck"].lower(check._replace(start_interval=None), plan))


def _judge_healthcheck(check: Healthcheck, plan: Plan) -> Support:
    if check.start_interval is not None:
        return Support(APPROXIMATE, "there is no start_interval: it always uses interval")
    return _EXACTLY


def _judge_logging(logging: Logging, plan: Plan) -> Support:
    driver = logging.driver
    if driver is None or (driver.is_literal and driver.literal in _LOG_DRIVERS):
        return _EXACTLY
    return Support(
        APPROXIMATE, "its drivers are k8s-file (also called json-file), journald and none"
    )


def _network(entry: tuple[str, Attachment], plan: Plan) -> list[Item]:
    name, attachment = entry
    if len(plan.value("networks")) == 1:
        plain = attachment._replace(driver_opts=None, gw_priority=None, link_local_ips=None)
        return list(docker.RULES["networks"].lower((name, plain), plan))
    words = ["alias=" + alias for alias in attachment.aliases or ()]
    words += [
        f"{key}=" + value
        for key, value in (
            ("ip", attachment.ipv4_address), ("ip6", attachment.ipv6_address),
            ("mac", attachment.mac_address),
        ) if value is not None
    ]  # fmt: skip
    return [option("--network", name + ":" + join(",", words) if words else name)]


def _judge_networks(networks: dict[str, Attachment], plan: Plan) -> Support:
    for each in networks.values():
        if each.driver_opts or each.gw_priority or each.link_local_ips:
            note = "there is no driver_opts, gw_priority or link_local_ips for a container"
            return Support(APPROXIMATE, note)
    return _EXACTLY


def _judge_restart(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal in ("always", "unless-stopped"):
        return Support(APPROXIMATE, "after a reboot only if podman-restart.service is enabled")
    return _EXACTLY


def _judge_hosts(pairs: tuple[tuple[Text, Text], ...], plan: Plan) -> Support:
    if any(ip.is_literal and ip.literal == "host-gateway" for _, ip in pairs):
        return Support(APPROXIMATE, "host-gateway needs Podman 4.7 or newer")
    return _EXACTLY


_UNMASKED = ("systempaths=unconfined", "systempaths:unconfined")


def _security_opt(value: Text, plan: Plan) -> list[Item]:
    if value.is_literal and value.literal in _UNMASKED:
        value = text("unmask=ALL", value.span)
    return list(docker.RULES["security_opt"].lower(value, plan))


_NO_WINDOWS = "a setting of Windows"


TABLE = flag_table.based_on(
    flag_table.DOCKER,
    without="""
    cpu-count cpu-percent domainname health-start-interval io-maxbandwidth io-maxiops isolation
    kernel-memory link runtime storage-opt use-api-socket volume-driver
    """,
    alone="""
    env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify
    unsetenv-all
    """,
    valued="""
    arch authfile cert-dir cgroups conmon-pidfile creds decryption-key env-merge group-entry
    health-log-destination health-max-log-count health-max-log-size health-on-failure
    health-startup-cmd health-startup-interval health-startup-retries health-startup-success
    health-startup-timeout hosts-file image-volume init-ctr init-path os passwd-entry personality
    pidfile pod pod-id-file preserve-fd preserve-fds rdt-class retry retry-delay sdnotify
    seccomp-policy secret shm-size-systemd subgidname subuidname systemd timeout tz umask unsetenv
    variant
    """,
    # The values of these are comma-separated lists.
    listed="""
    add-host annotation attach blkio-weight-device cap-add cap-drop cgroup-conf chrootdirs device
    device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns
    dns-option dns-search env-file expose gidmap group-add hostuser label-file link-local-ip log-opt
    network-alias publish requires sysctl uidmap ulimit
    """,
    # Every launcher for Podman passes this value.
    usual={"http-proxy": ("false",)},
)

_DOCKER = docker.RULES
_RULES = based_on(_DOCKER, {
    "user": rule(_user),
    "volumes": rule_for_each(_mount, APPROXIMATE, "subpaths need Podman 5.4", _judge_mounts),
    "tmpfs": rule_for_each(_tmpfs),
    "env_file": _DOCKER["env_file"].judged(
        APPROXIMATE, "podman reads the file raw; Compose interprets quotes and variables in it"
    ),
    "gpus": rule_for_each(
        _gpu, APPROXIMATE, "by CDI; the host needs a CDI description of the devices"
    ),
    "healthcheck": rule(
        _healthcheck, APPROXIMATE, "there is no start_interval", _judge_healthcheck
    ),
    "logging": _DOCKER["logging"].judged(APPROXIMATE, "other log drivers", _judge_logging),
    "networks": rule_for_each(
        _network, APPROXIMATE, "no driver_opts, gw_priority, link_local_ips", _judge_networks
    ),
    "restart": _DOCKER["restart"].judged(APPROXIMATE, "not after a reboot", _judge_restart),
    "extra_hosts": _DOCKER["extra_hosts"].judged(
        APPROXIMATE, "host-gateway needs Podman 4.7", _judge_hosts
    ),
    "security_opt": rule_for_each(_security_opt),
    "userns_mode": rule(scalar("--userns")),
    "domainname": "podman run has no --domainname",
    "external_links": "Podman has no links; containers of a network have names",
    "storage_opt": "Podman sets storage options only for all containers",
    "runtime": "the runtime is set in containers.conf",
    "use_api_socket": "Podman has no daemon to talk to",
    "cpu_count": _NO_WINDOWS,
    "cpu_percent": _NO_WINDOWS,
    "isolation": _NO_WINDOWS,
})  # fmt: skip
RULES: Rules = with_lists(_RULES, TABLE)


def _options() -> CommandLine:
    from coder_gen.engines import podman_options

    return podman_options.OPTIONS


ENGINE = Engine(
    "podman",
    "Podman",
    DOCKER,
    "4.3",
    RULES,
    _options,
    host_variable="CONTAINER_HOST",
    # By default Podman passes on the proxy variables of the caller.
    always=("--http-proxy=false",),
)
