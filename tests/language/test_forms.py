"""One meaning in each of its forms: short and long, as an option of ``docker run``, in Compose.

What is meant stands in the tables as literals.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from coder_gen.engines.docker import whole_seconds
from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.language.keys.mounts import one_path
from coder_gen.language.shapes.amounts import nanoseconds, size
from coder_gen.language.shapes.scalar_types import BYTES, DURATION
from coder_gen.plan.host_paths import source
from coder_gen.quoting import dotenv
from coder_gen.text.diagnostics import Problems
from tests.importing.plans import planned, said

Fields = dict[str, Any]


def _spec(key: str, value: Any) -> Any:
    return said(planned(json.dumps({"image": "app:1", key: value}))[1]["service"]).get(key)


def _docker(option: str, key: str, value: str) -> Any:
    imported = read(f"docker run {option} {shlex.quote(value)} app:1\n", "run.sh")
    assert check(imported) == []
    return said(planned(imported.spec_text)[1]["service"]).get(key)


def _compose(key: str, value: Any) -> Any:
    text = json.dumps({"services": {"a": {"image": "app:1", key: value}}})
    imported = read(text, "docker-compose.yml")
    return said(planned(imported.spec_text)[1]["service"]).get(key)


def _mount(type: str, source: str | None, target: str, **more: Any) -> Fields:
    return {
        "type": type,
        **({} if source is None else {"source": source}),
        "target": target,
        **more,
    }


# The short form, the long one, and what the source is in the plan where that is spelled otherwise.
MOUNTS: tuple[tuple[str, Fields, str | None], ...] = (
    ("/x:/t", _mount("bind", "/x", "/t"), None),
    ("/x:/t:rw", _mount("bind", "/x", "/t", read_only=False), None),
    ("/x:/t:ro", _mount("bind", "/x", "/t", read_only=True), None),
    ("/x:/t:z", _mount("bind", "/x", "/t", bind={"selinux": "z"}), None),
    ("/x:/t:Z,ro", _mount("bind", "/x", "/t", read_only=True, bind={"selinux": "Z"}), None),
    *(
        (f"/x:/t:{word}", _mount("bind", "/x", "/t", bind={"propagation": word}), None)
        for word in ("rprivate", "private", "rshared", "shared", "rslave", "slave")
    ),
    *(
        (f"/x:/t:{word}", _mount("bind", "/x", "/t", consistency=word), None)
        for word in ("consistent", "cached", "delegated")
    ),
    ("./x:/t", _mount("bind", "./x", "/t"), None),
    (".:/t", _mount("bind", ".", "/t"), None),
    ("..:/t", _mount("bind", "..", "/t"), None),
    ("../x:/t", _mount("bind", "../x", "/t"), None),
    ("~:/t", _mount("bind", "~", "/t"), "${HOME}"),
    ("~/x:/t", _mount("bind", "~/x", "/t"), "${HOME}/x"),
    ("~/:/t", _mount("bind", "~/", "/t"), "${HOME}/"),
    ("${HOME}/x:/t", _mount("bind", "${HOME}/x", "/t"), None),
    ("/x/~:/t", _mount("bind", "/x/~", "/t"), None),
    ("/x/:/t/", _mount("bind", "/x/", "/t/"), None),
    ("//x//y:/t//", _mount("bind", "//x//y", "/t//"), None),
    ("/x/./y:/t/.", _mount("bind", "/x/./y", "/t/."), None),
    ("/a b:/c d", _mount("bind", "/a b", "/c d"), None),
    ("data:/t", _mount("volume", "data", "/t"), None),
    ("a.b_c-d:/t:ro", _mount("volume", "a.b_c-d", "/t", read_only=True), None),
    ("data:/t:nocopy", _mount("volume", "data", "/t", volume={"nocopy": True}), None),
    ("/t", _mount("volume", None, "/t"), None),
)
# A short form that is none, with the place of the mistake: it begins at the value.
NO_MOUNTS = (
    "C:\\x:/t", "x/y:/t", "/x:/t:", ":/t", "/x:", "/x:t", "/x:/t:rx", "/x:/t:ro,", "/x:/t:ro:z", "/x:/t:ro:/y",
    "/x:/t:ro,rw", "/x:/t:z,Z", "/x:/t:shared,slave", "/x:/t:nocopy", "data:/t:z", "data:/t:shared", "/", "/x:/",
    "/x:/.", "/x://", "",
)  # fmt: skip


@pytest.mark.parametrize(("short", "long", "at"), MOUNTS, ids=[row[0] for row in MOUNTS])
def test_a_mount_in_each_form(short: str, long: Fields, at: str | None) -> None:
    meant = _spec("volumes", [short])
    assert _spec("volumes", [long]) == meant
    fields = dict(zip(("type", "source", "target", "read_only"), meant[0]))
    wanted = {name: long.get(name) for name in ("type", "source", "target")}
    assert fields == {
        **wanted,
        "source": at or long.get("source"),
        "read_only": long.get("read_only") or None,
    }
    for section in ("bind", "volume"):
        for value in long.get(section, {}).values():
            assert value in meant[0]
    assert long.get("consistency") in meant[0]
    assert (
        _compose("volumes", [long if "bind" not in long and "consistency" not in long else short])
        == meant
    )
    assert _compose("volumes", [short]) == meant
    if short.startswith(("/", "data")):
        # The engine's own command takes no ~ and nothing relative.
        assert _docker("-v", "volumes", short) == meant


@pytest.mark.parametrize("short", NO_MOUNTS)
def test_no_mount(short: str) -> None:
    with pytest.raises(Problems) as found:
        _spec("volumes", [short])
    assert found.value.diagnostics[0].code in ("E014", "E020")
    assert found.value.diagnostics[0].span.column == len('{"image": "app:1", "volumes": [')


PORTS: tuple[tuple[Any, list[Fields]], ...] = (
    ("80", [{"target": 80}]),
    (80, [{"target": 80}]),
    (":80", [{"target": 80}]),
    ("8080:80", [{"target": 80, "published": "8080"}]),
    ("8080:80/tcp", [{"target": 80, "published": 8080, "protocol": "tcp"}]),
    ("8080:80/UDP", [{"target": 80, "published": "8080", "protocol": "udp"}]),
    ("80/sctp", [{"target": 80, "protocol": "sctp"}]),
    ("127.0.0.1:8080:80", [{"target": 80, "published": "8080", "host_ip": "127.0.0.1"}]),
    ("127.0.0.1::80", [{"target": 80, "host_ip": "127.0.0.1"}]),
    ("[::1]:8080:80", [{"target": 80, "published": "8080", "host_ip": "::1"}]),
    ("[::]::80/udp", [{"target": 80, "host_ip": "::", "protocol": "udp"}]),
    ("0.0.0.0:65535:1", [{"target": 1, "published": "65535", "host_ip": "0.0.0.0"}]),
    ("3-5", [{"target": 3}, {"target": 4}, {"target": 5}]),
    ("8000-8001:80-81", [{"target": 80, "published": "8000"}, {"target": 81, "published": "8001"}]),
    ("8000-8009:80", [{"target": 80, "published": "8000-8009"}]),
)
NO_PORTS = (
    "0", "65536", "80:0", "0:80", "65536:80", "8000-8001:80-82", "8000-8002:80-81", "8000:80-81", "81-80", "80-",
    "-80", "a", "80:a", "80/tcpx", "80/", "::1:80:80", "[::1:80:80", "[::1]80:80", "256.0.0.1:80:80", "1:2:3:4:5",
    "1-1001:1-1001", "",
)  # fmt: skip


@pytest.mark.parametrize(("short", "long"), PORTS, ids=[str(row[0]) for row in PORTS])
def test_a_port_in_each_form(short: Any, long: list[Fields]) -> None:
    meant = _spec("ports", [short])
    fields = ("target", "published", "host_ip", "protocol")
    assert [dict(zip(fields, port)) for port in meant] == [
        {
            "target": str(port["target"]),
            "published": str(port["published"]) if "published" in port else None,
            "host_ip": port.get("host_ip"),
            "protocol": port.get("protocol", "tcp"),
        }
        for port in long
    ]
    for found in (_spec("ports", long), _compose("ports", long), _compose("ports", [short])):
        assert found == meant
    assert _docker("-p", "ports", str(short)) == meant


@pytest.mark.parametrize("short", NO_PORTS)
def test_no_port(short: str) -> None:
    with pytest.raises(Problems):
        _spec("ports", [short])


DEVICES: tuple[tuple[str, Fields], ...] = (
    ("/dev/fuse", {"source": "/dev/fuse"}),
    ("/dev/fuse:/dev/x", {"source": "/dev/fuse", "target": "/dev/x"}),
    ("/dev/fuse:/dev/x:r", {"source": "/dev/fuse", "target": "/dev/x", "permissions": "r"}),
    (
        "/dev/fuse:/dev/fuse:mwr",
        {"source": "/dev/fuse", "target": "/dev/fuse", "permissions": "mwr"},
    ),
    ("/dev/fuse:rw", {"source": "/dev/fuse", "permissions": "rw"}),
    ("vendor.com/gpu=all", {"source": "vendor.com/gpu=all"}),
)
NO_DEVICES = (
    "fuse",
    "/dev/x:y",
    "/dev/x:/y:",
    "/dev/x:/y:rx",
    "/dev/x:/y:rr",
    "/dev/x:/y:r:w",
    "/dev/x:",
    ":/y",
    "",
)


@pytest.mark.parametrize(("short", "long"), DEVICES, ids=[row[0] for row in DEVICES])
def test_a_device_in_each_form(short: str, long: Fields) -> None:
    meant = [[long.get(name) for name in ("source", "target", "permissions")]]
    assert _spec("devices", [short]) == _spec("devices", [long]) == meant
    for found in (_compose("devices", [short]), _docker("--device", "devices", short)):
        # The same path in the container may be said or not.
        assert [[s, t or s, p] for s, t, p in found] == [[s, t or s, p] for s, t, p in meant]


@pytest.mark.parametrize("short", NO_DEVICES)
def test_no_device(short: str) -> None:
    with pytest.raises(Problems):
        _spec("devices", [short])


@pytest.mark.parametrize(
    ("short", "long", "option"),
    [
        (1024, {"soft": 1024}, "nofile=1024"),
        (-1, {"soft": -1}, "nofile=-1"),
        (0, {"soft": 0}, "nofile=0"),
        ({"soft": 1, "hard": 2}, {"soft": "1", "hard": "2"}, "nofile=1:2"),
        ({"soft": 1, "hard": -1}, {"soft": 1, "hard": -1}, "nofile=1:-1"),
        ({"soft": 5, "hard": 5}, {"soft": 5, "hard": 5}, "nofile=5:5"),
    ],
)
def test_a_limit_in_each_form(short: Any, long: Fields, option: str) -> None:
    meant = [["nofile", str(long["soft"]), str(long["hard"]) if "hard" in long else None]]
    both = _compose("ulimits", {"nofile": short}), _docker("--ulimit", "ulimits", option)
    for found in (_spec("ulimits", {"nofile": short}), _spec("ulimits", {"nofile": long}), *both):
        assert [[n, s, h or s] for n, s, h in found] == [[n, s, h or s] for n, s, h in meant]


@pytest.mark.parametrize(
    "limit", [{"soft": 2, "hard": 1}, {"soft": -1, "hard": 1}, {"hard": 1}, -2, "a", 1.5]
)
def test_no_limit(limit: Any) -> None:
    with pytest.raises(Problems):
        _spec("ulimits", {"nofile": limit})


# A size and its bytes.
SIZES = {
    "0": 0, "1": 1, "512": 512, "1b": 1, "1B": 1, "1k": 1024, "1K": 1024, "1kb": 1024, "1KB": 1024, "1kib": 1024,
    "1KiB": 1024, "1 kb": 1024, "1m": 1048576, "1M": 1048576, "1mb": 1048576, "1MiB": 1048576, "1g": 1073741824,
    "1GB": 1073741824, "1Gib": 1073741824, "1t": 1099511627776, "1TiB": 1099511627776, "0.5g": 536870912,
    "1.5k": 1536, "1.5": 1, "0.1k": 102, "8191p": 9222246136947933184, "8388607t": 9223370937343148032,
}  # fmt: skip
# go-units' largest unit is none of Compose's schema's.
_NOT_IN_A_SPEC = {"8191p"}
NO_SIZES = (
    "",
    "k",
    "1x",
    "1kk",
    "1kbb",
    "-1",
    "1 k b",
    "1,5g",
    "1e3",
    "0x10",
    "1\n",
    "1  k",
    "१k",
    "8388608t",
    "1ki",
)


@pytest.mark.parametrize("text", SIZES)
def test_a_size(text: str) -> None:
    assert size(text) == SIZES[text]
    if text in _NOT_IN_A_SPEC:
        assert not BYTES.accepts(text)
        return
    assert BYTES.accepts(text)
    for found in (
        _spec("shm_size", text),
        _compose("shm_size", text),
        _docker("--shm-size", "shm_size", text),
    ):
        assert size(found or "0") == SIZES[text]


@pytest.mark.parametrize("text", NO_SIZES)
def test_no_size(text: str) -> None:
    assert not BYTES.accepts(text)


# A duration, its nanoseconds, and the whole seconds that `--stop-timeout` takes.
DURATIONS = {
    "0": (0, 0), "0s": (0, 0), "1ns": (1, 1), "1us": (1_000, 1), "1µs": (1_000, 1), "1ms": (1_000_000, 1),
    "1s": (1_000_000_000, 1), "1m": (60_000_000_000, 60), "1h": (3_600_000_000_000, 3600),
    "1m30s": (90_000_000_000, 90), "1h1m1s1ms1us1ns": (3_661_001_001_001, 3662), "1.5s": (1_500_000_000, 2),
    "0.5m": (30_000_000_000, 30), "1.5h": (5_400_000_000_000, 5400), "999ms": (999_000_000, 1),
    "1000ms": (1_000_000_000, 1), "1000000us": (1_000_000_000, 1), "2000000µs": (2_000_000_000, 2),
    "1001ms": (1_001_000_000, 2), "90s": (90_000_000_000, 90), "1s1s": (2_000_000_000, 2), "0.1s0.2s": (300_000_000, 1),
}  # fmt: skip
NO_DURATIONS = (
    "",
    "1",
    "s",
    "-1s",
    "1x",
    "1 s",
    "1S",
    "1min",
    "1s ",
    "1.s.",
    "1d",
    "300000000h",
    "1e3s",
    "1m 30s",
)


@pytest.mark.parametrize("text", DURATIONS)
def test_a_duration(text: str) -> None:
    counted, seconds = DURATIONS[text]
    assert nanoseconds(text) == pytest.approx(counted, abs=1e-3)
    assert whole_seconds(text) == seconds
    assert DURATION.accepts(text)
    for found in (_spec("stop_grace_period", text), _compose("stop_grace_period", text)):
        assert nanoseconds(found or "0") == pytest.approx(counted, abs=1e-3)


@pytest.mark.parametrize("seconds", ["0", "1", "90", "3600"])
def test_a_duration_of_docker(seconds: str) -> None:
    assert whole_seconds(_docker("--stop-timeout", "stop_grace_period", seconds)) == int(seconds)


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_no_duration(text: str) -> None:
    assert not DURATION.accepts(text)


@pytest.mark.parametrize(
    "user",
    [
        "0",
        "1000",
        "1000:1000",
        "root",
        "root:root",
        "www-data",
        "1000:www-data",
        "www-data:1000",
        "2147483647",
    ],
)
def test_an_id(user: str) -> None:
    assert _spec("user", user) == _compose("user", user) == _docker("--user", "user", user) == user


@pytest.mark.parametrize(
    "user", [":", ":0", "-1", "+0", "2147483648", "a b:c d:e", "1000:", "a:b:c"]
)
def test_no_id(user: str) -> None:
    with pytest.raises(Problems):
        _spec("user", user)


# A path of the host, and the one spelling by which the audit knows it.
PATHS = {
    "/x": "/x", "/x/": "/x", "//x": "/x", "/x//y": "/x/y", "/x/./y": "/x/y", "/x/.": "/x", "/x/../y": "/y",
    "/..": "/", "/": "/", ".": ".", "./": ".", "./x": "x", "./x/": "x", "..": "..", "../..": "../..", "./x/..": ".",
    "../x": "../x", "~": "${HOME}", "~/": "${HOME}", "~/x": "${HOME}/x", "~/x/..": "${HOME}", "/x/~": "/x/~",
    "/a b": "/a b", "/a:b": "/a:b", "/a\\b": "/a\\b", "/var/run/x": "/run/x", "${HOME}/./x": "${HOME}/x",
    "${PWD}/x": "${PWD}/x", "${PWD}/..": "..",
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_host(path: str) -> None:
    mount = _mount("bind", path, "/t")
    plan = planned(json.dumps({"image": "app:1", "volumes": [mount]}))[1]["service"]
    assert source(plan.mounts[0], plan) == PATHS[path]


# A path in the container, and the one spelling by which two mounts are the same.
TARGETS = {
    "/x": "/x", "/x/": "/x", "//x": "/x", "/x//y": "/x/y", "/x/.": "/x", "/./x": "/x", "/a/../x": "/x", "/x/y/..": "/x",
    "/${V}/x/": "/${V}/x", "/${V}/../x": "/${V}/../x", "/a/../${V}": "/${V}", "//${V}//x/.": "/${V}/x",
    "/a b/": "/a b",
}  # fmt: skip


@pytest.mark.parametrize("path", TARGETS)
def test_a_path_of_the_container(path: str) -> None:
    spec = {"image": "app:1", "variables": {"V": "v"}, "volumes": [_mount("volume", "d", path)]}
    plan = planned(json.dumps(spec))[1]["service"]
    assert one_path(plan.mounts[0].target) == TARGETS[path]


# A value, and its line in .env; None for one that cannot stand there.
DOTENV = {
    "": "A=''", "x": "A='x'", "a b": "A='a b'", "#x": "A='#x'", 'say "x"': "A='say \"x\"'", "$HOME": "A='$HOME'",
    "a\\b": "A='a\\b'", "a=b": "A='a=b'", "a\tb": "A='a\tb'", "é": "A='é'", "a\\nb": "A='a\\nb'", "`x`": "A='`x`'",
    " x ": "A=' x '", "it's": None, "a\nb": None, "a\rb": None, "a\r\nb": None, "\r": None, "a\0b": None,
    "a\\\\b": None, "a\\": None, "${x}": None, "a\u200bb": None, "\u202ex": None, "a\x1bb": None, "a\x7fb": None,
}  # fmt: skip
_WHY = {
    "a\nb": "a line break",
    "a\rb": "a line break",
    "\r": "a line break",
    "it's": "a quote",
    "a\0b": "NUL",
}


@pytest.mark.parametrize("value", DOTENV)
def test_a_line_of_dotenv(value: str) -> None:
    wanted = DOTENV[value]
    if wanted is not None:
        assert dotenv.line("A", value) == wanted
        return
    with pytest.raises(ValueError, match=_WHY.get(value)):
        dotenv.line("A", value)
