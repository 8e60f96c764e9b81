"""Whatever a spec says, its Compose file says the same container, key by key, in both forms.

The file is read by ``reading``, which knows Compose's specification and nothing of coder-gen; what it
has to come to is made of the spec's own data. That an import gives the spec back is in
``tests/importing/test_formats_round_trip.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from coder_gen.language.keys.container import KEYS as OF_THE_LANGUAGE
from coder_gen.support import UNSUPPORTED
from coder_gen.targets.base import Request
from coder_gen.targets.compose import compose
from coder_gen.text.diagnostics import Reporter
from tests import cli
from tests.generators.fields import FIELDS
from tests.generators.sizes import part
from tests.generators.specs import KEYS, Spec, specs
from tests.importing.plans import planned
from tests.targets.compose.reading import (
    GRANT,
    SERVICE,
    Unset,
    fields,
    interpolated,
    service,
)

Container = dict[str, Any]
FORMS = pytest.mark.parametrize("min_version", ["1.29", "2"])
# What a host has to say for a file of which all else is known when it is made.
HOST = {"UID": "1234", "GID": "56", "X11_COOKIE": "/home/me/cookie"}
SOCKETS = "/tmp/.X11-unix"


def written(spec: str, min_version: str) -> dict[str, Any]:
    """The Compose file of a spec, as YAML has it."""
    project, found = planned(spec)
    made = compose.compile(project, found, Request(min_version=min_version), Reporter())
    file = yaml.safe_load(made.text)
    assert isinstance(file, dict)
    return file


def _bind(source: str, target: str, **more: Any) -> Container:
    bind = {"propagation": "rprivate"}
    return {"type": "bind", "source": source, "target": target, **more, "bind": bind}


def _address(container: Container, address: str) -> None:
    for port in container.get("ports", ()):
        port.setdefault("host_ip", address)


def _forwarded(container: Container, names: list[str]) -> None:
    container["environment"] = dict.fromkeys(names) | container.get("environment", {})


def _display(container: Container, value: Any) -> None:
    access = value if isinstance(value, str) else value["access"]
    if access == "off":
        return
    more = [_bind(SOCKETS, SOCKETS)]
    passed: Container = {"DISPLAY": None}
    if access == "cookie":
        more.append(_bind(HOST["X11_COOKIE"], "/tmp/.Xauthority", read_only=True))
        passed["XAUTHORITY"] = "/tmp/.Xauthority"
    container["volumes"] = [*container.get("volumes", ()), *more]
    container["environment"] = passed | container.get("environment", {})


def _nothing(container: Container, value: Any) -> None:
    """Not of the container, or said where it is started."""


# Keys of the language that are no key of a service: what they add to others, in the order in which that is done.
ELSEWHERE: dict[str, Callable[[Container, Any], None]] = {
    "apptainer": _nothing,
    "rm": _nothing,
    "publish_address": _address,
    "forward_environment": _forwarded,
    "x11": _display,
}
FOLDERS = {"secrets": "/run/secrets/", "configs": "/"}
# What the mode `shell` leaves out of the container, and has besides: docs/language.md.
NOT_IN_A_SHELL = ("command", "container_name", "ports", "restart", "healthcheck")
SHELL: Container = {"entrypoint": ["/bin/sh"], "stdin_open": True, "tty": True}


def meant(spec: Mapping[str, Any], mode: str = "service") -> Container:
    """The container that a spec says, in Compose's long form."""
    data = interpolated(spec, {})
    name = data.pop("name")
    if mode == "shell":
        data = {key: value for key, value in data.items() if key not in NOT_IN_A_SHELL} | SHELL
    elif "container_name" not in data:
        data["container_name"] = f"{name}-{HOST['UID']}"
    container: Container = {}
    for key, value in data.items():
        if key in FOLDERS:
            container[key] = {
                each: fields({"target": FOLDERS[key] + each, **grant}, **GRANT)
                for each, grant in value.items()
            }
        elif key not in ELSEWHERE:
            container[key] = SERVICE[key](value)
    for key, add in ELSEWHERE.items():
        if key in data:
            add(container, data[key])
    if container.get("user") == "host":
        container["user"] = f"{HOST['UID']}:{HOST['GID']}"
    # A spec names other containers; a bare name is a service for Compose.
    if "volumes_from" in container:
        container["volumes_from"] = [
            each if each.startswith("container:") else f"container:{each}"
            for each in container["volumes_from"]
        ]
    # As docker run does: Compose would make a network for the project.
    if "networks" not in container:
        container.setdefault("network_mode", "bridge")
    own = {"coder-gen.environment": name, "coder-gen.owner": HOST["UID"]}
    container["labels"] = own | container.get("labels", {})
    return container


