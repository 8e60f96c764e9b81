"""A container read from a Compose file, or from a spec's data, in one form: Compose's long one.

Written from the Compose specification and Compose's own schema, for each key by hand: nothing here
asks coder-gen how it writes or reads one. What a schema has no room for raises an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_VARIABLE = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<operator>:?[-?])(?P<word>[^}]*))?\}|(?P<wrong>))"
)
Read = Callable[[Any], Any]


class Unset(Exception):
    """A variable that has to be set is not."""


def interpolated(value: Any, env: Mapping[str, str]) -> Any:
    """What Compose makes of a value: each text in it with its variables, names of mappings not."""
    if isinstance(value, dict):
        return {name: interpolated(item, env) for name, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item, env) for item in value]
    return _text(value, env) if isinstance(value, str) else value


def _text(text: str, env: Mapping[str, str]) -> str:
    def found(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        assert match["wrong"] is None, f"no variable of Compose's: {text}"
        name, operator = match["plain"] or match["name"], match["operator"] or ""
        value = env.get(name)
        if value is not None and (value or ":" not in operator):
            return value
        if operator.endswith("-"):
            # As it stands: in a default two dollars are two.
            return match["word"] or ""
        if operator.endswith("?"):
            raise Unset(name, match["word"])
        return ""

    return _VARIABLE.sub(found, text)


def words(value: Any) -> list[str]:
    """A list of texts or numbers."""
    assert isinstance(value, list), value
    return [scalar(item) for item in value]


def scalar(value: Any) -> str:
    """A text, or a number as text."""
    assert isinstance(value, (str, int, float)), value
    assert not isinstance(value, bool), value
    return str(value)


def flag(value: Any) -> bool:
    """True or false; podman-compose would take the text ``"false"`` for true."""
    assert isinstance(value, bool), value
    return value


def mapping(value: Any) -> dict[str, str | None]:
    """A mapping of texts; Compose takes no list here."""
    assert isinstance(value, dict), value
    return {name: None if item is None else scalar(item) for name, item in value.items()}


def pairs(value: Any) -> dict[str, str | None]:
    """A mapping of texts, or a list of NAME=VALUE and NAME."""
    if isinstance(value, dict):
        return mapping(value)
    split = (scalar(item).partition("=") for item in value)
    return {name: text if equals else None for name, equals, text in split}


def fields(value: Any, **known: Read) -> dict[str, Any]:
    """A mapping with these fields and no others, without what says nothing."""
    assert isinstance(value, dict), value
    assert value.keys() <= known.keys(), value
    read = {name: known[name](item) for name, item in value.items()}
    return {name: item for name, item in read.items() if item not in (None, False, {}, [])}


def each(read: Read) -> Read:
    """A list whose items are read alike."""

    def several(value: Any) -> list[Any]:
        assert isinstance(value, list), value
        return [read(item) for item in value]

    return several


def named(read: Read) -> Read:
    """A mapping from names to what is read alike."""
    return lambda value: {name: read(item) for name, item in value.items()}


def file_mode(value: Any) -> int:
    """A file's mode: Compose's number, or a spec's octal digits."""
    return int(value.removeprefix("0o"), 8) if isinstance(value, str) else int(value)


def mount(value: Any) -> dict[str, Any]:
    """A mount; a path alone is a volume without a name."""
    if isinstance(value, str):
        assert ":" not in value and value.startswith("/"), value
        value = {"type": "volume", "target": value}
    found = fields(
        value,
        type=scalar, source=scalar, target=scalar, read_only=flag, consistency=scalar,
        bind=lambda part: fields(
            part, propagation=scalar, create_host_path=flag, selinux=scalar, recursive=scalar
        ),
        volume=lambda part: fields(part, nocopy=flag, subpath=scalar),
        tmpfs=lambda part: fields(part, size=scalar, mode=file_mode),
    )  # fmt: skip
    if found["type"] == "bind":
        # Whether a missing source would be made is asked of the file as it stands.
        bind = {"propagation": "rprivate", **found.get("bind", {})}
        found["bind"] = {name: bind[name] for name in bind if name != "create_host_path"}
    return found


