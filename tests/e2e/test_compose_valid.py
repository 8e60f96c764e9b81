"""Compose v2, Compose 1.29 and podman-compose read every Compose file in ``golden/``."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import cli, golden
from tests.e2e import host
from tests.e2e.compose import Compose

FILES = golden.files(".yml")

# What 1.29 does not know: each makes the newer form, and it refuses that.
REFUSED_BY_V1 = {
    "api-socket/docker-compose.yml": "use_api_socket",
    "coder/docker-compose.v2.yml": "create_host_path",
    "coder-hardened/docker-compose.v2.yml": "create_host_path",
    "configs/docker-compose.yml": "content",
    "environment/docker-compose.yml": "env_file",
    "gpus/docker-compose.yml": "gpus",
    "healthchecks/docker-compose.yml": "start_interval",
    "image/docker-compose.v2.yml": "platforms",
    "image-own/docker-compose.v2.yml": "no_cache",
    "jupyter/docker-compose.gpu.yml": "gpus",
    "kernel/docker-compose.yml": "annotations",
    "labels/docker-compose.yml": "label_file",
    "long-forms/docker-compose.yml": "gpus",
    "namespaces/docker-compose.yml": "cgroup",
    "networks-many/docker-compose.yml": "driver_opts",
    "published/docker-compose.yml": "app_protocol",
    "short-forms/docker-compose.yml": "gpus",
    "volumes-modern/docker-compose.yml": "subpath",
}
# Newer than the Compose v2 of the tests, 2.26.
REFUSED_BY_V2 = {
    "api-socket/docker-compose.yml": "use_api_socket",
    "environment/docker-compose.yml": 'env_file format "raw"',
}

_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)")
_VALUES = {"UID": "1000", "GID": "1000", "READ_ONLY": "true", "MEMORY": "1g", "CPUS": "1"}


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _environment(path: Path) -> dict[str, str]:
    """A value for every variable of the file, as ``coder-gen env`` brings one.

    Its own output depends on this machine, where most of what the cases mount is missing.
    """
    names = sorted(set(_VARIABLE.findall(path.read_text("utf-8").replace("$$", ""))))
    values = {name: _value(name, 8000 + number) for number, name in enumerate(names)}
    return host.plain_environment() | values


def _value(name: str, port: int) -> str:
    if name.startswith("MOUNT") or name.endswith(("_FILE", "COOKIE", "HOME", "WORK", "NOTEBOOKS")):
        return f"/srv/{name.lower()}"
    return str(port) if name.endswith("PORT") else _VALUES.get(name, "word")


def _config(compose: Compose, path: Path) -> subprocess.CompletedProcess[str]:
    """What it makes of the file with every Compose profile, called in the file's folder."""
    services = yaml.safe_load(path.read_bytes())["services"].values()
    options = [f"--profile={name}" for each in services for name in each.get("profiles", ())]
    return subprocess.run(
        [*compose.argv, "--file", path.name, *options, "config"],
        cwd=path.parent, env=_environment(path), stdin=subprocess.DEVNULL, capture_output=True,
        encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_compose_v2_reads_it(path: Path, compose_v2: Compose) -> None:
    done = _config(compose_v2, path)
    reason = REFUSED_BY_V2.get(_id(path))
    if reason is None:
        assert done.returncode == 0, done.stderr
        assert "level=warning" not in done.stderr, done.stderr
        _same_services(path, yaml.safe_load(done.stdout))
    else:
        assert done.returncode != 0 and reason in done.stderr


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_compose_1_29_reads_it_unless_a_key_is_newer(path: Path, compose_v1: Compose) -> None:
    done = _config(compose_v1, path)
    reason = REFUSED_BY_V1.get(_id(path))
    if reason is None:
        assert done.returncode == 0, done.stderr
        # It prints them raw, where they are line breaks for whoever reads that.
        _same_services(path, yaml.safe_load(done.stdout), unless="\x85\u2028")
    else:
        assert done.returncode != 0 and reason in done.stderr, done.stderr


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_podman_compose_reads_it(path: Path, podman_compose: Compose) -> None:
    done = _config(podman_compose, path)
    assert done.returncode == 0, done.stderr
    _same_services(path, yaml.safe_load(done.stdout), _as_it_is)


def _undollared(value: Any) -> Any:
    """What stands in the output of ``config``, which can be read again: each dollar is doubled."""
    return (
        [_undollared(item) for item in value]
        if isinstance(value, list)
        else str(value).replace("$$", "$")
    )


def _as_it_is(value: Any) -> Any:
    """podman-compose does not double them."""
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def _same_services(
    path: Path,
    read: dict[str, Any],
    again: Callable[[Any], Any] = _undollared,
    unless: str = "",
) -> None:
    """Each service is there; image, user, environment and command are what the file says."""
    written = yaml.safe_load(path.read_bytes())["services"]
    env = _environment(path)
    assert read["services"].keys() == written.keys()
    for name, service in written.items():
        found = read["services"][name]
        for key in ("image", "user", "working_dir", "command", "entrypoint", "stop_signal"):
            if key in service:
                assert again(found[key]) == _filled(service[key], env), (name, key)
        values = {k: v for k, v in (service.get("environment") or {}).items() if v is not None}
        there = _pairs(found.get("environment"))
        for key, value in values.items():
            if not set(unless).isdisjoint(value):
                continue
            assert again(there[key]) == _filled(value, env), (name, key)


def _pairs(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return dict(item.split("=", 1) for item in value if "=" in item)
    return value or {}


def _filled(value: Any, env: dict[str, str]) -> Any:
    """A value of the file with its variables, all of which the environment holds."""
    if isinstance(value, list):
        return [_filled(item, env) for item in value]
    return re.sub(r"\$\$|\$\{(\w+)[^}]*\}", lambda m: "$" if m[0] == "$$" else env[m[1]], value)


_NOTHING = """\
image: app
variables: {SUFFIX: {default: "${NOWHERE:+-new}"}}
environment:
  IF_SET: ${NOWHERE:+set}
  NESTED: ${NOWHERE:-${NOWHERE_EITHER-}}
  DECLARED: ${SUFFIX}
"""


def test_a_value_may_come_to_nothing(
    tmp_path: Path, compose_v2: Compose, compose_v1: Compose, podman_compose: Compose
) -> None:
    """What .env sets to nothing is nothing, and not a value that is missing."""
    spec, file = tmp_path / "coder.yaml", tmp_path / "docker-compose.yml"
    spec.write_text(_NOTHING)
    for command, made in (("compose", file), ("env", tmp_path / ".env")):
        assert cli.run(command, "-f", str(spec), "-o", str(made)).status == 0
    for compose in (compose_v2, compose_v1, podman_compose):
        done = subprocess.run(
            [*compose.argv, "config"], cwd=tmp_path, env=host.plain_environment(),
            capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found = yaml.safe_load(done.stdout)["services"]["coder"]["environment"]
        assert found == {"IF_SET": "", "NESTED": "", "DECLARED": ""}, compose.name
