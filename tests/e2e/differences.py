"""Where the process in the container sees something else than on Docker, and why.

The table in docs/engines.md is made of this (``python -m tests.e2e.differences``), and
test_engines.py finds each of these differences, and no other.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

PODMAN = ("podman", "rootless podman")
PAGE = Path(__file__).parents[2] / "docs" / "engines.md"
BEGIN, END = "<!-- differences -->\n", "<!-- end of differences -->\n"


class Difference(NamedTuple):
    """A field of what the process sees, the engines that show it otherwise, and the reason."""

    field: str
    engines: tuple[str, ...]
    reason: str


_STRICTER = (
    "set by Podman for volumes and the host's /dev/shm, by Apptainer for every mount: a file of the"
    " host gives no rights"
)
DECLARED: tuple[Difference, ...] = (
    Difference(
        "variables of the engine's own",
        (*PODMAN, "apptainer"),
        "Podman adds `container` and `TERM`; Apptainer its own, `LANG`, `TERM`, `LD_LIBRARY_PATH`"
        " and no `HOSTNAME`",
    ),
    Difference(
        "limits that the spec does not set",
        PODMAN,
        "each engine has defaults of its own: set `ulimits`",
    ),
    Difference("mounts with nodev", (*PODMAN, "apptainer"), _STRICTER),
    Difference("mounts with nosuid", (*PODMAN, "apptainer"), _STRICTER),
    Difference("mounts with noexec", PODMAN, "set by Podman for the host's /dev/shm"),
    Difference(
        "mounts with noexec", ("apptainer",), "programs may run from Apptainer's folders in memory"
    ),
    Difference(
        "user and group",
        ("apptainer",),
        "the process runs as the user; without `user: host` Docker uses the image's user",
    ),
    Difference(
        "HOME",
        ("apptainer",),
        "the path of the host user's home; it is the folder of `apptainer: home` or of the command"
        " line, or one in memory; the image's HOME is ignored, the spec's is used",
    ),
    Difference("working directory", ("apptainer",), "the home if the spec has no `working_dir`"),
    Difference("host name", ("apptainer",), "the host's if the spec has no `hostname`"),
    Difference(
        "net namespace",
        ("apptainer",),
        "the host's: a network of its own needs root; `network_mode: none` gives an isolated one",
    ),
    Difference(
        "seccomp filter",
        ("apptainer",),
        "none: the process has only the user's rights, and `no new privileges` is always set",
    ),
    Difference("no new privileges", ("apptainer",), "always set"),
    Difference(
        "root file system writable",
        ("apptainer",),
        "files of the image belong to the user; changes are in memory, and lost at the end",
    ),
    Difference(
        "effective capabilities",
        ("rootless podman", "apptainer"),
        "capabilities of `cap_add` apply in the user's own namespace, never on the host; on Docker a"
        " process that is not root has none",
    ),
)


def table() -> str:
    """The differences as Markdown."""
    rows = [
        f"| {each.field} | {', '.join(each.engines)} | {each.reason} |"
        for each in sorted(DECLARED, key=lambda each: each.field)
    ]
    return "\n".join(["| what the process sees | on | why |", "| --- | --- | --- |", *rows]) + "\n"


def page(text: str) -> str:
    """The page with the table of now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
