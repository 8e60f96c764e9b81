"""The JSON of inspect: what the container adds, and none of what every container has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coder_gen.importing import read
from coder_gen.text.diagnostics import Problems
from tests.importing.test_formats_round_trip import planned

ID = "4f5c1e0b6a7d" + "0" * 52
# As Docker 20.10 and newer say it of a container with no options, shortened.
PLAIN: dict[str, Any] = {
    "Id": ID,
    "Name": "/ide",
    "HostConfig": {
        "Binds": None, "ContainerIDFile": "", "LogConfig": {"Type": "json-file", "Config": {}},
        "NetworkMode": "default", "PortBindings": {}, "AutoRemove": False, "VolumesFrom": None,
        "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, "CapAdd": None, "Dns": [],
        "IpcMode": "private", "PidMode": "", "Privileged": False, "ShmSize": 67108864,
        "CgroupnsMode": "private", "UTSMode": "", "UsernsMode": "", "Runtime": "runc",
        "Isolation": "", "Memory": 0, "NanoCpus": 0, "MemorySwappiness": None, "PidsLimit": None,
        "OomKillDisable": False, "Ulimits": None, "Devices": [], "DeviceRequests": None,
    },
    "Mounts": [],
    "Config": {
        "Hostname": ID[:12], "Domainname": "", "User": "", "Tty": False, "OpenStdin": False,
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        "Cmd": None, "Image": "app:1.0", "WorkingDir": "", "Entrypoint": None, "Labels": {},
    },
    "NetworkSettings": {"Networks": {"bridge": {"IPAMConfig": None, "Aliases": None}}},
}  # fmt: skip


def spec(
    config: dict[str, Any] | None = None, host: dict[str, Any] | None = None, **more: Any
) -> str:
    """The lines of a spec that differ from a plain container's; it loads."""
    whole = {
        **PLAIN,
        "Config": {**PLAIN["Config"], **(config or {})},
        "HostConfig": {**PLAIN["HostConfig"], **(host or {})},
        **more,
    }
    text = read(json.dumps([whole], indent=4), "ide.json").spec_text
    planned(text)
    return text.replace("name: ide\n\nimage: app:1.0\ncontainer_name: ide\n", "")


def test_a_plain_container() -> None:
    assert spec() == ""


@pytest.mark.parametrize(
    ("config", "host", "expected"),
    [
        ({"Cmd": ["a", "b c"]}, {}, 'command: [a, "b c"]\n'),
        ({"Entrypoint": [""]}, {}, "entrypoint: []\n"),
        ({"Env": ["A=$x", "HOSTNAME=h"]}, {}, "environment:\n  A: $$x\n"),
        ({"Hostname": "desk"}, {}, "hostname: desk\n"),
        ({"Hostname": "host"}, {"NetworkMode": "host"}, "network_mode: host\n"),
        ({"User": "1000:1000"}, {}, 'user: "1000:1000"\n'),
        ({"Tty": True, "OpenStdin": True}, {}, "stdin_open: true\ntty: true\n"),
        ({"Labels": {"com.docker.compose.project": "x", "a": "b"}}, {}, "labels:\n  a: b\n"),
        ({"ExposedPorts": {"80/tcp": {}}}, {}, "expose: [80]\n"),
        ({"ExposedPorts": {"80/tcp": {}}}, {"NetworkMode": "container:db"}, "network_mode: container:db\n"),
        (
            {"Healthcheck": {"Test": ["CMD-SHELL", "true || x"], "Interval": 90000000000, "Retries": 3}},
            {},
            "healthcheck:\n  test: true || x\n  interval: 90s\n  retries: 3\n",
        ),
        ({}, {"CapAdd": ["CAP_SYS_ADMIN"]}, "cap_add: [SYS_ADMIN]\n"),
        ({}, {"SecurityOpt": ["seccomp=unconfined"]}, "security_opt: [seccomp=unconfined]\n"),
        ({}, {"Memory": 2147483648, "MemorySwap": 4294967296}, "mem_limit: 2g\n"),
        ({}, {"Memory": 1024, "MemorySwap": -1}, "mem_limit: 1k\nmemswap_limit: -1\n"),
        ({}, {"NanoCpus": 1500000000}, "cpus: 1.5\n"),
        ({}, {"PidsLimit": 100}, "pids_limit: 100\n"),
        ({}, {"IpcMode": "host"}, "ipc: host\n"),
        ({}, {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}, 'restart: on-failure:3\n'),
        ({}, {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}, 'ports:\n  - "8080:80"\n'),
        (
            {},
            {"PortBindings": {"53/udp": [{"HostIp": "::1", "HostPort": "53"}]}},
            'ports:\n  - "[::1]:53:53/udp"\n',
        ),
        (
            {},
            {"Devices": [{"PathOnHost": "/dev/fuse", "PathInContainer": "/dev/fuse", "CgroupPermissions": "rwm"}]},
            "devices:\n  - /dev/fuse\n",
        ),
        (
            {},
            {"DeviceRequests": [{"Driver": "", "Count": -1, "DeviceIDs": None, "Capabilities": [["gpu"]]}]},
            "gpus: all\n",
        ),
        ({}, {"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]},
         "ulimits:\n  nofile:\n    soft: 1\n    hard: 2\n"),
        ({}, {"Tmpfs": {"/t": "size=1m"}}, "tmpfs: [/t:size=1m]\n"),
        ({}, {"ExtraHosts": ["db:10.0.0.1"]}, "extra_hosts: [db=10.0.0.1]\n"),
        ({}, {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}},
         "logging:\n  driver: json-file\n  options:\n    max-size: 1m\n"),
    ],
)  # fmt: skip
def test_setting(config: dict[str, Any], host: dict[str, Any], expected: str) -> None:
    assert spec(config, host) == expected


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ({"Type": "bind", "Source": "/a", "Destination": "/b", "Mode": "", "RW": True, "Propagation": "rprivate"}, "/a:/b"),
        ({"Type": "bind", "Source": "/a", "Destination": "/b", "Mode": "ro,Z", "RW": False}, "/a:/b:ro,Z"),
        ({"Type": "volume", "Name": "data", "Destination": "/b", "Mode": "z", "RW": True}, "data:/b"),
        ({"Type": "volume", "Name": "a" * 64, "Destination": "/b", "Mode": "", "RW": True}, "/b"),
    ],
)  # fmt: skip
def test_mount(mount: dict[str, Any], expected: str) -> None:
    assert spec(Mounts=[mount]) == f"volumes:\n  - {expected}\n"


def test_network() -> None:
    networks = {"back": {"IPAMConfig": {"IPv4Address": "10.9.0.2"}, "Aliases": [ID[:12], "db"]}}
    assert spec(None, {"NetworkMode": "back"}, NetworkSettings={"Networks": networks}) == (
        "networks:\n  back:\n    aliases: [db]\n    ipv4_address: 10.9.0.2\n"
    )


def test_no_container() -> None:
    with pytest.raises(Problems, match="E502"):
        read('[{"Id": "sha256:0", "RepoTags": []}]', "image.json", "inspect")
    with pytest.raises(Problems, match="E502"):
        read(json.dumps([PLAIN]), "ide.json", service="other")
