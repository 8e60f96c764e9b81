"""The JSON of ``docker inspect`` or ``podman inspect``: a container that exists.

The JSON does not show which settings are the image's and which the command line's: a command, an entry
point and variables may be the image's own. They are all imported, which starts the same process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of, with_distinct_modes
from coder_gen.importing.formats.json_text import (
    entries,
    items,
    number,
    pairs,
    read_json,
    text,
    texts,
    truth,
)
from coder_gen.importing.result import Counts, Run
from coder_gen.language.shapes.amounts import written_duration, written_size
from coder_gen.language.values import Mount
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.short_form import mount
from coder_gen.plan.labels import OWN_LABELS
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar

# Labels that engines, Compose and coder-gen write themselves.
_THEIRS = (
    OWN_LABELS, "com.docker.compose.", "io.podman.compose.", "desktop.docker.io/",
    "org.opencontainers.image.", "io.buildah.",
)  # fmt: skip
# Variables that every engine sets.
_SET_BY_ENGINES = frozenset(["HOSTNAME", "HOME", "TERM", "container"])
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEFAULT_SHM = 64 * 1024 * 1024
_Names = Mapping[str, str]
_NAMESPACES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "PidMode": ("pid", ("", "private")),
    "UTSMode": ("uts", ("", "private")),
    "UsernsMode": ("userns_mode", ("", "private")),
    # Either may be the daemon's default, and not the container's setting.
    "CgroupnsMode": ("cgroup", ("", "private", "host")),
    "IpcMode": ("ipc", ("", "private", "shareable")),
}
_BYTES: _Names = {
    "Memory": "mem_limit", "MemoryReservation": "mem_reservation", "MemorySwap": "memswap_limit",
}  # fmt: skip
_INTEGERS: _Names = {
    "CpuShares": "cpu_shares", "CpuPeriod": "cpu_period", "CpuQuota": "cpu_quota",
    "CpuRealtimePeriod": "cpu_rt_period", "CpuRealtimeRuntime": "cpu_rt_runtime",
    "OomScoreAdj": "oom_score_adj",
}  # fmt: skip
_TRUTHS: _Names = {
    "Privileged": "privileged", "ReadonlyRootfs": "read_only", "PublishAllPorts": "publish_all",
    "AutoRemove": "rm", "OomKillDisable": "oom_kill_disable", "Init": "init",
}  # fmt: skip
_LISTS: _Names = {
    "CapAdd": "cap_add", "CapDrop": "cap_drop", "SecurityOpt": "security_opt",
    "GroupAdd": "group_add", "ExtraHosts": "extra_hosts", "Dns": "dns", "DnsSearch": "dns_search",
    "DnsOptions": "dns_opt", "VolumesFrom": "volumes_from",
    "DeviceCgroupRules": "device_cgroup_rules",
}  # fmt: skip
_TEXTS: _Names = {
    "CgroupParent": "cgroup_parent", "CpusetCpus": "cpuset", "CpusetMems": "cpuset_mems",
    "Isolation": "isolation",
}  # fmt: skip


def read_inspect(original: str, name: str, service: str | None = None) -> Draft:
    """Read the JSON; ``service`` picks a container by name or id. Raises Problems."""
    reporter = Reporter()
    source, root = read_json(original, name)
    found = items(root) or ((root,) if isinstance(root, nodes.Mapping) else ())
    containers = [
        _Container(node, reporter) for node in found if "Config" in entries(node)
    ]  # fmt: skip
    if service is not None:
        containers = [
            c for c in containers if c.name == service or (service and c.id.startswith(service))
        ]
    if not containers:
        what = f"no container {service}" if service else "no container"
        reporter.error(
            "E502", f"there is {what} in this JSON", Span(source, 0, 0, 1),
            "take the output of: docker inspect --type container NAME",
        )  # fmt: skip
    made = [container.read() for container in containers]
    reporter.stop_if_failed()
    if len(made) == 1:
        made = [made[0]._replace(mode="service")]
    made = with_distinct_modes(made)
    approximated = len(reporter.diagnostics)
    return Draft(
        tuple(made),
        tuple(Run(c.mode, None, (), c.span) for c in made),
        Counts(sum(len(c.settings) for c in made), 0, approximated),
        tuple(reporter.diagnostics),
        name=name_of(containers[0].name or "imported"),
    )


class _Container:
    """One container's JSON."""

    def __init__(self, node: Node, reporter: Reporter) -> None:
        self.node = node
        self.reporter = reporter
        whole = entries(node)
        self.whole = whole
        self.config = whole.get("Config")
        self.host = whole.get("HostConfig")
        name, ident = text(whole.get("Name")), text(whole.get("Id"))
        self.name = name.literal.removeprefix("/") if name is not None else ""
        self.id = ident.literal if ident is not None else ""
        self.settings: dict[str, KeyValue] = {}

    def read(self) -> Container:
        """All settings of the JSON."""
        if self.name and isinstance(self.whole.get("Name"), Scalar):
            self.add("container_name", self.name, self.whole["Name"])
        self._config()
        self._host()
        self._ports()
        self._mounts()
        self._networks()
        if "image" not in self.settings:
            self.reporter.error(
                "E502", "this JSON names no image", self.node.span,
                "take the whole output of: docker inspect --type container NAME",
            )  # fmt: skip
        return Container(name_of(self.name or "imported"), self.settings, self.node.span)

    def add(self, key: str, value: Data, node: Node) -> None:
        """Add a setting that is not empty."""
        if value not in (None, "", [], {}):
            self.settings[key] = KeyValue(value, node.span)

    def _config(self) -> None:
        for key, node in pairs(self.config):
            handler = _CONFIG.get(key.text)
            if handler is not None:
                handler(self, node)

    def _image(self, node: Node) -> None:
        # Podman has the name beside the configuration.
        named = text(self.whole.get("ImageName")) or text(node)
        self.add("image", named, node)

    def _hostname(self, node: Node) -> None:
        found = text(node)
        network = text(entries(self.host).get("NetworkMode"))
        shared = network is not None and network.literal == "host"
        if found is not None and not shared and not self.id.startswith(found.literal):
            self.add("hostname", found, node)

    def _variables(self, node: Node) -> None:
        found: dict[str, Data] = {}
        for each in texts(node):
            name, _, value = each.literal.partition("=")
            if name in _SET_BY_ENGINES or (name == "PATH" and value == _DEFAULT_PATH):
                continue
            found[name] = literal(value, each.span)
        self.add("environment", found, node)

    def _words(self, key: str, node: Node) -> None:
        found: list[Text] = texts(node)
        if isinstance(node, Scalar):
            single = text(node)
            found = [single] if single is not None else []
        if key == "entrypoint" and [word.literal for word in found] == [""]:
            self.settings[key] = KeyValue([], node.span)
            return
        self.add(key, found, node)

    def _labels(self, node: Node) -> None:
        kept = {
            key.text: literal(value.text, value.span)
            for key, value in pairs(node)
            if isinstance(value, Scalar) and not key.text.startswith(_THEIRS)
        }
        self.add("labels", kept, node)

    def _health(self, node: Node) -> None:
        said: dict[str, Data] = {}
        for key, value in pairs(node):
            if key.text == "Test":
                words = texts(value)
                kind = words[0].literal if words else ""
                if kind == "NONE":
                    said["disable"] = True
                elif kind == "CMD-SHELL" and len(words) == 2:
                    said["test"] = words[1]
                elif words:
                    said["test"] = list(words)
            elif key.text == "Retries" and number(value):
                said["retries"] = number(value)
            elif key.text in _HEALTH and number(value):
                said[_HEALTH[key.text]] = literal(written_duration(number(value)), value.span)
        self.add("healthcheck", said, node)

    def _exposed(self, node: Node) -> None:
        network = text(entries(self.host).get("NetworkMode"))
        if network is not None and network.literal.startswith("container:"):
            return  # the image's own: an engine takes none from a container that joins another
        bound = entries(entries(self.host).get("PortBindings"))
        found = [
            literal(key.text.removesuffix("/tcp"), key.span)
            for key, _ in pairs(node)
            if key.text not in bound
        ]
        self.add("expose", found, node)

    def _stop_timeout(self, node: Node) -> None:
        # Docker's own is 10 seconds, and Podman writes it out.
        if number(node) not in (0, 10):
            self.add("stop_grace_period", f"{number(node)}s", node)

    def _stop_signal(self, node: Node) -> None:
        found = text(node)
        if found is not None and found.literal not in ("SIGTERM", "15"):
            self.add("stop_signal", found, node)

    def _host(self) -> None:
        for key, node in pairs(self.host):
            name = key.text
            if name in _TRUTHS:
                if truth(node):
                    self.add(_TRUTHS[name], True, node)
            elif name in _LISTS:
                self.add(_LISTS[name], self._listed(name, node), node)
            elif name in _TEXTS:
                found = text(node)
                if found is not None and found.literal != "default":
                    self.add(_TEXTS[name], found, node)
            elif name in _INTEGERS:
                if number(node):
                    self.add(_INTEGERS[name], number(node), node)
            elif name in _BYTES:
                self._bytes(name, node)
            elif name in _NAMESPACES:
                mode, usual = _NAMESPACES[name]
                found = text(node)
                if found is not None and found.literal not in usual:
                    self.add(mode, found, node)
            elif name in _HOST:
                _HOST[name](self, node)
            elif name in _BLOCK:
                self._block(name, node)
            elif name not in _ELSEWHERE and _is_set(node):
                self.reporter.warning(
                    "W543", f"`{name}` is approximated: a spec has no word for it", key.span
                )

    def _listed(self, name: str, node: Node) -> list[Data]:
        found: list[Data] = []
        for each in texts(node):
            word = each.literal
            if name in ("CapAdd", "CapDrop"):
                word = word.removeprefix("CAP_")
            elif name == "ExtraHosts":
                host, _, address = word.partition(":")
                word = f"{host}={address}"
            found.append(literal(word, each.span))
        return found

    def _bytes(self, name: str, node: Node) -> None:
        amount = number(node)
        limit = number(entries(self.host).get("Memory"))
        # By default, an engine allows as much swap as memory.
        if amount == 0 or (name == "MemorySwap" and amount == 2 * limit):
            return
        self.add(_BYTES[name], amount if amount < 0 else written_size(amount), node)

    def _nano_cpus(self, node: Node) -> None:
        if number(node):
            self.add("cpus", f"{number(node) / 1e9:.9f}".rstrip("0").rstrip("."), node)

    def _shm(self, node: Node) -> None:
        ipc = text(entries(self.host).get("IpcMode"))
        shared = ipc is not None and (ipc.literal == "host" or ipc.literal.startswith("container:"))
        if number(node) not in (0, _DEFAULT_SHM) and not shared:
            self.add("shm_size", written_size(number(node)), node)

    def _pids(self, node: Node) -> None:
        if number(node) > 0:
            self.add("pids_limit", number(node), node)

    def _swappiness(self, node: Node) -> None:
        if number(node) >= 0 and isinstance(node, Scalar):
            self.add("mem_swappiness", number(node), node)

    def _restart(self, node: Node) -> None:
        found = entries(node)
        word = text(found.get("Name"))
        if word is None or word.literal == "no":
            return
        most = number(found.get("MaximumRetryCount"))
        self.add("restart", word.literal + (f":{most}" if most else ""), node)

    def _logging(self, node: Node) -> None:
        found = entries(node)
        driver = text(found.get("Type"))
        options = {k.text: text(v) or literal("", v.span) for k, v in pairs(found.get("Config"))}
        usual = driver is None or driver.literal in ("json-file", "journald", "k8s-file")
        if usual and not options:
            return
        self.add("logging", {"driver": driver, **({"options": options} if options else {})}, node)

    def _devices(self, node: Node) -> None:
        said: list[Data] = []
        for item in items(node):
            found = entries(item)
            source, target = text(found.get("PathOnHost")), text(found.get("PathInContainer"))
            rights = text(found.get("CgroupPermissions"))
            if source is None:
                continue
            whole = source
            other = target is not None and target.literal != source.literal
            limited = rights is not None and rights.literal != "rwm"
            if target is not None and (other or limited):
                whole = whole + ":" + target
            if rights is not None and limited:
                whole = whole + ":" + rights
            said.append(whole)
        self.add("devices", said, node)

    def _requests(self, node: Node) -> None:
        said: list[Data] = []
        for item in items(node):
            found, entry = entries(item), dict[str, Data]()
            driver, ids = text(found.get("Driver")), texts(found.get("DeviceIDs"))
            able = [word for group in items(found.get("Capabilities")) for word in texts(group)]
            if driver is not None:
                entry["driver"] = driver
            if ids:
                entry["device_ids"] = list(ids)
            else:
                count = number(found.get("Count"))
                entry["count"] = "all" if count < 0 else count
            if able:
                entry["capabilities"] = list(able)
            said.append(entry)
        only = said[0] if len(said) == 1 else {}
        words = [word.literal for word in only.get("capabilities", [])]
        if only.get("count") == "all" and "driver" not in only and words in ([], ["gpu"]):
            self.add("gpus", "all", node)
        else:
            self.add("gpus", said, node)

    def _ulimits(self, node: Node) -> None:
        said: dict[str, Data] = {}
        for item in items(node):
            found = entries(item)
            name = text(found.get("Name"))
            soft, hard = number(found.get("Soft")), number(found.get("Hard"))
            if name is not None:
                key = name.literal.removeprefix("RLIMIT_").lower()
                said[key] = soft if soft == hard else {"soft": soft, "hard": hard}
        self.add("ulimits", said, node)

    def _pairs(self, key: str, node: Node) -> None:
        said = {k.text: text(v) or literal("", v.span) for k, v in pairs(node)}
        self.add(key, said, node)

    def _tmpfs(self, node: Node) -> None:
        said = [
            literal(key.text + (f":{value.text}" if value.text else ""), key.span)
            for key, value in pairs(node)
            if isinstance(value, Scalar)
        ]
        self.add("tmpfs", said, node)

    def _runtime(self, node: Node) -> None:
        found = text(node)
        if found is not None and found.literal not in ("runc", "crun", "oci", "runsc-default"):
            self.add("runtime", found, node)

    def _block(self, name: str, node: Node) -> None:
        said: Data = number(node) or None
        value = "weight" if name == "BlkioWeightDevice" else "rate"
        if items(node):
            said = [
                {"path": text(found.get("Path")), value: number(found.get(value.title()))}
                for found in map(entries, items(node))
            ]
        if said is not None:
            before = self.settings["blkio_config"].value if "blkio_config" in self.settings else {}
            self.add("blkio_config", {**before, _BLOCK[name]: said}, node)

    def _links(self, node: Node) -> None:
        said = []
        for each in texts(node):
            there, _, here = each.literal.partition(":")
            alias = here.rpartition("/")[2]
            said.append(literal(f"{there.removeprefix('/')}:{alias}", each.span))
        self.add("external_links", said, node)

    def _ports(self) -> None:
        node = entries(self.host).get("PortBindings")
        said: list[Data] = []
        for key, bindings in pairs(node):
            port = key.text.removesuffix("/tcp")
            for binding in items(bindings):
                found = entries(binding)
                address, published = text(found.get("HostIp")), text(found.get("HostPort"))
                host = published.literal if published is not None else ""
                where = ""
                if address is not None and address.literal not in ("0.0.0.0", "::"):
                    where = address.literal
                    where = f"[{where}]:" if ":" in where else f"{where}:"
                whole = f"{where}{host}:{port}" if where or host else port
                said.append(literal(whole, key.span))
        if node is not None:
            self.add("ports", list(dict.fromkeys(said)), node)

    def _mounts(self) -> None:
        node = self.whole.get("Mounts")
        said: list[Data] = []
        for item in items(node):
            made = self._mount(item)
            if made is not None:
                said.append(mount(made))
        if node is not None:
            self.add("volumes", said, node)

    def _mount(self, node: Node) -> Mount | None:
        found = entries(node)
        kind, target = text(found.get("Type")), text(found.get("Destination"))
        if kind is None or target is None:
            return None
        given = text(found.get("Name")) if kind.literal == "volume" else text(found.get("Source"))
        modes = text(found.get("Mode"))
        options = modes.literal.split(",") if modes is not None else []
        spread = text(found.get("Propagation"))
        if kind.literal == "tmpfs":
            return self._memory(target, node)
        if kind.literal not in ("bind", "volume"):
            self.reporter.warning(
                "W543", f"a mount of type {kind.literal} is approximated: it is left out", node.span
            )
            return None
        if kind.literal == "volume" and given is not None and _is_anonymous(given.literal):
            given = None
        return Mount(
            kind.literal, given, target, node.span,
            read_only="RW" in found and not truth(found["RW"]),
            propagation=spread.literal
            if spread is not None and spread.literal != "rprivate" and kind.literal == "bind"
            else None,
            selinux=next((o for o in options if o in ("z", "Z")), None)
            if kind.literal == "bind"
            else None,
            nocopy=kind.literal == "volume" and "nocopy" in options,
        )  # fmt: skip

    def _memory(self, target: Text, node: Node) -> Mount:
        """A tmpfs, whose options stand under HostConfig only."""
        made = Mount("tmpfs", None, target, node.span)
        for asked in map(entries, items(entries(self.host).get("Mounts"))):
            where, given = text(asked.get("Target")), entries(asked.get("TmpfsOptions"))
            if where is not None and where.literal == target.literal and given:
                limit, mode = number(given.get("SizeBytes")), number(given.get("Mode"))
                made = made._replace(
                    size=literal(str(written_size(limit)), node.span) if limit else None,
                    mode=format(mode, "o") if mode else None,
                )
        return made

    def _networks(self) -> None:
        node = entries(self.host).get("NetworkMode")
        mode = text(node)
        whole = entries(self.whole.get("NetworkSettings")).get("Networks")
        named = {key.text: value for key, value in pairs(whole)}
        own = {name for name in named if name not in ("bridge", "podman", "host", "none")}
        if mode is not None and node is not None and not own:
            if mode.literal not in ("default", "bridge", "podman", "slirp4netns", "pasta"):
                self.add("network_mode", mode, node)
            return
        said = {name: self._attachment(named[name]) for name in named if name in own}
        if whole is not None and said:
            self.add("networks", said if any(said.values()) else list(said), whole)

    def _attachment(self, node: Node) -> dict[str, Data]:
        found = entries(node)
        given = {
            name: each
            for name in ("IPv4Address", "IPv6Address")
            if (each := text(entries(found.get("IPAMConfig")).get(name))) is not None
        }
        aliases = [
            alias
            for alias in texts(found.get("Aliases"))
            if alias.literal not in (self.name, self.id[:12])
        ]
        said: dict[str, Data] = {"aliases": list(aliases)} if aliases else {}
        for theirs, ours in (("IPv4Address", "ipv4_address"), ("IPv6Address", "ipv6_address")):
            if theirs in given:
                said[ours] = given[theirs]
        return said