_SHORT_PORT = re.compile(
    r"(?:(?:\[(?P<v6>[^]]+)\]|(?P<v4>[0-9]+(?:\.[0-9]+){3})):)?(?:(?P<published>[0-9-]*):)?(?P<target>[0-9-]+)"
    r"(?:/(?P<protocol>\w+))?"
)


def ports(value: Any) -> list[dict[str, Any]]:
    """Published ports: of two ranges each port by itself."""
    return [port for item in value for port in _ports(item)]


def _ports(item: Any) -> list[dict[str, Any]]:
    if isinstance(item, dict):
        found = fields(
            item,
            target=scalar, published=scalar, host_ip=scalar, protocol=scalar, app_protocol=scalar,
            name=scalar,
        )  # fmt: skip
        return [{"protocol": "tcp", **found}]
    match = _SHORT_PORT.fullmatch(scalar(item))
    assert match, item
    protocol = (match["protocol"] or "tcp").lower()
    address = match["v6"] or match["v4"]
    targets = span(match["target"])
    outside: list[str | None] = [None] * len(targets)
    if match["published"]:
        outside = [*span(match["published"])]
        if len(targets) == 1:
            outside = [match["published"]]
    assert len(targets) == len(outside), item
    return [
        {
            "protocol": protocol, "target": target,
            **({"published": published} if published else {}),
            **({"host_ip": address} if address else {}),
        }
        for target, published in zip(targets, outside)
    ]  # fmt: skip


def span(text: str) -> list[str]:
    """The numbers from the first to the last of a range."""
    first, _, last = text.partition("-")
    return [str(number) for number in range(int(first), int(last or first) + 1)]


def exposed(value: Any) -> list[str]:
    """Ports with their protocol, one each."""
    split = (scalar(item).partition("/") for item in value)
    return [f"{port}/{protocol or 'tcp'}" for text, _, protocol in split for port in span(text)]


def device(value: Any) -> dict[str, str]:
    """A device; without a target at the same path, without permissions with all."""
    if isinstance(value, str):
        parts = value.split(":")
        value = dict(zip(("source", "target", "permissions"), parts, strict=False))
        assert len(parts) <= 3, parts
    found = fields(value, source=scalar, target=scalar, permissions=scalar)
    return {"target": found["source"], "permissions": "rwm", **found}


def env_file(value: Any) -> dict[str, Any]:
    """A file of variables; without a word it has to be there."""
    value = {"path": value} if isinstance(value, str) else value
    return {"required": True, **value} | fields(value, path=scalar, required=flag, format=scalar)


def healthcheck(value: Any) -> dict[str, Any]:
    """A health check; a text is a line for a shell."""

    def test(words_or_line: Any) -> list[str]:
        if isinstance(words_or_line, str):
            return ["CMD-SHELL", words_or_line]
        return words(words_or_line)

    found = fields(
        value,
        test=test, interval=scalar, timeout=scalar, retries=scalar, start_period=scalar,
        start_interval=scalar, disable=flag,
    )  # fmt: skip
    return {"disable": True} if found.get("test") == ["NONE"] else found


def logging(value: Any) -> dict[str, Any]:
    """The log's driver and its options."""
    return fields(value, driver=scalar, options=mapping)


def attachment(value: Any) -> dict[str, Any]:
    """How a network is joined."""
    return fields(
        value or {},
        aliases=words, ipv4_address=scalar, ipv6_address=scalar, link_local_ips=words,
        mac_address=scalar, driver_opts=mapping, gw_priority=scalar,
    )  # fmt: skip


def limit(value: Any) -> dict[str, Any]:
    """A resource limit; one number is the soft and the hard one."""
    return fields(value if isinstance(value, dict) else {"soft": value}, soft=scalar, hard=scalar)


def blkio(value: Any) -> dict[str, Any]:
    """Limits on block devices."""
    rate = each(lambda item: fields(item, path=scalar, rate=scalar))
    return fields(
        value,
        weight=scalar,
        weight_device=each(lambda item: fields(item, path=scalar, weight=scalar)),
        device_read_bps=rate, device_read_iops=rate, device_write_bps=rate, device_write_iops=rate,
    )  # fmt: skip