def compared(container: Container) -> Container:
    """The container without what says nothing, and with the whole command in one place."""
    found = {key: value for key, value in container.items() if value not in ([], {}, False)}
    if "entrypoint" in container:
        # None is the empty word, for Compose as for docker run.
        first, *more = container["entrypoint"] or [""]
        found["entrypoint"], found["command"] = [first], [*more, *container.get("command", ())]
    return found


def read(file: Mapping[str, Any], name: str, env: Mapping[str, str] = HOST) -> Container:
    """A service of the file, to be compared; whose Compose profile it is stands aside."""
    one = dict(file["services"][name])
    profiles = one.pop("profiles", None)
    assert profiles == ([name] if name == "shell" else None)
    return compared(service({**file, "services": {name: one}}, name, env))


# --- Compose 1.29 ---------------------------------------------------------------------------------

_NEWER_KEYS = ("annotations", "cgroup", "gpus", "label_file", "use_api_socket", "uts")
_NEWER_FIELDS = {
    "ports": ("app_protocol", "name"),
    "networks": ("mac_address", "driver_opts", "gw_priority"),
    "healthcheck": ("start_interval",),
}


def newer(file: Mapping[str, Any]) -> Iterator[str]:
    """What in a file the format of Compose 1.29 has no room for, but for what the form decides."""
    for one in file["services"].values():
        yield from (key for key in _NEWER_KEYS if key in one)
        for key, names in _NEWER_FIELDS.items():
            value = one.get(key) or {}
            items = [value] if key == "healthcheck" else value
            items = items.values() if isinstance(items, dict) else items
            yield from (n for item in items if isinstance(item, dict) for n in names if n in item)
        for item in one.get("volumes", ()):
            if isinstance(item, dict):
                parts = {**item.get("bind", {}), **item.get("volume", {}), **item.get("tmpfs", {})}
                yield from (n for n in ("selinux", "recursive", "subpath", "mode") if n in parts)
        for key in ("devices", "env_file"):
            yield from (key for item in one.get(key, ()) if isinstance(item, dict))
        for port in one.get("ports", ()):
            if isinstance(port, dict):
                yield from ("a range" for _ in [0] if "-" in str(port.get("published", "")))
                yield from ("an IPv6 address" for _ in [0] if ":" in port.get("host_ip", ""))
            elif port.count(":") > 2 or "-" in port:
                yield "a port that the short form cannot say"
    for key in ("secrets", "configs"):
        yield from (key for grant in file.get(key, {}).values() if "file" not in grant)


def _in_one_form(file: Mapping[str, Any], min_version: str) -> None:
    """Newer words only where they are allowed; and no Compose makes the missing source of a mount."""
    modern = min_version == "2" or any(newer(file))
    for one in file["services"].values():
        for item in one.get("volumes", ()):
            bind = item.get("bind", {}) if isinstance(item, dict) else {}
            if isinstance(item, str) or item["type"] != "bind":
                assert not bind
            elif modern:
                # Compose sets the label only where it may make the source.
                assert bind["create_host_path"] is ("selinux" in bind)
            else:
                assert bind["propagation"] and "create_host_path" not in bind
        for port in one.get("ports", ()):
            assert modern or isinstance(port, str) or "host_ip" not in port
            assert not modern or isinstance(port, dict)


# --- What is compared -----------------------------------------------------------------------------

UNSAID = {key for key, support in compose.SUPPORT.items() if support.level == UNSUPPORTED}
STRATEGIES = {**KEYS, **FIELDS}


@st.composite
def _specs(draw: st.DrawFn) -> dict[str, Any]:
    """A spec with some keys in one form, and some with all their fields."""
    plain: Spec = draw(specs(keys=tuple(key for key in KEYS if key not in UNSAID)))
    more = draw(st.lists(st.sampled_from(sorted(FIELDS)), max_size=4, unique=True))
    data = plain.data | {key: draw(FIELDS[key]) for key in more}
    if "networks" in data:
        data.pop("network_mode", None)
    return data


def test_the_oracle_knows_every_key() -> None:
    """Whatever Compose can say, exactly or approximately, is read and compared here."""
    assert {*SERVICE, *ELSEWHERE, *FOLDERS} == {*OF_THE_LANGUAGE} - UNSAID
    assert {*STRATEGIES, "image", "command", "entrypoint"} == {*OF_THE_LANGUAGE}


