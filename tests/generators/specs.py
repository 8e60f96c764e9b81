"""Whole specs, and beside each key what ``docker run`` has to be told for it.

The expectation is written from Docker's manual, for each key by hand; nothing here asks coder-gen
how it says something. ``specs()`` gives specs as plain data, to be written as JSON or YAML.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.generators.texts import any_text, line, said

Fragment = tuple[str, ...]


class Said(NamedTuple):
    """A key's value in a spec, and the options that it means, each with its words."""

    value: Any
    options: tuple[Fragment, ...]


class Spec(NamedTuple):
    """A spec as data, the options that it means, and the words after the image."""

    data: dict[str, Any]
    options: tuple[Fragment, ...]
    command: tuple[str, ...]

    @property
    def json(self) -> str:
        """The spec as JSON, in ASCII."""
        return json.dumps(self.data)


NAME = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
VARIABLE = st.from_regex(r"X[A-Z0-9_]{1,8}", fullmatch=True)
KEY = line(least=1, without="=")
PATH = line().map(lambda text: "/" + text)
HOST = line(least=1).map(lambda text: text[:16])
WORD = any_text().map(lambda text: "h" + re.sub(r"\s", "-", text))
# Any name that the image may know: no colon, and no blank at its ends.
OWNER = line(without=":").map(lambda text: f"u{text}u")
JOINED = any_text(least=1).map(lambda text: "container:" + re.sub(r"\s", "-", text))
NUMBER = st.integers(1, 99999)
BYTES = st.sampled_from(["64m", "1g", "4096", "512kb", "1.5g", "2 GB"])
DURATION = st.sampled_from(["1s", "1m30s", "500ms", "2h", "0"])
IP4 = st.integers(1, 254).map(lambda n: f"10.1.2.{n}")
MAC = st.integers(0, 255).map(lambda n: f"02:42:ac:11:65:{n:02x}")


def _scalar(flag: str, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Said]:
    return strategy.map(lambda v: Said(said(v) if isinstance(v, str) else v, ((flag, str(v)),)))


def _one(value: str) -> str:
    return posixpath.normpath(value).replace("//", "/") if value.startswith("/") else value


def _below_root(path: str) -> bool:
    return _one(path) != "/"


def _words(flag: str, strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Said]:
    # Of paths, two spellings are one.
    several = st.lists(strategy, min_size=1, max_size=3, unique_by=_one)
    return several.map(
        lambda values: Said([said(v) for v in values], tuple((flag, v) for v in values))
    )


def _pairs(
    flag: str, names: st.SearchStrategy[str] = KEY, values: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Said]:
    several = st.dictionaries(
        names, any_text() if values is None else values, min_size=1, max_size=3
    )
    return several.map(
        lambda pairs: Said(
            {name: said(value) for name, value in pairs.items()},
            tuple((flag, f"{name}={value}") for name, value in pairs.items()),
        )
    )


def _choice(flag: str, *choices: str) -> st.SearchStrategy[Said]:
    return _scalar(flag, st.sampled_from(choices))


def _flag(flag: str, false: tuple[Fragment, ...] = ()) -> st.SearchStrategy[Said]:
    return st.booleans().map(lambda on: Said(on, ((flag,),) if on else false))


def csv(*fields: str) -> str:
    """Fields as a line of CSV, as RFC 4180 has it."""
    return ",".join(
        '"' + field.replace('"', '""') + '"' if set(field) & set(',"\r\n') else field
        for field in fields
    )


def _mount(kind: str, source: str | None, target: str, read_only: bool, more: str = "") -> str:
    fields = [f"type={kind}", *([f"source={source}"] if source is not None else [])]
    fields += [f"target={target}", *(["readonly"] if read_only else []), *([more] if more else [])]
    return csv(*fields)


@st.composite
def _volumes(draw: st.DrawFn) -> Said:
    items, options = [], []
    for target in draw(
        st.lists(
            any_text().map(lambda t: "/m" + t).filter(_below_root),
            min_size=1,
            max_size=3,
            unique_by=_one,
        )
    ):
        kind = draw(st.sampled_from(["bind", "volume", "tmpfs"]))
        item: dict[str, Any] = {"type": kind, "target": said(target)}
        source = None
        more = ""
        # In the form of three fields nothing may be missing on the host, which this one is.
        if kind == "bind":
            source = "/" + draw(any_text())
            item["source"] = said(source)
        elif kind == "volume" and draw(st.integers(0, 3)):
            source = draw(NAME)
            item["source"] = source
        read_only = draw(st.booleans())
        if read_only:
            item["read_only"] = True
        if kind == "tmpfs" and draw(st.booleans()):
            item["tmpfs"] = {"size": "8m"}
            more = "tmpfs-size=8m"
        if kind == "volume" and draw(st.booleans()):
            item["volume"] = {"nocopy": True}
            more = "volume-nocopy"
        items.append(item)
        options.append(("--mount", _mount(kind, source, target, read_only, more)))
    return Said(items, tuple(options))


