"""``HostConfig`` of inspect's JSON: rights, limits, namespaces and devices.

An engine writes out its defaults; the handler of a key knows which values these are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.formats.approximation import approximate
from coder_gen.importing.formats.inspect.container import (
    Handler,
    InspectedContainer,
    switch_setting,
    text_setting,
)
from coder_gen.importing.formats.json_text import entries, items, number, pairs, text, texts
from coder_gen.language.shapes.amounts import written_size
from coder_gen.options.option_values import Data
from coder_gen.yaml.nodes import Node, Scalar

_DEFAULT_SHM = 64 * 1024 * 1024
# Keys that are read elsewhere in the JSON, or are internal to the engine.
_ELSEWHERE = frozenset(
    ["Binds", "Mounts", "PortBindings", "NetworkMode", "ContainerIDFile", "ConsoleSize",
     "MaskedPaths", "ReadonlyPaths", "VolumeDriver", "Cgroup", "CgroupManager", "CgroupMode",
     "Cgroups", "CgroupConf", "AutoRemoveImage"]
)  # fmt: skip


def read_host_config(container: InspectedContainer) -> None:
    """Add the settings of ``HostConfig``; warn of a key that is set and has no handler."""
    for key, node in pairs(container.document.get("HostConfig")):
        name = key.text
        if name in HOST_CONFIG:
            HOST_CONFIG[name](container, node)
        elif name not in _ELSEWHERE and _is_set(node):
            why = "a spec has no word for it"
            approximate(container.reporter, name, why, key.span, "W543")


def _is_set(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.text not in ("", "0", "-1", "false", "default")
    return bool(items(node) or entries(node))


def _integer(key: str) -> Handler:
    """A handler for a number; 0 means not set."""
    return lambda container, node: container.add(key, number(node) or None, node)


def _list(key: str, item: Callable[[str], str] = str) -> Handler:
    """A handler for a list of texts, each converted to the spec's spelling."""

    def handler(container: InspectedContainer, node: Node) -> None:
        container.add(key, [literal(item(each.literal), each.span) for each in texts(node)], node)

    return handler


def _mapping(key: str) -> Handler:
    """A handler for a mapping of texts."""
    return lambda container, node: container.add(key, _texts_by_name(node), node)


def _texts_by_name(node: Node | None) -> dict[str, Text]:
    return {key.text: text(value) or literal("", value.span) for key, value in pairs(node)}


def _capability(name: str) -> str:
    return name.removeprefix("CAP_")


def _extra_host(entry: str) -> str:
    host, _, address = entry.partition(":")
    return f"{host}={address}"


def _bytes(key: str) -> Handler:
    """A handler for a size in bytes; 0 means not set, a negative number no limit."""

    def handler(container: InspectedContainer, node: Node) -> None:
        amount = number(node)
        if amount:
            container.add(key, amount if amount < 0 else written_size(amount), node)

    return handler


def _memory_swap(container: InspectedContainer, node: Node) -> None:
    # By default, an engine allows the same amount of swap as memory.
    if number(node) != 2 * number(container.host_config.get("Memory")):
        _bytes("memswap_limit")(container, node)


def _nano_cpus(container: InspectedContainer, node: Node) -> None:
    if number(node):
        container.add("cpus", f"{number(node) / 1e9:.9f}".rstrip("0").rstrip("."), node)


def _shm_size(container: InspectedContainer, node: Node) -> None:
    ipc = container.host_text("IpcMode")
    shared = ipc == "host" or ipc.startswith("container:")
    if number(node) not in (0, _DEFAULT_SHM) and not shared:
        container.add("shm_size", written_size(number(node)), node)


def _pids_limit(container: InspectedContainer, node: Node) -> None:
    if number(node) > 0:
        container.add("pids_limit", number(node), node)


def _swappiness(container: InspectedContainer, node: Node) -> None:
    if number(node) >= 0 and isinstance(node, Scalar):
        container.add("mem_swappiness", number(node), node)


def _ulimits(container: InspectedContainer, node: Node) -> None:
    limits: dict[str, Data] = {}
    for limit in map(entries, items(node)):
        name = text(limit.get("Name"))
        soft, hard = number(limit.get("Soft")), number(limit.get("Hard"))
        if name is not None:
            key = name.literal.removeprefix("RLIMIT_").lower()
            limits[key] = soft if soft == hard else {"soft": soft, "hard": hard}
    container.add("ulimits", limits, node)


def _block_io(part: str, amount: str = "rate") -> Handler:
    """A handler for a part of ``blkio_config``: the weight or rate of each device."""

    def handler(container: InspectedContainer, node: Node) -> None:
        limit: Data = number(node) or None
        if items(node):
            limit = [
                {"path": text(device.get("Path")), amount: number(device.get(amount.title()))}
                for device in map(entries, items(node))
            ]
        if limit is not None:
            before = container.settings.get("blkio_config")
            limits = {**(before.value if before is not None else {}), part: limit}
            container.add("blkio_config", limits, node)

    return handler


def _restart(container: InspectedContainer, node: Node) -> None:
    policy = entries(node)
    name = text(policy.get("Name"))
    if name is not None and name.literal != "no":
        most = number(policy.get("MaximumRetryCount"))
        container.add("restart", name.literal + (f":{most}" if most else ""), node)


def _logging(container: InspectedContainer, node: Node) -> None:
    config = entries(node)
    driver, options = text(config.get("Type")), _texts_by_name(config.get("Config"))
    usual = driver is None or driver.literal in ("json-file", "journald", "k8s-file")
    if options or not usual:
        container.add(
            "logging", {"driver": driver, **({"options": options} if options else {})}, node
        )


