"""Where a value decides whether a target can say a key: the warning, and the value without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import run

DEPENDS = [
    ("docker", "userns_mode: host", "userns_mode: keep-id"),
    (
        "podman",
        "volumes: [{type: volume, source: a, target: /b, volume: {nocopy: true}}]",
        "volumes: [{type: volume, source: a, target: '/b:', volume: {nocopy: true}}]",
    ),
    ("podman", "restart: on-failure", "restart: always"),
    ("podman", "logging: {driver: journald}", "logging: {driver: syslog}"),
    ("podman", "extra_hosts: ['a:10.0.0.1']", "extra_hosts: ['a:host-gateway']"),
    ("podman", "healthcheck: {test: x}", "healthcheck: {test: x, start_interval: 1s}"),
    ("podman", "networks: {a: {}}", "networks: {a: {driver_opts: {b: c}}}"),
]


@pytest.mark.parametrize(("engine", "exact", "about"), DEPENDS)
def test_a_value_decides(engine: str, exact: str, about: str, tmp_path: Path) -> None:
    spec = tmp_path / "coder.yaml"
    for line, said in ((exact, ""), (about, "W101")):
        spec.write_text(f"image: app:1\n{line}\n", encoding="utf-8")
        ran = run("script", "--engine", engine, "-f", str(spec))
        assert ran.status == 0
        assert said in ran.stderr if said else not ran.stderr, ran.stderr
        strict = run("script", "--engine", engine, "--strict", "-f", str(spec))
        assert (strict.status, bool(strict.stdout)) == ((1, False) if said else (0, True))


def test_what_docker_does_not_know_is_not_asked_of_it(tmp_path: Path) -> None:
    spec = tmp_path / "coder.yaml"
    spec.write_text("image: app:1\nuserns_mode: keep-id\n", encoding="utf-8")
    assert "--userns" not in run("script", "-q", "-f", str(spec)).stdout
    assert "--userns keep-id" in run("script", "--engine", "podman", "-f", str(spec)).stdout