@st.composite
def _ports(draw: st.DrawFn) -> Said:
    items, options = [], []
    published_ports: set[int] = set()
    for target in draw(st.lists(st.integers(1, 65535), min_size=1, max_size=3, unique=True)):
        published = draw(
            st.none() | st.integers(1, 65535).filter(lambda n: n not in published_ports)
        )
        protocol = draw(st.sampled_from(["tcp", "udp"]))
        item: dict[str, Any] = {"target": target, "protocol": protocol}
        word = str(target) if protocol == "tcp" else f"{target}/udp"
        if published is not None:
            published_ports.add(published)
            item["published"] = str(published)
            word = f"{published}:{word}"
        if published is not None and draw(st.booleans()):
            item["host_ip"] = "127.0.0.1"
            word = f"127.0.0.1:{word}"
        items.append(item)
        options.append(("--publish", word))
    return Said(items, tuple(options))


@st.composite
def _environment(draw: st.DrawFn) -> Said:
    found = draw(st.dictionaries(VARIABLE, any_text(), min_size=1, max_size=4))
    value = {name: said(text) for name, text in found.items()}
    if draw(st.booleans()):
        # As a list; a name may then be passed on from the host.
        return Said(
            [f"{name}={text}" for name, text in value.items()],
            tuple(("--env", f"{name}={text}") for name, text in found.items()),
        )
    return Said(value, tuple(("--env", f"{name}={text}") for name, text in found.items()))


@st.composite
def _healthcheck(draw: st.DrawFn) -> Said:
    test = draw(any_text(least=1))
    retries = draw(st.integers(1, 9))
    return Said(
        {"test": ["CMD-SHELL", said(test)], "retries": retries, "interval": "30s"},
        (("--health-cmd", test), ("--health-retries", str(retries)), ("--health-interval", "30s")),
    )


@st.composite
def _logging(draw: st.DrawFn) -> Said:
    options = draw(st.dictionaries(KEY, any_text(), max_size=2))
    driver = draw(st.sampled_from(["json-file", "syslog"] if options else ["none", "syslog"]))
    words = tuple(("--log-opt", f"{k}={v}") for k, v in options.items())
    return Said(
        {"driver": driver, "options": {k: said(v) for k, v in options.items()}},
        (("--log-driver", driver), *words),
    )


@st.composite
def _networks(draw: st.DrawFn) -> Said:
    name, aliases = draw(NAME), draw(st.lists(any_text(least=1), max_size=2, unique=True))
    ip = draw(st.none() | IP4)
    value: dict[str, Any] = {"aliases": [said(a) for a in aliases]}
    options: list[Fragment] = [("--network", name), *(("--network-alias", a) for a in aliases)]
    if ip is not None:
        value["ipv4_address"] = ip
        options.append(("--ip", ip))
    return Said({name: value}, tuple(options))


_RULE = st.builds(
    "{} {}:{} {}".format,
    st.sampled_from("abc"),
    st.integers(0, 255) | st.just("*"),
    st.integers(0, 255) | st.just("*"),
    st.sampled_from(["r", "rw", "rwm", "m"]),
)


@st.composite
def _several_ulimits(draw: st.DrawFn) -> Said:
    names = draw(st.lists(st.sampled_from(["nofile", "nproc", "core"]), min_size=1, unique=True))
    value: dict[str, Any] = {}
    options = []
    for name in names:
        soft, hard = draw(NUMBER), draw(st.none() | NUMBER)
        if hard is not None and hard < soft:
            soft, hard = hard, soft
        value[name] = soft if hard is None else {"soft": soft, "hard": hard}
        options.append(("--ulimit", f"{name}={soft}" + ("" if hard is None else f":{hard}")))
    return Said(value, tuple(options))


def _configs(draw: st.DrawFn) -> Said:
    path = draw(PATH)
    return Said(
        {"one": {"file": said(path), "target": "/etc/one"}},
        (("--mount", _mount("bind", path, "/etc/one", True)),),
    )


