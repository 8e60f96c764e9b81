"""The cases in ``golden/``: a spec each, with everything that comes out of it beside it.

A case is a folder. It holds ``coder.yaml`` (a case of the built-in spec has none) and, unless it
makes just ``run.sh`` and ``docker-compose.yml``, a ``case.yaml`` that names each output and the
command line that makes it. Warnings stand in ``warnings.txt``, under the command that printed them.

A script ends with modules that are the same in every script, so most cases hold only what stands above
them; ``golden/machinery`` holds each module once. A few cases hold whole scripts, to be run.
``files`` and ``folder`` have every script whole.

``python -m tests.golden`` rewrites every output; read the diff like code.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import re
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from coder_gen import cli

GOLDEN = Path(__file__).parent.parent / "golden"
OPTIONS = "case.yaml"
WARNINGS = "warnings.txt"
MACHINERY = GOLDEN / "machinery"
# Cases that hold their scripts whole.
WHOLE = frozenset({"apptainer", "coder", "coder-image", "engines", "image", "minimal"})
# The line that ends a script's own part, with the names of the modules that follow.
_MARK = re.compile(r"^# From here on the same in every script of coder-gen \S+ .*: (.+)\n", re.M)
_PLAIN = {"run.sh": "coder-gen script", "docker-compose.yml": "coder-gen compose"}


class Output(NamedTuple):
    """A file that a case expects: the bytes, and whether it is a program."""

    data: bytes
    executable: bool


class Case(NamedTuple):
    """A folder of ``golden/``; ``commands`` are the outputs' names and command lines."""

    folder: Path
    commands: dict[str, str]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def inputs(self) -> list[Path]:
        """What the case begins with: its spec and options, and the files that these name."""
        found = [path for path in self._files if path.name in ("coder.yaml", "coder.json", OPTIONS)]
        text = "".join(path.read_text("utf-8") for path in found)
        made = {*self.commands, WARNINGS}
        named = (p for p in self._files if p.name in text and p.name not in made and p not in found)
        return [*found, *named]

    @property
    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.is_file())

    @property
    def spec(self) -> Path | None:
        """The spec; None where it is the built-in one."""
        return next((p for p in self.inputs if p.stem == "coder"), None)

    def outputs(self, ending: str) -> list[Path]:
        """The files of this case whose names end so, with whole scripts."""
        return [folder(self.name) / name for name in self.commands if name.endswith(ending)]


def cases() -> list[Case]:
    """Every case, by name."""
    return [_case(each) for each in sorted(GOLDEN.iterdir()) if each.is_dir() and each != MACHINERY]


def files(ending: str) -> list[Path]:
    """Every output of every case whose name ends so, with whole scripts."""
    return [path for case in cases() for path in case.outputs(ending)]


def own_part(text: str) -> str:
    """What a script has for itself: all down to the line that names its modules."""
    mark = _MARK.search(text)
    assert mark is not None
    return text[: mark.end()]


def modules_of(text: str) -> list[str]:
    """The modules that a script names."""
    mark = _MARK.search(text)
    assert mark is not None
    return mark[1].split(" ")


def whole(text: str) -> str:
    """A script with its modules, whether they are there already or not."""
    own = own_part(text)
    parts = [(MACHINERY / f"{name}.sh").read_text("utf-8") for name in modules_of(own)]
    return "\n".join([own, *parts, 'main "$@"\n'])


@cache
def folder(name: str) -> Path:
    """A copy of a case's folder, in which every script is whole; gone at the end."""
    copy = _copies() / name
    shutil.copytree(GOLDEN / name, copy)
    for path in copy.rglob("*.sh"):
        path.write_text(whole(path.read_text("utf-8")), "utf-8")
    return copy


@cache
def _copies() -> Path:
    name = tempfile.mkdtemp(prefix="golden-")
    atexit.register(shutil.rmtree, name, ignore_errors=True)
    return Path(name)


def _case(folder: Path) -> Case:
    options = folder / OPTIONS
    return Case(folder, yaml.safe_load(options.read_bytes()) if options.exists() else dict(_PLAIN))


def made(case: Case) -> dict[str, Output]:
    """Everything that comes out of a case now."""
    found: dict[str, Output] = {}
    warnings: dict[str, bytes] = {}
    with _working_copy(case) as copy:
        for name, command in case.commands.items():
            data, warnings[command] = run(command)
            written = copy / name
            if written.exists():
                data = written.read_bytes()
            found[name] = Output(data, name.endswith(".sh"))
    said = [f"$ {command}\n".encode() + text for command, text in warnings.items() if text]
    if said:
        found[WARNINGS] = Output(b"\n".join(said), False)
    return found


@contextlib.contextmanager
def _working_copy(case: Case) -> Iterator[Path]:
    """The case's inputs in a folder of their own, which is the working directory meanwhile."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        for path in case.inputs:
            shutil.copy(path, name)
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def run(command: str) -> tuple[bytes, bytes]:
    """What coder-gen writes to both streams. Raises RuntimeError where it fails."""
    program, *arguments = shlex.split(command)
    if program != "coder-gen":
        raise RuntimeError(f"not a command line of coder-gen: {command}")
    out, err = io.BytesIO(), io.BytesIO()
    streams = io.TextIOWrapper(out, "utf-8"), io.TextIOWrapper(err, "utf-8")
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = streams
    try:
        cli.main(arguments)
    except SystemExit as end:
        status = end.code
    finally:
        sys.stdout, sys.stderr = before
        for stream in streams:
            stream.flush()
    if status:
        raise RuntimeError(f"{command}: exit status {status}\n{err.getvalue().decode()}")
    # `write` counts its files there; that is no warning.
    said = [line for line in err.getvalue().splitlines(True) if not line.startswith(b"coder-gen: ")]
    return out.getvalue(), b"".join(said)


def kept(case: Case) -> dict[str, Output]:
    """What the folder has to hold: of scripts, their own part, but for some cases."""
    found = made(case)
    for name, output in found.items() if case.name not in WHOLE else ():
        if output.executable:
            found[name] = output._replace(data=own_part(output.data.decode()).encode())
    return found


def present(case: Case) -> dict[str, Output]:
    """The outputs that the folder holds: every file that is no input."""
    inputs = set(case.inputs)
    return {
        path.relative_to(case.folder).as_posix(): Output(
            path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR)
        )
        for path in sorted(case.folder.rglob("*"))
        if path.is_file() and path not in inputs
    }


def rewrite() -> int:
    """Write what differs, remove what is stale; returns how many files changed."""
    changed = 0
    for case in cases():
        expected, there = kept(case), present(case)
        for name in there.keys() - expected.keys():
            (case.folder / name).unlink()
        for name, output in expected.items():
            if there.get(name) != output:
                path = case.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(output.data)
                path.chmod(0o755 if output.executable else 0o644)
        names = there.keys() | expected.keys()
        changed += sum(there.get(name) != expected.get(name) for name in names)
    return changed


if __name__ == "__main__":
    print(f"{rewrite()} files changed in {GOLDEN}")
