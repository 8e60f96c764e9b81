"""README's commands on a bare Debian: what README asks for is installed, and nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from tests import pages
from tests.e2e import building, host

# What README names as needed, in Debian's names.
PACKAGES = ("git", "make", "python3-venv")
# How this machine reaches its package archives, and whom it trusts there.
_REACHING = (
    "/etc/resolv.conf",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d",
    "/etc/apt/apt.conf.d",
    "/etc/pip.conf",
    "/etc/ssl/certs/ca-certificates.crt",
    str(Path.home() / ".config" / "pip"),
)
_NOT_OURS = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
_ENTER = """\
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" bash -euxc "$2"
"""


def _bare_debian(root: Path) -> None:
    """A root of Debian 12, minimal, that reaches the same archives as this machine."""
    root.mkdir()
    subprocess.run(["tar", "-C", root, "-x"], input=building.base_archive(), check=True)
    for place in _REACHING:
        inside = root / place.lstrip("/")
        if os.path.isdir(place):
            shutil.copytree(place, inside, dirs_exist_ok=True)
        elif os.path.exists(place):
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place, inside)


def test_the_first_command_of_readme(tmp_path: Path) -> None:
    """From a bare Debian to a launcher: three packages, a clone, one command."""
    host.require_root("a root of its own")
    root = tmp_path / "root"
    _bare_debian(root)
    clone = root / "root" / "coder-gen"
    shutil.copytree(pages.ROOT, clone, ignore=_NOT_OURS)
    (block,) = [b for b in pages.blocks(pages.ROOT / "README.md") if b.rest == "fresh"]
    commands = [
        "apt-get -qq update",
        f"apt-get -qq install --no-install-recommends --yes {shlex.join(PACKAGES)}",
        "cd ~/coder-gen",
        *(command.text for command in pages.commands(block)),
        "./run.sh --help",
    ]
    keep = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    env = host.plain_environment(HOME="/root", DEBIAN_FRONTEND="noninteractive", **keep)
    enter = [host.require("unshare", "util-linux"), "--mount", "--propagation", "private", "--"]
    done = host.capture(
        [*enter, "bash", "-euc", _ENTER, "bash", str(root), "\n".join(commands)], env, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Usage: ./run.sh" in done.stdout
