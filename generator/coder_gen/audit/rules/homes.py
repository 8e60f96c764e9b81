"""Home folders that the container reads and writes."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.audit import path_kinds
from coder_gen.audit.levels import HIGH, MEDIUM
from coder_gen.audit.remedies import change_mount
from coder_gen.audit.rule import Hit, Rule
from coder_gen.language.values import Mount
from coder_gen.plan import Plan, host_paths
from coder_gen.plan.host_paths import holds, sources

# The subfolder of a home that replaces the whole home.
_OWN = "/coder"


def writable_homes(plan: Plan) -> Iterator[tuple[Mount, str]]:
    """Writable mounts that hold a whole home folder."""
    return (found for found in _homes(plan) if not found[0].read_only)


def _homes(plan: Plan) -> Iterator[tuple[Mount, str]]:
    """Mounts that hold a whole home folder; the mount of / has a rule of its own."""
    homes = path_kinds.homes(plan)
    for mount, path in sources(plan):
        if path != "/" and any(holds(path, home) for home in homes):
            yield mount, path


def _login(plan: Plan) -> Iterator[Hit]:
    for mount, path in sources(plan):
        if path_kinds.is_login(path) and not mount.read_only:
            yield Hit(f"{path} is writable", mount.span, mount)


def _writable_home(plan: Plan) -> Iterator[Hit]:
    for mount, path in writable_homes(plan):
        whose = (
            "a home folder" if path_kinds.is_home(path) else "a folder that contains home folders"
        )
        yield Hit(f"{path}, {whose}, is writable", mount.span, mount)


def _own_subfolder(plan: Plan, hit: Hit) -> Plan:
    """Mount only a subfolder of the home; a folder with several homes becomes read-only."""
    if not path_kinds.is_home(host_paths.source(hit.item, plan)):
        return change_mount(read_only=True)(plan, hit)
    source, target = hit.item.source, hit.item.target
    return change_mount(source=source + _OWN, target=target + _OWN)(plan, hit)


def _readable_home(plan: Plan) -> Iterator[Hit]:
    for mount, path in _homes(plan):
        if mount.read_only:
            yield Hit(f"{path} contains a whole home folder", mount.span, mount)


def _network_home(plan: Plan) -> Iterator[Hit]:
    if not plan.runs_as_host_user:
        return
    for mount, path in writable_homes(plan):
        if path_kinds.is_network(path):
            yield Hit(f"{path} is on the network, and the user is the host's", mount.span, mount)


RULES = (
    Rule(
        id="login-files",
        title="Files that the next login runs",
        level=HIGH,
        gains="Writes a command that runs outside of the container, as the user, at the next login.",
        advice="Mount it read-only, or give the container a copy of its own.",
        standards=("NIST 4.5.5",),
        check=_login,
        remedy=change_mount(read_only=True),
        costs="Settings there can no longer be changed from inside.",
    ),
    Rule(
        id="writable-home",
        title="A whole home folder, writable",
        level=HIGH,
        gains="Takes the keys in ~/.ssh, and writes ~/.bashrc, which runs outside of the "
        "container at the next login.",
        advice="Mount a folder for the container only, and the projects that are in use.",
        standards=("NIST 4.5.5",),
        check=_writable_home,
        remedy=_own_subfolder,
        costs="Other files of the home are not available inside.",
        automatic=False,
    ),
    Rule(
        id="readable-home",
        title="A whole home folder, readable",
        level=MEDIUM,
        gains="Reads the keys and tokens in it.",
        advice="Mount only the folders that are needed.",
        standards=("NIST 4.5.5",),
        check=_readable_home,
        example="volumes: !override\n  - type: bind\n    source: ${HOME}/coder\n    target: ${HOME}/coder",
    ),
    Rule(
        id="network-home",
        title="Network home with the user's own id",
        level=MEDIUM,
        gains="Acts as the user on the file server, and so on every other host that mounts it.",
        advice="Mount a folder for the container only.",
        standards=("NIST 4.5.5",),
        check=_network_home,
        remedy=_own_subfolder,
        costs="Other files of the home are not available inside.",
        automatic=False,
    ),
)  # fmt: skip
