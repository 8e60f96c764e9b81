"""What the audit advises works on a real engine: its overlay, and the mounts of `hardened`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e import host
from tests.e2e.engines import Docker
from tests.e2e.launching import generate, run, write_script

# A user who is not root sees what the container lets everyone see.
_LOOK = (
    "id -u; grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\t\\n' ' '; "
    "test -e /engine.sock && echo socket; cat /sys/fs/cgroup/memory/memory.limit_in_bytes "
    "/sys/fs/cgroup/memory.max 2>/dev/null; test -r /proc/1/environ || true; ls /proc | grep -c '^[0-9]'"
)
_OPEN = """\
name: open
image: coder:latest
pull_policy: never
user: root
rm: true
ports: ["@PORT@:7860"]
cap_add: [SYS_ADMIN, SYS_PTRACE]
security_opt: [seccomp=unconfined]
ipc: host
pid: host
volumes: ["@SOCKET@:/engine.sock"]
entrypoint: [/bin/sh, -c]
command: ["@LOOK@"]
"""


@pytest.fixture
def env(docker: Docker) -> dict[str, str]:
    """A user's environment."""
    return docker.environment()


def test_overlay_closes_a_real_container(
    docker: Docker, env: dict[str, str], tmp_path: Path
) -> None:
    """As it is, the container sees the host's processes and has its capabilities; then no more."""
    socket = docker.host.removeprefix("unix://")
    text = _OPEN.replace("@PORT@", str(host.free_port())).replace("@LOOK@", _LOOK)
    (tmp_path / "coder.yaml").write_text(text.replace("@SOCKET@", socket))
    (tmp_path / "safer.yaml").write_text(generate(tmp_path, "audit", "--fix", "-q"))
    before = run([write_script(tmp_path)], env)
    script = write_script(tmp_path, None, "-f", "safer.yaml")
    after = run([script], env)
    assert (before.returncode, after.returncode) == (0, 0), before.stderr + after.stderr
    open_lines, safe_lines = before.stdout.split("\n"), after.stdout.split("\n")
    assert open_lines[0] == "0" and safe_lines[0] == str(os.getuid())
    assert "socket" in before.stdout and "socket" not in after.stdout
    assert "NoNewPrivs: 0" in before.stdout and "NoNewPrivs: 1" in after.stdout
    assert "Seccomp: 0" in before.stdout and "Seccomp: 2" in after.stdout
    assert (
        "CapBnd: 0000000000000000" in after.stdout
        and "CapBnd: 0000000000000000" not in before.stdout
    )
    assert str(8 * 2**30) in after.stdout
    # The host's processes are many; its own are a handful.
    assert int(open_lines[-2]) > int(safe_lines[-2])


def test_own_folder_below_a_mount_that_is_read_only(env: dict[str, str], tmp_path: Path) -> None:
    """`hardened` mounts the site read-only, and the user's own folder in it writable."""
    own = tmp_path / "site" / "home" / "me" / "coder"
    own.mkdir(parents=True)
    look = (
        "echo mine > $$1/coder/file && cat $$1/coder/file; touch $$1/file 2>&1 | grep -o Read-only"
    )
    spec = (
        "image: coder:latest\npull_policy: never\nuser: host\nrm: true\n"
        "cap_drop: [ALL]\nvolumes:\n"
        f"  - {{type: bind, source: {own}, target: {own}}}\n"
        f"  - {{type: bind, source: {tmp_path}/site, target: {tmp_path}/site, read_only: true}}\n"
        f"entrypoint: [/bin/sh, -c, '{look}', look, {own.parent}]\n"
    )
    done = run([write_script(tmp_path, spec)], env)
    assert done.stdout.split() == ["mine", "Read-only"], done.stderr
    assert (own / "file").read_text() == "mine\n"