def _secrets(draw: st.DrawFn) -> Said:
    path, target = draw(PATH), draw(any_text().map(lambda t: "/run/s" + t).filter(_below_root))
    return Said(
        {"two": {"file": said(path), "target": said(target)}},
        (("--mount", _mount("bind", path, target, True)),),
    )


@st.composite
def _gpus(draw: st.DrawFn) -> Said:
    if draw(st.booleans()):
        return Said("all", (("--gpus", "all"),))
    ids = draw(st.lists(line(least=1, without=',"'), min_size=1, max_size=2, unique=True))
    return Said(
        [{"device_ids": [said(i) for i in ids]}], (("--gpus", csv("device=" + ",".join(ids))),)
    )


@st.composite
def _extra_hosts(draw: st.DrawFn) -> Said:
    host, address = draw(line(least=1, without=" \t=,:")), draw(IP4)
    host = host.strip() or "h"
    return Said([f"{said(host)}={address}"], (("--add-host", f"{host}:{address}"),))


@st.composite
def _blkio(draw: st.DrawFn) -> Said:
    weight, path = draw(st.integers(10, 1000)), draw(PATH)
    return Said(
        {"weight": weight, "device_read_bps": [{"path": said(path), "rate": "1mb"}]},
        (("--blkio-weight", str(weight)), ("--device-read-bps", f"{path}:1mb")),
    )


@st.composite
def _devices(draw: st.DrawFn) -> Said:
    path = draw(line(without=":").map(lambda text: "/dev/" + text))
    permissions = draw(st.sampled_from(["", ":/dev/other", ":/dev/other:r"]))
    return Said([said(path + permissions)], (("--device", path + permissions),))


def _both(make: Callable[[st.DrawFn], Said]) -> st.SearchStrategy[Said]:
    return st.composite(make)()


ADDRESS = _scalar("--ip", IP4).map(lambda s: Said(s.value, ()))
STEADY = st.just(Said(None, ()))
# A key that says nothing on its own, or that the tests of ports and commands go into.
ASIDE = frozenset({"image", "command", "entrypoint", "publish_address", "apptainer", "x11"})

