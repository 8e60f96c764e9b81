"""A bad input, and what comes of it: run once in this process, however many tests look at it."""

from __future__ import annotations

import errno
import functools
import os
import shlex
import signal
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import yaml

from coder_gen.importing.pipeline import Imported
from coder_gen.targets import registry
from coder_gen.text.diagnostics import Diagnostic
from coder_gen.text.printing import printed
from coder_gen.yaml import reader
from tests import cli
from tests.robustness.report_sites import Reports, Site, recorded

SPEC = "coder.yaml"

# What is wrong with the host, where that is no file.
HOSTS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    "": nullcontext,
    "PyYAML without libyaml": lambda: mock.patch.object(reader, "_Loader", yaml.SafeLoader),
    # root may look everywhere
    "a closed folder": lambda: mock.patch.object(
        os, "lstat", side_effect=PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    ),
    "a removed folder": lambda: mock.patch.object(
        os, "getcwd", side_effect=FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    ),
    "no programs of its own": lambda: mock.patch.object(sysconfig, "get_path", return_value="none"),
    "an import that forgets": lambda: mock.patch.object(Imported, "spec_text", "image: other\n"),
    "another Python": lambda: mock.patch.object(sys, "executable", "./python"),
    **{
        f"a target that {what}": functools.partial(
            mock.patch.object,
            registry,
            "_others",
            lambda name=name: {
                "own": EntryPoint("own", f"tests.robustness.{name}", registry.GROUP)
            },
        )
        for what, name in (
            ("is not there", "no_such_target"),
            ("has nothing", "own_targets:NOTHING"),
            ("raises", "own_targets:RAISES"),
            ("makes nothing", "own_targets:MAKES_NOTHING"),
        )
    },
}
_HANDLED = (signal.SIGPIPE, signal.SIGXFSZ)


class Bad(NamedTuple):
    """One input: a command line in a folder with these files, and the message that has to come of it.

    ``place`` is where the message points: ``line:col`` of coder.yaml, ``file:line:col`` of something
    else, None where it has none. ``fix`` is a part of the way out that it shows; empty where it shows
    none. ``says`` is a part of the message, where two have one place. Files that begin with ``#!`` are
    executable. ``host`` is one of HOSTS, ``stdout`` a file that standard output is appended to.
    """

    name: str
    spec: bytes | None
    code: str
    place: str | None
    command: str = "script"
    status: int = 2
    files: tuple[tuple[str, bytes], ...] = ()
    fix: str = ""
    says: str = ""
    links: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    host: str = ""
    stdin: str = ""
    stdout: str = ""


class Message(NamedTuple):
    """A message as it was printed."""

    code: str
    place: str | None
    fix: str
    text: str


class Outcome(NamedTuple):
    """What a run printed, and left; ``reports`` are the diagnostics that it made."""

    ran: cli.Ran
    reports: Reports
    before: dict[str, bytes]
    after: dict[str, bytes]

    def messages(self) -> dict[Message, set[Site]]:
        """What was printed, in that order, and the sites that reported it."""
        lines = self.ran.stderr.splitlines()
        found = {_headline(each): each for each in self.reports}
        return {_message(found[line]): self.reports[found[line]] for line in lines if line in found}


def _headline(diagnostic: Diagnostic) -> str:
    return printed([diagnostic], False).splitlines()[0]


def _message(diagnostic: Diagnostic) -> Message:
    place = None if diagnostic.span is None else str(diagnostic.span).removeprefix(f"{SPEC}:")
    return Message(diagnostic.code, place, diagnostic.fix or "", diagnostic.message)


def _listing(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b""
        for p in sorted(folder.rglob("*"))
    }


@contextmanager
def _within(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    handlers = [signal.getsignal(number) for number in _HANDLED]
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        for number, handler in zip(_HANDLED, handlers):
            signal.signal(number, handler)


def _ran(bad: Bad) -> cli.Ran:
    words = shlex.split(bad.command)
    if not bad.stdout:
        return cli.run(*words, stdin=bad.stdin)
    with open(bad.stdout, "a", encoding="utf-8") as out:
        return cli.run_with_stdout(out, *words, stdin=bad.stdin)


@functools.cache
def outcome(bad: Bad) -> Outcome:
    """Run the input in a folder of its own."""
    with tempfile.TemporaryDirectory() as name, _within(folder := Path(name)):
        for file, data in (*(((SPEC, bad.spec),) if bad.spec is not None else ()), *bad.files):
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o755 if data.startswith(b"#!") else 0o644)
        for link, target in bad.links:
            os.symlink(target, link)
        os.mkfifo("pipe.fifo")
        os.symlink("circle.link", "circle.link")
        before = _listing(folder)
        with (
            mock.patch.dict(os.environ, dict(bad.environment)),
            HOSTS[bad.host](),
            recorded() as reports,
        ):
            ran = _ran(bad)
        return Outcome(ran, reports, before, _listing(folder))


def expected(bad: Bad) -> Iterator[tuple[Message, set[Site]]]:
    """The messages that are what a row says, and the sites that reported them."""
    for message, sites in outcome(bad).messages().items():
        as_said = (message.code, message.place) == (bad.code, bad.place)
        has_fix = bad.fix in message.fix and bool(bad.fix) == bool(message.fix)
        if as_said and has_fix and bad.says in message.text:
            yield message, sites
