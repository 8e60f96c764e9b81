"""A plan in the words of ``podman run``: Docker's rules, and where Podman's differ.

Source: podman-run(1) of Podman 4.3 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coder_gen.expression import Text
from coder_gen.languages import csv
from coder_gen.plan import Plan
from coder_gen.targets import docker_run
from coder_gen.targets.base import APPROXIMATE, EXACT, UNSUPPORTED, Support
from coder_gen.targets.items import (
    Bind,
    Call,
    Fields,
    Item,
    Rule,
    Rules,
    WhenThere,
    Words,
    nothing,
    option,
    rule,
    scalar,
    text,
)  # fmt: skip
from coder_gen.values import Attachment, Gpu, Healthcheck, Logging, Mount

_EXACTLY = Support(EXACT)
_LOG_DRIVERS = ("", "k8s-file", "journald", "none", "passthrough")


def _user(value: Text, plan: Plan) -> list[Item]:
    said = docker_run.RULES["user"].lower(value, plan)
    # Rootless, every other id than the user's own is one of the subordinate ids on the host.
    own = plan.runs_as_host_user and "userns_mode" not in plan.settings
    return [*([Call("keep_id", ())] if own else []), *said]


def _mounts(mounts: tuple[Mount, ...], plan: Plan) -> list[Item]:
    return [_mount(mount) for mount in mounts]


def _mount(mount: Mount) -> Item:
    if mount.nocopy and mount.source is not None and not _has_colon(mount.target):
        words = "nocopy,ro" if mount.read_only else "nocopy"
        return option("--volume", mount.source + ":" + mount.target + f":{words}")
    plain = mount._replace(selinux=None, recursive=None, subpath=None, nocopy=False)
    said = docker_run.mount(plain)
    more: list[Text] = []
    if mount.selinux is not None:
        more.append(text(f"relabel={'private' if mount.selinux == 'Z' else 'shared'}"))
    if mount.recursive == "disabled":
        more.append(text("bind-nonrecursive"))
    if mount.subpath is not None:
        more.append("subpath=" + mount.subpath)
    if mount.type == "tmpfs":
        more += [text("notmpcopyup"), text("noexec")]
    if isinstance(said, Bind):
        return said._replace(options=(*said.options, *more))
    assert isinstance(said, Fields)
    return said._replace(fields=(*said.fields, *more))


def _has_colon(target: Text) -> bool:
    """Whether ``--volume`` cannot say a path; ``--mount`` has no word for nocopy in Podman."""
    return any(isinstance(part, str) and ":" in part for part in target.parts)


def _judge_mounts(mounts: tuple[Mount, ...], plan: Plan) -> Support:
    notes = []
    if any(mount.recursive not in (None, "enabled", "disabled") for mount in mounts):
        notes.append("a recursive bind mount is as writable as its source")
    if any(m.nocopy and (m.source is None or _has_colon(m.target)) for m in mounts):
        notes.append("nocopy is lost on a volume without a name, and where the target has a colon")
    if any(mount.subpath is not None for mount in mounts):
        notes.append("a subpath of a volume needs Podman 5.4 or newer")
    return Support(APPROXIMATE, "; ".join(notes)) if notes else _EXACTLY


def _tmpfs(values: tuple[Text, ...], plan: Plan) -> list[Item]:
    """Podman fills a tmpfs with what the image has there, and lets programs run from it."""
    items: list[Item] = []
    for value in values:
        literal = "".join(part for part in value.parts if isinstance(part, str))
        words = literal.partition(":")[2].split(",")
        more = [word for word in ("notmpcopyup", "noexec") if word not in words]
        if "exec" in words:
            more.remove("noexec")
        items.append(option("--tmpfs", value + ("," if ":" in literal else ":") + ",".join(more)))
    return items


def _gpus(requests: tuple[Gpu, ...], plan: Plan) -> list[Item]:
    items: list[Item] = []
    for gpu in requests:
        amd = gpu.driver is not None and gpu.driver.startswith("amd")
        kind = "amd.com/gpu=" if amd else "nvidia.com/gpu="
        number = gpu.number.literal if gpu.number is not None and gpu.number.is_literal else "all"
        ids = gpu.device_ids or tuple(
            text(each) for each in (map(str, range(int(number))) if number.isdigit() else ["all"])
        )
        items += [option("--device", kind + each) for each in ids]
    return items


def _healthcheck(check: Healthcheck, plan: Plan) -> list[Item]:
    return list(docker_run.RULES["healthcheck"].lower(check._replace(start_interval=None), plan))


def _judge_healthcheck(check: Healthcheck, plan: Plan) -> Support:
    if check.start_interval is not None:
        return Support(APPROXIMATE, "there is no start_interval: it asks every interval")
    return _EXACTLY


def _judge_logging(logging: Logging, plan: Plan) -> Support:
    driver = logging.driver
    if driver is None or (driver.is_literal and driver.literal in _LOG_DRIVERS):
        return _EXACTLY
    return Support(APPROXIMATE, "its drivers are k8s-file (also said json-file), journald and none")


def _networks(networks: dict[str, Attachment], plan: Plan) -> list[Item]:
    if len(networks) == 1:
        plain = {
            name: each._replace(driver_opts=None, gw_priority=None, link_local_ips=None)
            for name, each in networks.items()
        }
        return list(docker_run.RULES["networks"].lower(plain, plan))
    return [_network(name, each) for name, each in networks.items()]


def _network(name: str, attachment: Attachment) -> Item:
    words = ["alias=" + alias for alias in attachment.aliases or ()]
    words += [
        f"{key}=" + value
        for key, value in (
            ("ip", attachment.ipv4_address), ("ip6", attachment.ipv6_address),
            ("mac", attachment.mac_address),
        ) if value is not None
    ]  # fmt: skip
    said = text(name)
    for i, word in enumerate(words):
        said = said + ("," if i else ":") + word
    return option("--network", said)


def _judge_networks(networks: dict[str, Attachment], plan: Plan) -> Support:
    for each in networks.values():
        if each.driver_opts or each.gw_priority or each.link_local_ips:
            note = "there is no driver_opts, gw_priority or link_local_ips for a container"
            return Support(APPROXIMATE, note)
    return _EXACTLY


def _judge_restart(value: Text, plan: Plan) -> Support:
    if value.is_literal and value.literal in ("always", "unless-stopped"):
        return Support(APPROXIMATE, "after a reboot only where podman-restart.service is enabled")
    return _EXACTLY


def _judge_hosts(pairs: tuple[tuple[Text, Text], ...], plan: Plan) -> Support:
    if any(ip.is_literal and ip.literal == "host-gateway" for _, ip in pairs):
        return Support(APPROXIMATE, "host-gateway needs Podman 4.7 or newer")
    return _EXACTLY


def _security_opt(values: tuple[Text, ...], plan: Plan) -> list[Item]:
    known = {"systempaths=unconfined": "unmask=ALL", "systempaths:unconfined": "unmask=ALL"}
    words = tuple(
        text(known.get(value.literal, value.literal), value.span) if value.is_literal else value
        for value in values
    )
    return list(docker_run.RULES["security_opt"].lower(words, plan))


_NO_WINDOWS = "a setting of Windows"

# Podman reads the values of these as a record of CSV (pflag's StringSlice): a comma would part
# them. Those of ports can hold none.
_LISTS = frozenset(
    f"--{name}"
    for name in """
    add-host annotation cap-add cap-drop device device-cgroup-rule device-read-bps device-read-iops
    device-write-bps device-write-iops dns dns-option dns-search env-file group-add label-file
    log-opt network-alias sysctl ulimit blkio-weight-device
    """.split()  # noqa: SIM905 - a list to read
)


def _as_field(item: Item) -> Item:
    """An item whose value is one field of what Podman reads as a list."""
    if not isinstance(item, (Words, WhenThere)) or len(item.words) != 2:
        return item
    flag, value = item.words
    if not flag.is_literal or flag.literal not in _LISTS:
        return item
    if value.is_literal:
        return item._replace(words=(flag, text(csv.field(value.literal), value.span)))
    if isinstance(item, WhenThere):
        return item._replace(listed=True)
    return Fields(flag.literal, (value,))


def _with_fields(rule: Rule) -> Rule:
    def lower(value: Any, plan: Plan) -> Iterable[Item]:
        return map(_as_field, rule.lower(value, plan))

    return rule._replace(lower=lower)


_RULES: Rules = {
    **docker_run.RULES,
    "user": rule(_user),
    "volumes": rule(_mounts, APPROXIMATE, "subpaths need Podman 5.4", _judge_mounts),
    "tmpfs": rule(_tmpfs),
    "env_file": rule(
        docker_run.RULES["env_file"].lower,
        APPROXIMATE,
        "podman reads the file raw, where Compose takes quotes and variables in it",
    ),
    "gpus": rule(
        _gpus, APPROXIMATE, "by CDI, whose description of the devices the host has to have"
    ),
    "healthcheck": rule(
        _healthcheck, APPROXIMATE, "there is no start_interval", _judge_healthcheck
    ),
    "logging": rule(
        docker_run.RULES["logging"].lower, APPROXIMATE, "other log drivers", _judge_logging
    ),
    "networks": rule(
        _networks, APPROXIMATE, "no driver_opts, gw_priority, link_local_ips", _judge_networks
    ),
    "restart": rule(
        docker_run.RULES["restart"].lower, APPROXIMATE, "not after a reboot", _judge_restart
    ),
    "extra_hosts": rule(
        docker_run.RULES["extra_hosts"].lower,
        APPROXIMATE,
        "host-gateway needs Podman 4.7",
        _judge_hosts,
    ),
    "security_opt": rule(_security_opt),
    "userns_mode": rule(scalar("--userns")),
    "domainname": rule(nothing, UNSUPPORTED, "podman run has no --domainname"),
    "external_links": rule(nothing, UNSUPPORTED, "Podman has no links; a network has names"),
    "storage_opt": rule(nothing, UNSUPPORTED, "Podman takes them for all containers alone"),
    "runtime": rule(nothing, UNSUPPORTED, "it is set in containers.conf"),
    "use_api_socket": rule(nothing, UNSUPPORTED, "Podman has no daemon to talk to"),
    "cpu_count": rule(nothing, UNSUPPORTED, _NO_WINDOWS),
    "cpu_percent": rule(nothing, UNSUPPORTED, _NO_WINDOWS),
    "isolation": rule(nothing, UNSUPPORTED, _NO_WINDOWS),
}
RULES: Rules = {key: _with_fields(each) for key, each in _RULES.items()}