def _devices(container: InspectedContainer, node: Node) -> None:
    devices: list[Data] = []
    for device in map(entries, items(node)):
        source, target = text(device.get("PathOnHost")), text(device.get("PathInContainer"))
        rights = text(device.get("CgroupPermissions"))
        if source is None:
            continue
        whole = source
        other = target is not None and target.literal != source.literal
        limited = rights is not None and rights.literal != "rwm"
        if target is not None and (other or limited):
            whole = whole + ":" + target
        if rights is not None and limited:
            whole = whole + ":" + rights
        devices.append(whole)
    container.add("devices", devices, node)


def _gpus(container: InspectedContainer, node: Node) -> None:
    requests = [_device_request(entries(item)) for item in items(node)]
    only = requests[0] if len(requests) == 1 else {}
    capabilities = [word.literal for word in only.get("capabilities", [])]
    if only.get("count") == "all" and "driver" not in only and capabilities in ([], ["gpu"]):
        container.add("gpus", "all", node)
    else:
        container.add("gpus", requests, node)


def _device_request(request: Mapping[str, Node]) -> dict[str, Data]:
    gpu: dict[str, Data] = {}
    driver, ids = text(request.get("Driver")), texts(request.get("DeviceIDs"))
    capabilities = [word for group in items(request.get("Capabilities")) for word in texts(group)]
    if driver is not None:
        gpu["driver"] = driver
    if ids:
        gpu["device_ids"] = list(ids)
    else:
        count = number(request.get("Count"))
        gpu["count"] = "all" if count < 0 else count
    if capabilities:
        gpu["capabilities"] = list(capabilities)
    return gpu


def _tmpfs(container: InspectedContainer, node: Node) -> None:
    mounts = [
        literal(key.text + (f":{value.text}" if value.text else ""), key.span)
        for key, value in pairs(node)
        if isinstance(value, Scalar)
    ]
    container.add("tmpfs", mounts, node)


def _links(container: InspectedContainer, node: Node) -> None:
    links = []
    for each in texts(node):
        there, _, here = each.literal.partition(":")
        alias = here.rpartition("/")[2]
        links.append(literal(f"{there.removeprefix('/')}:{alias}", each.span))
    container.add("external_links", links, node)


HOST_CONFIG: Mapping[str, Handler] = {
    "Privileged": switch_setting("privileged"),
    "ReadonlyRootfs": switch_setting("read_only"),
    "PublishAllPorts": switch_setting("publish_all"),
    "AutoRemove": switch_setting("rm"),
    "OomKillDisable": switch_setting("oom_kill_disable"),
    "Init": switch_setting("init"),
    "CapAdd": _list("cap_add", _capability),
    "CapDrop": _list("cap_drop", _capability),
    "SecurityOpt": _list("security_opt"),
    "GroupAdd": _list("group_add"),
    "ExtraHosts": _list("extra_hosts", _extra_host),
    "Dns": _list("dns"),
    "DnsSearch": _list("dns_search"),
    "DnsOptions": _list("dns_opt"),
    "VolumesFrom": _list("volumes_from"),
    "DeviceCgroupRules": _list("device_cgroup_rules"),
    "CgroupParent": text_setting("cgroup_parent", "default"),
    "CpusetCpus": text_setting("cpuset", "default"),
    "CpusetMems": text_setting("cpuset_mems", "default"),
    "Isolation": text_setting("isolation", "default"),
    "Runtime": text_setting("runtime", "runc", "crun", "oci", "runsc-default"),
    "PidMode": text_setting("pid", "private"),
    "UTSMode": text_setting("uts", "private"),
    "UsernsMode": text_setting("userns_mode", "private"),
    # Both may be the daemon's default instead of the container's setting.
    "CgroupnsMode": text_setting("cgroup", "private", "host"),
    "IpcMode": text_setting("ipc", "private", "shareable"),
    "Memory": _bytes("mem_limit"),
    "MemoryReservation": _bytes("mem_reservation"),
    "MemorySwap": _memory_swap,
    "MemorySwappiness": _swappiness,
    "ShmSize": _shm_size,
    "NanoCpus": _nano_cpus,
    "CpuShares": _integer("cpu_shares"),
    "CpuPeriod": _integer("cpu_period"),
    "CpuQuota": _integer("cpu_quota"),
    "CpuRealtimePeriod": _integer("cpu_rt_period"),
    "CpuRealtimeRuntime": _integer("cpu_rt_runtime"),
    "OomScoreAdj": _integer("oom_score_adj"),
    "PidsLimit": _pids_limit,
    "Ulimits": _ulimits,
    "BlkioWeight": _block_io("weight"),
    "BlkioWeightDevice": _block_io("weight_device", "weight"),
    "BlkioDeviceReadBps": _block_io("device_read_bps"),
    "BlkioDeviceReadIOps": _block_io("device_read_iops"),
    "BlkioDeviceWriteBps": _block_io("device_write_bps"),
    "BlkioDeviceWriteIOps": _block_io("device_write_iops"),
    "RestartPolicy": _restart,
    "LogConfig": _logging,
    "Devices": _devices,
    "DeviceRequests": _gpus,
    "Sysctls": _mapping("sysctls"),
    "StorageOpt": _mapping("storage_opt"),
    "Annotations": _mapping("annotations"),
    "Tmpfs": _tmpfs,
    "Links": _links,
}
