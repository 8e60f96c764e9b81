"""Values of the structured keys with every field that they have, as a spec writes them.

``tests.generators.specs`` has one form of each beside what ``docker run`` is told for it; these are
for targets whose words are compared with the spec's own.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.generators.specs import IP4, KEY, MAC, NAME, PATH, VARIABLE
from tests.generators.texts import any_text, line, said

Strategy = st.SearchStrategy[Any]

_TEXT = any_text().map(said)
_SOME = any_text(least=1).map(said)
_PATH = PATH.map(said)
_COUNT = st.integers(1, 99)
_DURATION = st.sampled_from(["1s", "1m30s", "500ms", "2h"])
_BYTES = st.sampled_from(["64m", "1g", "4096", "512kb"])
_IP = IP4 | st.just("fe80::1")
_OPTIONS = st.dictionaries(KEY, _TEXT, max_size=2)


def _record(needed: dict[str, Strategy], more: dict[str, Strategy]) -> Strategy:
    return st.fixed_dictionaries(needed, optional=more)


def _several(item: Strategy) -> Strategy:
    return st.lists(item, min_size=1, max_size=2, unique_by=str)


def _numbered(items: Strategy, key: str) -> Strategy:
    """A list whose items differ in a path: each has its own number in it."""
    return items.map(
        lambda found: [{**item, key: f"{item[key]}{i}"} for i, item in enumerate(found)]
    )


def _mounts() -> Strategy:
    target = {"target": any_text().map(lambda text: "/m" + said(text))}
    access = {"read_only": st.booleans(), "consistency": st.sampled_from(["cached", "delegated"])}
    bind = _record(
        {},
        {
            "propagation": st.sampled_from(["rprivate", "private", "rshared", "slave"]),
            "create_host_path": st.just(False),
            "selinux": st.sampled_from(["z", "Z"]),
            "recursive": st.sampled_from(["enabled", "disabled"]),
        },
    )
    volume = _record({}, {"nocopy": st.booleans(), "subpath": _SOME})
    memory = _record({}, {"size": _BYTES, "mode": st.sampled_from(["0755", "1777", "0o700"])})
    kinds = (
        _record({"type": st.just("bind"), "source": _PATH, **target}, {**access, "bind": bind}),
        _record(
            {"type": st.just("volume"), **target}, {**access, "source": NAME, "volume": volume}
        ),
        _record(
            {"type": st.just("tmpfs"), **target}, {"read_only": st.booleans(), "tmpfs": memory}
        ),
    )
    return _numbered(st.lists(st.one_of(*kinds), min_size=1, max_size=4), "target")


def _ports() -> Strategy:
    published = st.integers(1, 65535).map(str) | st.just("8000-8010")
    long = _record(
        {"target": st.integers(1, 65535)},
        {
            "published": published,
            "host_ip": st.sampled_from(["127.0.0.1", "10.0.0.1", "::1"]),
            "protocol": st.sampled_from(["tcp", "udp", "sctp"]),
            "app_protocol": st.sampled_from(["http", "https"]),
            "name": _SOME,
        },
    )
    short = st.sampled_from(
        ["80", "8080:80", "8080:80/UDP", "127.0.0.1:8080:80", "[::1]:80:80/tcp", "127.0.0.1::80",
         "9000-9002", "9000-9002:80-82/udp"]
    )  # fmt: skip
    # Neither end of one is that of another.
    ends = (lambda port: port["target"], lambda port: port.get("published", port["target"]))
    return st.lists(long, min_size=1, max_size=3, unique_by=ends) | st.lists(
        short, min_size=1, max_size=1
    )


def _files(below: str, *places: str) -> Strategy:
    """Secrets or configs: each has its content from one place."""
    values = {"file": _PATH, "environment": VARIABLE, "content": _TEXT}
    one = st.one_of(
        [
            _record({place: values[place]}, {"target": any_text().map(lambda t: below + said(t))})
            for place in places
        ]
    )
    return st.dictionaries(NAME, one, min_size=1, max_size=1)


def _devices() -> Strategy:
    path = line(without=":").map(lambda text: "/dev/x" + said(text))
    permissions = st.sampled_from(["r", "rw", "rwm", "m"])
    long = _record(
        {"source": path | st.sampled_from(["vendor.com/gpu=0", "vendor.com/gpu=a:1"])},
        {"target": path, "permissions": permissions},
    )
    short = st.builds("{}:{}:{}".format, path, path, permissions) | path
    return st.lists(long | short, min_size=1, max_size=1)


def _rates(rate: Strategy, name: str = "rate") -> Strategy:
    return _numbered(_several(_record({"path": _PATH, name: rate}, {})), "path")


def _healthchecks() -> Strategy:
    test = (
        _TEXT
        | _SOME.map(lambda text: ["CMD-SHELL", text])
        | st.lists(_SOME, min_size=1, max_size=3).map(lambda words: ["CMD", *words])
    )
    asked = _record(
        {"test": test},
        {
            "interval": _DURATION, "timeout": _DURATION, "start_period": _DURATION,
            "start_interval": _DURATION, "retries": _COUNT,
        },
    )  # fmt: skip
    return asked | st.sampled_from([{"disable": True}, {"test": ["NONE"]}])


def _limit() -> Strategy:
    soft = st.integers(1, 500)
    return soft | st.just(-1) | _record({"soft": soft}, {"hard": st.integers(500, 999)})


FIELDS: dict[str, Strategy] = {
    "volumes": _mounts(),
    "ports": _ports(),
    "devices": _devices(),
    "secrets": _files("/s", "file", "environment"),
    "configs": _files("/c", "file", "environment", "content"),
    "env_file": _numbered(
        _several(
            _record(
                {"path": _PATH}, {"required": st.booleans(), "format": st.just("raw")}
            )
        ),
        "path",
    ) | _several(_PATH).filter(lambda paths: len(set(paths)) == len(paths) and "/" not in paths),
    "environment": st.dictionaries(VARIABLE, _TEXT | st.none(), min_size=1, max_size=3)
    | st.lists(VARIABLE, min_size=1, max_size=2, unique=True),
    "healthcheck": _healthchecks(),
    "logging": _record({}, {"driver": st.just("syslog"), "options": _OPTIONS}),
    "networks": st.dictionaries(
        NAME,
        _record(
            {},
            {
                "aliases": _several(_SOME), "ipv4_address": IP4, "ipv6_address": st.just("fd00::2"),
                "link_local_ips": _several(_IP), "mac_address": MAC, "driver_opts": _OPTIONS,
                "gw_priority": st.integers(-5, 5),
            },
        ),
        min_size=1,
        max_size=2,
    ),
    "ulimits": st.dictionaries(
        st.sampled_from(["nofile", "nproc", "core", "rttime"]), _limit(), min_size=1
    ),
    "blkio_config": _record(
        {},
        {
            "weight": st.integers(10, 1000),
            "weight_device": _rates(st.integers(10, 1000), "weight"),
            "device_read_bps": _rates(_BYTES),
            "device_read_iops": _rates(_COUNT),
            "device_write_bps": _rates(_BYTES),
            "device_write_iops": _rates(_COUNT),
        },
    ),
    "gpus": st.just("all")
    | st.lists(
        _record(
            {},
            {
                "driver": st.sampled_from(["nvidia", "amd"]), "options": _OPTIONS,
                "capabilities": _several(st.sampled_from(["gpu", "compute"])),
            },
        )
        .flatmap(
            lambda request: st.one_of(
                st.just(request),
                _COUNT.map(lambda count: {**request, "count": count}),
                _several(line(least=1, without=",").map(said)).map(
                    lambda ids: {**request, "device_ids": ids}
                ),
            )
        ),
        min_size=1,
        max_size=2,
    ),
    "x11": st.sampled_from(["off", "host", "user", "cookie"])
    | st.sampled_from(["user", "cookie"]).map(lambda access: {"access": access}),
    "publish_address": st.sampled_from(["127.0.0.1", "10.0.0.7", "::1"]),
    "apptainer": _record({"sif": _PATH}, {"userns": st.booleans()}),
    "extra_hosts": st.dictionaries(
        line(least=1, without=" \t=,:").filter(str.strip).map(str.split).map("".join).map(said),
        _IP | st.just("host-gateway"),
        min_size=1,
        max_size=2,
    ),
    "expose": st.lists(
        st.sampled_from(["80", "90/udp", "3000-3002", "4000-4001/udp"]), min_size=1, unique=True
    ),
    "user": st.sampled_from(["host", "1000:100", "1000", "ide"]),
}  # fmt: skip