KEYS: dict[str, st.SearchStrategy[Said]] = {
    "pull_policy": _choice("--pull", "always", "missing", "never"),
    "platform": _choice("--platform", "linux/amd64", "linux/arm64/v8"),
    "container_name": st.from_regex(r"[a-z][a-zA-Z0-9_.-]{1,8}", fullmatch=True).map(
        lambda name: Said(name, (("--name", name),))
    ),
    "hostname": _scalar("--hostname", HOST),
    "domainname": _scalar("--domainname", HOST),
    "user": _scalar("--user", OWNER),
    "group_add": _words("--group-add", OWNER),
    "working_dir": _scalar("--workdir", any_text().map(lambda t: "/" + t)),
    "environment": _environment(),
    "env_file": _words("--env-file", PATH),
    "forward_environment": st.lists(VARIABLE, min_size=1, max_size=3, unique=True).map(
        lambda names: Said([f"N{n}" for n in names], ())
    ),
    "ports": _ports(),
    "publish_all": _flag("--publish-all"),
    "expose": _words("--expose", st.integers(1, 65535).map(str)),
    "volumes": _volumes(),
    "volumes_from": _words(
        "--volumes-from", any_text(least=1).filter(lambda v: "container:" not in v)
    ),
    "tmpfs": _words("--tmpfs", line(without=":").map(lambda t: "/t" + t).filter(_below_root)),
    "devices": _devices(),
    "device_cgroup_rules": _words("--device-cgroup-rule", _RULE),
    "gpus": _gpus(),
    "secrets": _both(_secrets),
    "configs": _both(_configs),
    "privileged": _flag("--privileged"),
    "cap_add": _words("--cap-add", st.sampled_from(["SYS_ADMIN", "NET_ADMIN", "ALL"])),
    "cap_drop": _words("--cap-drop", st.sampled_from(["CHOWN", "NET_RAW", "ALL"])),
    "security_opt": _words("--security-opt", any_text(least=1).map(lambda t: f"label={t}")),
    "read_only": _flag("--read-only"),
    "init": _flag("--init", (("--init=false",),)),
    "stdin_open": _flag("--interactive"),
    "tty": st.booleans().map(lambda on: Said(on, ())),
    "rm": _flag("--rm"),
    "restart": _choice("--restart", "no"),
    "stop_signal": _choice("--stop-signal", "SIGINT", "TERM", "9"),
    "stop_grace_period": st.just(Said("1m30s", (("--stop-timeout", "90"),))),
    "healthcheck": _healthcheck(),
    "ipc": _scalar("--ipc", JOINED),
    "pid": _scalar("--pid", JOINED),
    "userns_mode": _choice("--userns", "host"),
    "uts": STEADY.map(lambda _: Said("host", (("--uts", "host"),))),
    "cgroup": _choice("--cgroupns", "host", "private"),
    "cgroup_parent": _scalar("--cgroup-parent", any_text(least=1)),
    "network_mode": _choice("--network", "host", "none", "bridge"),
    "networks": _networks(),
    "mac_address": _scalar("--mac-address", MAC),
    "extra_hosts": _extra_hosts(),
    "dns": _words("--dns", IP4),
    "dns_search": _words("--dns-search", WORD),
    "dns_opt": _words("--dns-option", any_text(least=1)),
    "external_links": _words("--link", WORD.map(lambda t: t.replace(":", "-"))),
    "shm_size": _scalar("--shm-size", BYTES),
    "mem_limit": _scalar("--memory", BYTES),
    # No more than the least of `mem_limit`, and no swap, which would need it.
    "mem_reservation": _scalar("--memory-reservation", st.sampled_from(["4096", "2kb", "1k"])),
    "memswap_limit": _scalar("--memory-swap", st.just("-1")),
    "mem_swappiness": _scalar("--memory-swappiness", st.integers(0, 100)),
    "oom_kill_disable": _flag("--oom-kill-disable"),
    "oom_score_adj": _scalar("--oom-score-adj", st.integers(-1000, 1000)),
    "cpus": _scalar("--cpus", st.sampled_from(["0.5", "2", "1.25"])),
    "cpu_shares": _scalar("--cpu-shares", NUMBER),
    "cpu_period": _scalar("--cpu-period", NUMBER),
    "cpu_quota": _scalar("--cpu-quota", NUMBER),
    "cpu_rt_period": _scalar("--cpu-rt-period", NUMBER),
    "cpu_rt_runtime": _scalar("--cpu-rt-runtime", NUMBER),
    "cpu_count": _scalar("--cpu-count", NUMBER),
    "cpu_percent": _scalar("--cpu-percent", NUMBER),
    "cpuset": _scalar("--cpuset-cpus", st.sampled_from(["0", "0-3,7", "1,2"])),
    "cpuset_mems": _scalar("--cpuset-mems", st.sampled_from(["0", "0-1"])),
    "pids_limit": _scalar("--pids-limit", st.integers(-1, 9999)),
    "ulimits": _several_ulimits(),
    "blkio_config": _blkio(),
    "sysctls": _pairs(
        "--sysctl", any_text(least=1).map(lambda t: "net." + re.sub(r"[\s=]", "-", t))
    ),
    "storage_opt": _pairs("--storage-opt"),
    "labels": _pairs("--label"),
    "label_file": _words("--label-file", PATH),
    "annotations": _pairs("--annotation"),
    "logging": _logging(),
    "runtime": _scalar("--runtime", any_text(least=1)),
    "isolation": _scalar("--isolation", any_text(least=1)),
    "use_api_socket": _flag("--use-api-socket"),
    "engine_options": st.lists(any_text(least=1), min_size=1, max_size=3).map(
        lambda words: Said([said(w) for w in words], tuple(("", w) for w in words))
    ),
}
# One of each of these pairs: the other is refused beside it.
_EXCLUDE = (("rm", "restart"), ("network_mode", "networks"), ("uts", "hostname"))


@st.composite
def specs(draw: st.DrawFn, *, keys: tuple[str, ...] | None = None, most: int = 12) -> Spec:
    """A spec with some of the keys, an image, a command, and sometimes an entry point."""
    known = KEYS if keys is None else keys
    chosen = draw(st.lists(st.sampled_from(sorted(known)), max_size=most, unique=True))
    for one, other in _EXCLUDE:
        if one in chosen and other in chosen:
            chosen.remove(other)
    data: dict[str, Any] = {"name": draw(NAME), "image": "registry.test/ide:1.4"}
    options: list[Fragment] = []
    for key in chosen:
        value = draw(KEYS[key])
        data[key] = value.value
        options += value.options
    command = draw(st.lists(any_text(), max_size=4))
    entry = draw(st.none() | st.lists(any_text(least=1), min_size=1, max_size=3))
    if command:
        data["command"] = [said(word) for word in command]
    if entry is not None:
        data["entrypoint"] = [said(word) for word in entry]
        options.append(("--entrypoint", entry[0]))
        command = [*entry[1:], *command]
    return Spec(data, tuple(options), tuple(command))
