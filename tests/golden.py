"""The cases in ``golden/``: a spec each, with everything that comes out of it beside it.

A case is a folder. It holds ``coder.yaml`` (a case of the built-in spec has none) and, unless it
makes just ``run.sh`` and ``docker-compose.yml``, a ``case.yaml`` that names each output and the
command line that makes it. Warnings stand in ``warnings.txt``, under the command that printed them.

``python -m tests.golden`` rewrites every output; read the diff like code.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from coder_gen import cli

GOLDEN = Path(__file__).parent.parent / "golden"
OPTIONS = "case.yaml"
WARNINGS = "warnings.txt"
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
        """The files of this case whose names end so."""
        return [self.folder / name for name in self.commands if name.endswith(ending)]


def cases() -> list[Case]:
    """Every case, by name."""
    return [_case(folder) for folder in sorted(GOLDEN.iterdir()) if folder.is_dir()]


def files(ending: str) -> list[Path]:
    """Every output of every case whose name ends so."""
    return [path for case in cases() for path in case.outputs(ending)]


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
        expected, there = made(case), present(case)
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
