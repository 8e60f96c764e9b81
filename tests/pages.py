"""The pages of the documentation, as tests read them: their blocks, and the commands in these.

The convention for authors stands at the top of ``test_docs.py``.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
# What a page may call besides coder-gen is what any Debian has: an engine is no part of that.
ENGINES = frozenset(
    """
    apptainer containerd docker docker-compose nerdctl podman podman-compose sbatch singularity
    srun
    """.split()  # noqa: SIM905 - a list to read
)

_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>.*)$")
_STATUS = re.compile(r"  # exit status (\d+)$")
# Stands before each command's exit status in the output of a session.
_MARK = "\x1e"


class Block(NamedTuple):
    """A fenced block; ``line`` is that of its opening fence, from 1."""

    page: Path
    line: int
    info: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def language(self) -> str:
        """The first word of the fence, which decides how the page is coloured."""
        return self.info[0] if self.info else ""

    @property
    def rest(self) -> str:
        """What follows it: ``engine``, ``spec``, or the name of the file that the block is."""
        return " ".join(self.info[1:])

    @property
    def is_file(self) -> bool:
        """Whether the block is a file of the page's folder."""
        return "." in self.rest and self.language not in ("console", "text")

    @property
    def text(self) -> str:
        """The lines as a file holds them."""
        return "".join(line + "\n" for line in self.lines)

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


class Command(NamedTuple):
    """A command of a console block, with what a reader is told that it prints and returns."""

    block: Block
    text: str
    output: tuple[str, ...]
    status: int


class Ran(NamedTuple):
    """What a command printed, on both streams, and its exit status."""

    output: tuple[str, ...]
    status: int


def pages() -> list[Path]:
    """README and every page under ``docs/``."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    fence, info, start, lines = "", (), 0, []  # type: str, tuple[str, ...], int, list[str]
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        match = _FENCE.match(line)
        if not fence and match:
            fence, info, start, lines = match["fence"], tuple(match["info"].split()), number, []
        elif fence and line == fence:
            found.append(Block(page, start, info, tuple(lines)))
            fence = ""
        elif fence:
            lines.append(line)
    assert not fence, f"{page}:{start}: this block is not closed"
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a console block: `$ ` begins one, `> ` goes on with it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and not found[-1][1] and (line.startswith("> ") or line == ">"):
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        else:
            assert found, f"{block}: a console block begins with `$ `"
            found[-1][1].append(line.rstrip())
    return [_command(block, text, output) for text, output in found]


def _command(block: Block, text: str, output: list[str]) -> Command:
    status = _STATUS.search(text)
    return Command(block, text, tuple(output), int(status[1]) if status else 0)


def matches(shown: Iterable[str], printed: Iterable[str]) -> bool:
    """Whether a command printed what the page shows; `…` stands for what is left out."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in shown
    )
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def programs(folder: Path, without: frozenset[str] = frozenset()) -> None:
    """Fill a folder for PATH: what this machine has but for some, and coder-gen as it is here."""
    folder.mkdir()
    for place in ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"):
        if not os.path.isdir(place):
            continue
        for entry in os.scandir(place):
            link = folder / entry.name
            if entry.name not in without and not os.path.lexists(link):
                link.symlink_to(entry.path)
    tool = folder / "coder-gen"
    tool.unlink(missing_ok=True)
    tool.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m coder_gen "$@"\n')
    tool.chmod(0o755)


def run(session: list[Block], folder: Path, env: Mapping[str, str], timeout: float) -> list[Ran]:
    """Run the commands of a page's blocks, in one shell; the blocks that are files are written.

    Returns what each command did. ``cd`` and variables carry over, as they do for a reader.
    """
    lines = ["exec 2>&1 </dev/null"]
    for number, block in enumerate(session):
        if block.is_file:
            kept = folder.parent / f"block-{number}"
            kept.write_text(block.text, "utf-8")
            name = shlex.quote(block.rest)
            lines.append(f'mkdir -p "$(dirname {name})"; cp {shlex.quote(str(kept))} {name}')
        elif block.language == "console":
            lines += [f"{c.text}\nprintf '{_MARK}%d{_MARK}' \"$?\"" for c in commands(block)]
    script = folder.parent / "session"
    script.write_text("\n".join(lines) + "\n", "utf-8")
    done = subprocess.run(
        ["bash", str(script)],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=timeout,
        check=False,
    )
    pieces = done.stdout.decode("utf-8", "replace").split(_MARK)
    return [
        Ran(tuple(line.rstrip() for line in text.splitlines()), int(status))
        for text, status in zip(pieces[::2], pieces[1::2])
    ]


def disagreements(session: list[Block], ran: list[Ran]) -> list[str]:
    """Where a page and what its commands did differ, as a reader of the test needs it."""
    wanted = [c for b in session if b.language == "console" for c in commands(b)]
    found = []
    for command, did in zip(wanted, ran):
        if command.status != did.status or not matches(command.output, did.output):
            shown = "\n    ".join(command.output)
            printed = "\n    ".join(did.output)
            found.append(
                f"{command.block}: $ {command.text}\n"
                f"  shown, with exit status {command.status}:\n    {shown}\n"
                f"  printed, with exit status {did.status}:\n    {printed}"
            )
    if len(ran) < len(wanted):
        found.append(f"{wanted[len(ran)].block}: the shell ended at `{wanted[len(ran)].text}`")
    return found
