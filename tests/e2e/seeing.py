"""What the process in a container sees: asked by a program that is the image's own.

The same questions on every engine, so that the answers can be compared word by word.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.e2e import images

IMAGE = "coder-eyes:latest"
WITNESS = "/usr/bin/witness"
Seen = dict[str, str]

# Each answer on a line of its own: @@, the question, the answer in base64. Files to be read are
# named in a file that comes with the image, by the pattern that every spec of these tests keeps to.
_PROGRAM = r"""#!/bin/bash
answer() {
	printf '@@ %s %s\n' "$1" "$(printf '%s' "$2" | busybox base64 -w0)"
}
status() {
	busybox sed -n "s/^$1:[[:space:]]*//p" /proc/self/status
}
answer environment "$(busybox tr '\0' '\001' </proc/$$/environ)"
answer uid "$(id -u)"
answer gid "$(id -g)"
answer groups "$(id -G)"
answer folder "${PWD}"
answer home "${HOME}"
arguments=''
for word in "$@"; do arguments+="<${word}>"; done
answer arguments "${arguments}"
answer input "$(busybox readlink /proc/self/fd/0 | busybox sed 's/:.*//')"
answer umask "$(umask)"
answer hostname "$(busybox hostname)"
answer process "$$"
answer limits "$(busybox cat /proc/self/limits)"
answer mounts "$(busybox cat /proc/self/mountinfo)"
answer capabilities "$(status CapEff)"
answer no_new_privs "$(status NoNewPrivs)"
answer seccomp "$(status Seccomp)"
for name in ipc net pid user uts; do
	answer "namespace_${name}" "$(busybox readlink "/proc/self/ns/${name}")"
done
if (: >/written) 2>/dev/null; then answer root_writable yes; else answer root_writable no; fi
for file in /run/secrets/* /etc/team/*; do
	[[ ! -f ${file} ]] || answer "file_${file//\//_}" "$(<"${file}")"
done
for file in /data /odd* /keep; do
	[[ ! -d ${file} ]] || answer "names_${file//[^a-z]/_}" "$(busybox ls "${file}")"
done
if [[ -c /dev/fuse ]] && : <>/dev/fuse; then answer fuse yes; else answer fuse no; fi 2>/dev/null
if [[ ${WAIT-} == yes ]]; then exec busybox sleep 60; fi
"""


def image() -> images.Root:
    """The test image with the witness, which is its program."""
    root = images.base_root()
    root.file(WITNESS, _PROGRAM.encode(), 0o755)
    root.folder("/data")
    root.folder("/keep")
    return root


def configuration() -> tuple[str, ...]:
    """The image's configuration: that of the test image, with the witness as its program."""
    own = f'ENTRYPOINT ["{WITNESS}"]'
    return (own, *(each for each in images.CONFIGURATION if not each.startswith("ENTRYPOINT")))


def answers(output: str) -> Seen:
    """The witness's answers, from everything that a launcher printed."""
    found = {}
    for line in output.splitlines():
        if line.startswith("@@ "):
            _, question, *answer = line.split(" ")
            found[question] = base64.b64decode(answer[0] if answer else "").decode()
    return found


class Mount(NamedTuple):
    """A mount as the process sees it."""

    kind: str
    options: frozenset[str]


_LIMITS = re.compile(r"^(Max [a-z ]+?)  +(\S+) +(\S+)", re.MULTILINE)
# What engines or shells set for their own purposes.
_ENGINES_OWN = re.compile(
    r"APPTAINER_|SINGULARITY_|(HOSTNAME|HOME|PATH|PWD|OLDPWD|SHLVL|TERM|_|container|LANG|"
    r"LD_LIBRARY_PATH|PROMPT_COMMAND|PS1)$"
)


def facts(
    seen: Seen, targets: list[str], stated_limits: Sequence[str], host_namespaces: dict[str, str]
) -> dict[str, object]:
    """The answers, digested: named like the rows of the documents' table.

    ``targets`` are the mounts to look at, ``stated_limits`` the limits that the spec sets.
    """
    pairs = (word.partition("=") for word in seen["environment"].split("\1") if word)
    environment = {name: value for name, _, value in pairs}
    found: dict[str, object] = {
        "user and group": (seen["uid"], seen["gid"]),
        "supplementary groups": sorted(set(seen["groups"].split()) - {seen["gid"]}),
        "environment": {k: v for k, v in environment.items() if not _ENGINES_OWN.match(k)},
        "variables of the engine's own": sorted(k for k in environment if _ENGINES_OWN.match(k)),
        "HOME": seen["home"],
        "working directory": seen["folder"],
        "arguments": seen["arguments"],
        "standard input": seen["input"],
        "umask": seen["umask"],
        "host name": seen["hostname"],
        "process id": seen["process"],
        "effective capabilities": seen["capabilities"],
        "no new privileges": seen["no_new_privs"],
        "seccomp filter": seen["seccomp"] != "0",
        "root file system writable": seen["root_writable"],
        "/dev/fuse": seen["fuse"],
        "files": {k: v for k, v in seen.items() if k.startswith(("file_", "names_"))},
    }
    if re.fullmatch("[0-9a-f]{12}", seen["hostname"]):
        found["host name"] = "the container's id"
    limits = {name.removeprefix("Max "): pair for name, *pair in _LIMITS.findall(seen["limits"])}
    found["limits"] = {name: limits.pop(name) for name in stated_limits}
    found["limits that the spec does not set"] = limits
    for name in ("ipc", "net", "pid"):
        shared = seen[f"namespace_{name}"] == host_namespaces[name]
        found[f"{name} namespace"] = "the host's" if shared else "its own"
    if found["pid namespace"] == "the host's":
        found["process id"] = "any"
    mounts = _mounts(seen["mounts"])
    found["mounts"] = {
        target: (mounts[target].kind, "ro" in mounts[target].options)
        for target in targets
        if target in mounts
    }
    for option in ("noexec", "nosuid", "nodev"):
        found[f"mounts with {option}"] = sorted(
            target for target in targets if target in mounts and option in mounts[target].options
        )
    return found


def _mounts(mountinfo: str) -> dict[str, Mount]:
    found = {}
    for line in mountinfo.splitlines():
        words = line.split()
        target = re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), words[4])
        kind = words[words.index("-") + 1]
        found[target] = Mount(
            "tmpfs" if kind == "tmpfs" else "bind", frozenset(words[5].split(","))
        )
    return found


def namespaces_of_this_host() -> dict[str, str]:
    """The host's namespaces, by name."""
    return {path.name: str(path.readlink()) for path in Path("/proc/self/ns").iterdir()}