def _is_set(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.text not in ("", "0", "-1", "false", "default")
    return bool(items(node) or entries(node))


def _is_anonymous(name: str) -> bool:
    return len(name) == 64 and all(c in "0123456789abcdef" for c in name)


_HEALTH: _Names = {
    "Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period",
    "StartInterval": "start_interval",
}  # fmt: skip
_BLOCK: _Names = {
    "BlkioWeight": "weight", "BlkioWeightDevice": "weight_device",
    "BlkioDeviceReadBps": "device_read_bps", "BlkioDeviceReadIOps": "device_read_iops",
    "BlkioDeviceWriteBps": "device_write_bps", "BlkioDeviceWriteIOps": "device_write_iops",
}  # fmt: skip
# Read from other places of the JSON, or internal to the engine.
_ELSEWHERE = frozenset(
    ["Binds", "Mounts", "PortBindings", "NetworkMode", "ContainerIDFile", "ConsoleSize",
     "MaskedPaths", "ReadonlyPaths", "VolumeDriver", "Cgroup", "CgroupManager", "CgroupMode",
     "Cgroups", "CgroupConf", "AutoRemoveImage"]
)  # fmt: skip
_Handler = Callable[[_Container, Node], None]


def _text(key: str) -> _Handler:
    return lambda container, node: container.add(key, text(node), node)


def _true(key: str) -> _Handler:
    return lambda container, node: container.add(key, truth(node) or None, node)


_CONFIG: Mapping[str, _Handler] = {
    "Image": _Container._image,
    "Hostname": _Container._hostname,
    "Domainname": _text("domainname"),
    "User": _text("user"),
    "Env": _Container._variables,
    "Cmd": lambda container, node: container._words("command", node),
    "Entrypoint": lambda container, node: container._words("entrypoint", node),
    "WorkingDir": lambda c, node: c.add(
        "working_dir", None if isinstance(node, Scalar) and node.text == "/" else text(node), node
    ),
    "Labels": _Container._labels,
    "Healthcheck": _Container._health,
    "ExposedPorts": _Container._exposed,
    "StopTimeout": _Container._stop_timeout,
    "StopSignal": _Container._stop_signal,
    "OpenStdin": _true("stdin_open"),
    "Tty": _true("tty"),
    "MacAddress": _text("mac_address"),
}
_HOST: Mapping[str, _Handler] = {
    "NanoCpus": _Container._nano_cpus,
    "ShmSize": _Container._shm,
    "PidsLimit": _Container._pids,
    "MemorySwappiness": _Container._swappiness,
    "RestartPolicy": _Container._restart,
    "LogConfig": _Container._logging,
    "Devices": _Container._devices,
    "DeviceRequests": _Container._requests,
    "Ulimits": _Container._ulimits,
    "Sysctls": lambda container, node: container._pairs("sysctls", node),
    "StorageOpt": lambda container, node: container._pairs("storage_opt", node),
    "Annotations": lambda container, node: container._pairs("annotations", node),
    "Tmpfs": _Container._tmpfs,
    "Runtime": _Container._runtime,
    "Links": _Container._links,
}