def gpus(value: Any) -> list[dict[str, Any]]:
    """Requests for accelerators: without a number and certain ones, for all."""
    found = []
    for item in [{"count": value}] if isinstance(value, str) else value:
        read = fields(
            item,
            driver=scalar, count=scalar, device_ids=words, capabilities=words, options=pairs,
        )  # fmt: skip
        found.append(read if "device_ids" in read else {"count": "all", **read})
    return found


def hosts(value: Any) -> list[tuple[str, str]]:
    """More lines of /etc/hosts."""
    if isinstance(value, dict):
        return [(name, address) for name, address in value.items()]
    split = (re.fullmatch(r"([^=:]+)[=:](.*)", text, re.DOTALL) for text in words(value))
    return [(match[1], match[2]) for match in split if match]


def pull_policy(value: Any) -> str:
    """``if_not_present`` is the older word, which all versions take."""
    return "missing" if value == "if_not_present" else scalar(value)


# Each key of a service. Compose's schema takes a list for a mapping only where `pairs` stands.
SERVICE: dict[str, Read] = {
    **dict.fromkeys(
        """
        image platform container_name hostname domainname user working_dir restart stop_signal
        stop_grace_period ipc pid uts userns_mode cgroup cgroup_parent network_mode mac_address
        shm_size mem_limit mem_reservation memswap_limit mem_swappiness oom_score_adj cpus
        cpu_shares cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_count cpu_percent cpuset
        pids_limit runtime isolation
        """.split(),  # noqa: SIM905 - a list to read
        scalar,
    ),
    **dict.fromkeys(
        """
        privileged read_only init stdin_open tty oom_kill_disable use_api_socket
        """.split(),  # noqa: SIM905
        flag,
    ),
    **dict.fromkeys(
        """
        group_add entrypoint command volumes_from tmpfs device_cgroup_rules cap_add cap_drop
        security_opt dns dns_search dns_opt external_links label_file
        """.split(),  # noqa: SIM905
        words,
    ),
    **dict.fromkeys(["environment", "labels", "annotations", "sysctls"], pairs),
    "storage_opt": mapping,
    "pull_policy": pull_policy,
    "env_file": each(env_file),
    "ports": ports,
    "expose": exposed,
    "volumes": each(mount),
    "devices": each(device),
    "gpus": gpus,
    "healthcheck": healthcheck,
    "networks": named(attachment),
    "extra_hosts": hosts,
    "ulimits": named(limit),
    "blkio_config": blkio,
    "logging": logging,
}
# A file that the container reads: where its content is from, and where it appears.
GRANT = {"file": scalar, "environment": scalar, "content": scalar, "target": scalar}


def service(file: Mapping[str, Any], name: str, env: Mapping[str, str]) -> dict[str, Any]:
    """A service as a container: what stands at the top of the file is put where it is used."""
    assert file.keys() <= {"services", "networks", "volumes", "secrets", "configs"}
    found = interpolated(file["services"][name], env)
    top = {key: interpolated(value, env) for key, value in file.items() if key != "services"}
    for item in found.get("volumes", ()):
        if isinstance(item, dict) and item["type"] == "volume" and "source" in item:
            item["source"] = fields(top["volumes"][item["source"]], name=scalar)["name"]
    container: dict[str, Any] = {}
    for key in ("secrets", "configs"):
        if grants := found.pop(key, []):
            container[key] = {
                grant["source"]: fields(
                    {**top[key][grant["source"]], "target": grant["target"]}, **GRANT
                )
                for grant in grants
            }
    if "networks" in found:
        found["networks"] = {
            _external(top["networks"][each_name]): value
            for each_name, value in found["networks"].items()
        }
    return container | {key: SERVICE[key](value) for key, value in found.items()}


def _external(network: Any) -> str:
    assert network.keys() == {"name", "external"} and network["external"] is True, network
    return scalar(network["name"])