@FORMS
@part(4)
@given(data=_specs())
# Compose 1.29 does not know the key, even where it is empty.
@example(
    data={
        "name": "a",
        "image": "a:1",
        "volumes": [{"type": "bind", "source": "/", "target": "/m"}],
        "networks": {"a": {"driver_opts": {}}},
    }
)
def test_a_compose_file_says_what_the_spec_says(min_version: str, data: dict[str, Any]) -> None:
    _says_the_same(data, min_version)


@FORMS
@pytest.mark.parametrize("key", FIELDS)
@part(40, least=10)
@given(data=st.data())
def test_each_field_of_a_key(key: str, min_version: str, data: st.DataObject) -> None:
    """One key alone, so that each of its fields is drawn often."""
    spec = {"name": "one", "image": "i:1", key: data.draw(FIELDS[key])}
    _says_the_same(spec, min_version)


def _says_the_same(data: dict[str, Any], min_version: str) -> None:
    file = written(json.dumps(data), min_version)
    assert {*file["services"]} == {data["name"], "shell"}
    for mode, name in (("service", data["name"]), ("shell", "shell")):
        assert read(file, name) == compared(meant(data, mode))
    _in_one_form(file, min_version)


# --- What is known when it starts -----------------------------------------------------------------

LATE = """
name: late
image: i:1
variables:
  GIVEN: {help: Say it.}
  CHOSEN: {default: de fault}
  DOLLAR: {default: "a$$b"}
environment:
  FIRST: "<${GIVEN}>$$x"
  SECOND: ${CHOSEN}
  THIRD: ${DOLLAR}
  FOURTH: ${OTHER-dash}
  FIFTH: ${OTHER:-co lon}
  SIXTH: ${OTHER:+plus}
  SEVENTH: "[${OTHER+plus}]"
  EIGHTH: ${OTHER:-a ${GIVEN} b}
  NINTH: ${HOME}/x
user: ${UID}:${GID}
volumes:
  - {type: bind, source: "${HOME}/data", target: /data}
  - {type: bind, source: ~/maybe, target: /maybe, optional: true}
"""


@pytest.mark.parametrize(
    ("other", "fourth", "fifth", "sixth", "seventh", "eighth"),
    [
        (None, "dash", "co lon", "", "[]", "a g b"),
        ("", "", "co lon", "", "[plus]", "a g b"),
        ("o", "o", "o", "plus", "[plus]", "o"),
    ],
)
@pytest.mark.parametrize("there", [True, False])
@FORMS
def test_with_its_env_file_it_is_the_container_of_this_host(
    min_version: str,
    there: bool,
    other: str | None,
    fourth: str,
    fifth: str,
    sixth: str,
    seventh: str,
    eighth: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ``coder-gen env`` writes is what Compose has to know besides the environment."""
    home = tmp_path / "home"
    (home / "data").mkdir(parents=True)
    if there:
        (home / "maybe").touch()
    spec = tmp_path / "coder.yaml"
    spec.write_text(LATE, "utf-8")
    env = {"HOME": str(home), "GIVEN": "g"} | ({} if other is None else {"OTHER": other})
    for name in ("CHOSEN", "DOLLAR", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    made = cli.run("env", "-f", str(spec), "--quiet")
    assert made.status == 0, made.stderr
    lines = [line for line in made.stdout.splitlines() if line and not line.startswith("#")]
    brought = dict(line.split("=", 1) for line in lines)
    file = written(LATE, min_version)
    # Compose takes the environment before the file.
    found = read(file, "late", {n: v.strip("'\"") for n, v in brought.items()} | env)
    assert list(found["environment"].values()) == [
        "<g>$x", "de fault", "a$b", fourth, fifth, sixth, seventh, eighth, f"{home}/x",
    ]  # fmt: skip
    assert found["user"] == f"{os.getuid()}:{os.getgid()}"
    first, second = found["volumes"]
    assert first == _bind(f"{home}/data", "/data")
    if there:
        assert second == _bind(f"{home}/maybe", "/maybe")
    else:
        # What holds nothing, where nobody looks: the target stays absent.
        assert second["source"] == "/dev/null"
        assert second["target"].startswith("/run/coder-gen-absent/")
    with pytest.raises(Unset, match="Say it"):
        read(file, "late", {n: v for n, v in brought.items() if n != "GIVEN"})
