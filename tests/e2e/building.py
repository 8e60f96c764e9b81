"""Building images as a user does: a spec, the files that coder-gen writes, and build.sh."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.e2e import host, launching
from tests.e2e.engines import Docker
from tests.e2e.users import User

BASE = "debian:bookworm-slim"
BASE_ARCHIVE = Path.home() / ".cache" / "coder-gen-engines" / "debian-base.tar"
# A machine that reaches the network through somebody who re-signs has their certificates here.
_OWN_CERTIFICATES = Path("/usr/local/share/ca-certificates")


def base_archive() -> bytes:
    """A root of Debian 12 as a tar archive."""
    if not BASE_ARCHIVE.exists():
        host.give_up("the root of Debian for images is missing")
    return BASE_ARCHIVE.read_bytes()


def import_base(docker: Docker) -> str:
    """Give the engine the base under the name that a registry has for it."""
    docker.output("import", "--change", "CMD bash", "-", BASE, stdin=base_archive(), timeout=180)
    return BASE


def own_certificates(folder: Path) -> list[str]:
    """Copy the machine's own certificates into a build's context; returns their names."""
    found = sorted(_OWN_CERTIFICATES.glob("*.crt"))
    for path in found:
        (folder / path.name).write_bytes(path.read_bytes())
    return [path.name for path in found]


def write(folder: Path, spec: str, owner: User | None = None) -> None:
    """A spec, and every file under its outputs."""
    (folder / "coder.yaml").write_text(spec, encoding="utf-8")
    done = subprocess.run(
        [*launching.TOOL, "write", "-q"],
        cwd=folder,
        env=host.plain_environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if owner is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.uid, owner.gid)


def build(
    folder: Path,
    env: Mapping[str, str],
    *options: str,
    user: User | None = None,
    groups: tuple[int, ...] = (),
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run the folder's build.sh to its end."""
    return launching.run(
        [folder / "build.sh", *options], env, user=user, groups=groups, timeout=timeout
    )
