"""A plan in the words of ``podman run``: Docker's rules, and where Podman's differ.

Source: podman-run(1) of Podman 4.3 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coder_gen.expression import Text
from coder_gen.languages import csv
from coder_gen.options.flags import PODMAN
from coder_gen.plan import Plan
from coder_gen.targets import docker_run
from coder_gen.targets.items import (
    Argv,
    Bind,
    CsvOption,
    HelperCall,
    IfFileExists,
    Item,
    join,
    option,
    scalar,
    text,
)  # fmt: skip
from coder_gen.targets.support import (
    APPROXIMATE,
    EXACT,
    KeyRule,
    Rules,
    Support,
    based_on,
    rule,
    rule_for_each,
)
from coder_gen.values import Attachment, Gpu, Healthcheck, Logging, Mount

_EXACTLY = Support(EXACT)
_LOG_DRIVERS = ("", "k8s-file", "journald", "none", "passthrough")


def _user(value: Text, plan: Plan) -> list[Item]:
    said = docker_run.RULES["user"].lower(value, plan)
    # Rootless, every other id than the user's own is one of the subordinate ids on the host.
    own = plan.runs_as_host_user and "userns_mode" not in plan.settings
    keep_id = HelperCall("keep_id", (), (text("--userns"), text("keep-id")))
    return [*([keep_id] if own else []), *said]


def _mount(mount: Mount, plan: Plan) -> list[Item]:
    if mount.nocopy and mount.source is not None and not _has_colon(mount.target):
        words = "nocopy,ro" if mount.read_only else "nocopy"
        return [option("--volume", mount.source + ":" + mount.target + f":{words}")]
    plain = mount._replace(selinux=None, recursive=None, subpath=None, nocopy=False)
    said = docker_run.mount_item(plain)
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
        return [said._replace(options=(*said.options, *more))]
    assert isinstance(said, CsvOption)
    return [said._replace(fields=(*said.fields, *more))]


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


def _tmpfs(value: Text, plan: Plan) -> list[Item]:
    """Podman fills a tmpfs with what the image has there, and lets programs run from it."""
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


def _network(entry: tuple[str, Attachment], plan: Plan) -> list[Item]:
    name, attachment = entry
    if len(plan.value("networks")) == 1:
        plain = attachment._replace(driver_opts=None, gw_priority=None, link_local_ips=None)
        return list(docker_run.RULES["networks"].lower((name, plain), plan))
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
        return Support(APPROXIMATE, "after a reboot only where podman-restart.service is enabled")
    return _EXACTLY


def _judge_hosts(pairs: tuple[tuple[Text, Text], ...], plan: Plan) -> Support:
    if any(ip.is_literal and ip.literal == "host-gateway" for _, ip in pairs):
        return Support(APPROXIMATE, "host-gateway needs Podman 4.7 or newer")
    return _EXACTLY


_UNMASKED = ("systempaths=unconfined", "systempaths:unconfined")


def _security_opt(value: Text, plan: Plan) -> list[Item]:
    if value.is_literal and value.literal in _UNMASKED:
        value = text("unmask=ALL", value.span)
    return list(docker_run.RULES["security_opt"].lower(value, plan))


_NO_WINDOWS = "a setting of Windows"

# What Podman reads as a record of CSV (pflag's StringSlice), so that a comma would part it; what
# is about ports and addresses holds none.
_LISTS = {f"--{flag.name}" for flag in PODMAN.long.values() if flag.listed}
_LISTS -= {"--publish", "--expose", "--link-local-ip"}


def _as_field(item: Item) -> Item:
    """An item whose value is one field of what Podman reads as a list."""
    if not isinstance(item, (Argv, IfFileExists)) or len(item.words) != 2:
        return item
    flag, value = item.words
    if not flag.is_literal or flag.literal not in _LISTS:
        return item
    if value.is_literal:
        return item._replace(words=(flag, text(csv.field(value.literal), value.span)))
    if isinstance(item, IfFileExists):
        return item._replace(listed=True)
    return CsvOption(flag.literal, (value,))


def _with_fields(rule: KeyRule) -> KeyRule:
    def lower(value: Any, plan: Plan) -> Iterable[Item]:
        return map(_as_field, rule.lower(value, plan) or ())

    return rule._replace(lower=lower)


_DOCKER = docker_run.RULES
_RULES = based_on(_DOCKER, {
    "user": rule(_user),
    "volumes": rule_for_each(_mount, APPROXIMATE, "subpaths need Podman 5.4", _judge_mounts),
    "tmpfs": rule_for_each(_tmpfs),
    "env_file": _DOCKER["env_file"].judged(
        APPROXIMATE, "podman reads the file raw, where Compose takes quotes and variables in it"
    ),
    "gpus": rule_for_each(
        _gpu, APPROXIMATE, "by CDI, whose description of the devices the host has to have"
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
    "external_links": "Podman has no links; a network has names",
    "storage_opt": "Podman takes them for all containers alone",
    "runtime": "it is set in containers.conf",
    "use_api_socket": "Podman has no daemon to talk to",
    "cpu_count": _NO_WINDOWS,
    "cpu_percent": _NO_WINDOWS,
    "isolation": _NO_WINDOWS,
})  # fmt: skip
RULES: Rules = {key: _with_fields(each) for key, each in _RULES.items()}
