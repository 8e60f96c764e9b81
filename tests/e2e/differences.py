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
    "Podman mounts volumes and the host's /dev/shm so, Apptainer whatever it mounts: nobody gains"
    " rights by a file of the host's"
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
    Difference("mounts with noexec", PODMAN, "Podman mounts the host's /dev/shm so"),
    Difference(
        "mounts with noexec", ("apptainer",), "programs may run from Apptainer's folders in memory"
    ),
    Difference(
        "user and group",
        ("apptainer",),
        "the process is the user's own: without `user: host` Docker takes the image's user",
    ),
    Difference(
        "HOME",
        ("apptainer",),
        "the host user's path, of the folder under `apptainer: home`, of the one that the command"
        " line names, or of one in memory; the image's HOME is not taken, the spec's is",
    ),
    Difference("working directory", ("apptainer",), "the home where the spec has no `working_dir`"),
    Difference("host name", ("apptainer",), "the host's where the spec has no `hostname`"),
    Difference(
        "net namespace",
        ("apptainer",),
        "the host's: a network of its own needs root; `network_mode: none` has one without a way out",
    ),
    Difference(
        "seccomp filter",
        ("apptainer",),
        "none: who has no rights on the host has none to lose; `no new privileges` is always set",
    ),
    Difference("no new privileges", ("apptainer",), "always set"),
    Difference(
        "root file system writable",
        ("apptainer",),
        "what the image holds belongs to the user; what is written is in memory, and gone at the end",
    ),
    Difference(
        "effective capabilities",
        ("rootless podman", "apptainer"),
        "what `cap_add` names counts in the user's own namespace, never on the host; on Docker a"
        " process that is not root has none at all",
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
