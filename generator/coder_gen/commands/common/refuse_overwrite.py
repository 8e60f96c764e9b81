"""Refuse to overwrite input files, files that the spec names, and files written by hand."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from coder_gen.host import environment, files
from coder_gen.host.writing import FileToWrite
from coder_gen.language.load import Project
from coder_gen.language.named_files import NamedFile, named_files
from coder_gen.targets.base import is_made, is_made_by_env
from coder_gen.text.diagnostics import BAD_INPUT, ERROR, HOST_FAILED, Diagnostic, Problems, problem
from coder_gen.text.positions import MAX_BYTES, Span, name_as_text

# A project, and the folder that its relative paths start from.
Loaded = tuple[Project, str]
# The folder whose files git runs or trusts, under each name on some file system.
_GIT = frozenset([".git", "git~1"])


class _Target(NamedTuple):
    """A file that would be written: its real path, and its present status and data."""

    path: str
    real: str
    status: os.stat_result | None
    data: bytes

    def is_(self, path: str) -> bool:
        """Whether a path leads to this file, also by a link or in another case."""
        try:
            if self.status is None:
                return os.path.realpath(path) == self.real
            return os.path.samestat(os.stat(path), self.status)
        except (OSError, ValueError):
            return False


def check_option(path: str, text: str, loaded: Iterable[Loaded]) -> None:
    """Refuse `-o` with an input file, or one that the spec reads. Raises Problems (E035)."""
    target = _target(path)
    if target is None or target.status is None:
        return
    name = files.read_as(target.status)
    if name:
        raise _would_replace(f"-o {_replaced(path, name)}")
    # An earlier run of the same command made it.
    again = is_made_by_env(target.data) and is_made_by_env(text.encode("utf-8", "replace"))
    named = None if again else _named(target, loaded)
    if named is not None:
        raise _would_replace(
            f"-o {name_as_text(path)} would replace a file that the spec reads: `{named.key}`, {named.text.span}"
        )


def _would_replace(message: str) -> Problems:
    return problem("E035", message, None, "name another file")


def _target(path: str) -> _Target | None:
    """The file at a path; None for a stream, which writing does not replace."""
    try:
        with files.answers(path):
            real = os.path.realpath(path)
            return _Target(path, real, *_there(real))
    except (OSError, ValueError):
        return None  # writing it fails too, and is reported then


def _there(real: str) -> tuple[os.stat_result | None, bytes]:
    """A file's status and first bytes. Raises OSError unless it is a regular file."""
    try:
        status = os.stat(real)
    except FileNotFoundError:
        return None, b""
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is no regular file")
    try:
        with open(real, "rb") as file:
            return status, file.read(MAX_BYTES)
    except PermissionError:
        return status, b"\0"  # neither empty nor made by coder-gen


def _named(target: _Target, loaded: Iterable[Loaded]) -> NamedFile | None:
    """The place in a spec that names this file, unless it is an output of coder-gen."""
    # A spec may mount, copy or call our outputs; files that are only read are never outputs.
    lenient = target.status is not None and not is_made(target.data)
    for project, folder in loaded:
        bases = tuple(dict.fromkeys([folder or ".", os.path.dirname(target.path) or ".", "."]))
        for named in named_files(project.layers, only_read=not lenient):
            if any(target.is_(path) for path in _paths(named, project, bases)):
                return named
    return None


def _paths(named: NamedFile, project: Project, bases: tuple[str, ...]) -> Iterator[str]:
    """The paths that a text can mean, with this host's variables and with the spec's defaults."""
    for variables in (os.environ, _NOTHING):
        try:
            value = environment.evaluate(named.text, project.variables, variables)
        except (Problems, OSError):
            continue
        # `seccomp=FILE`, `type=bind,src=FILE,dst=…`, `FILE:/target:ro`.
        for piece in dict.fromkeys([value, *re.split("[=:,]", value)]):
            if piece:
                yield from (os.path.join(base, os.path.expanduser(piece)) for base in bases)


_NOTHING: Mapping[str, str] = {}


def check_outputs(
    wanted: Iterable[FileToWrite], projects: Sequence[Project], folder: str, *, force: bool
) -> None:
    """Refuse outputs that would replace files of others. Raises Problems with each of them.

    E035: an input file, or one that the spec reads. E036: one that coder-gen did not make, unless
    ``force``. E037: one outside of the spec's folder, in git's folder, or not a regular file.
    """
    found: list[Diagnostic] = []
    failed = False
    loaded = [(project, folder) for project in projects]
    seen: dict[object, FileToWrite] = {}
    for file in wanted:
        try:
            with files.answers(file.path):
                judged = _judged(file, loaded, folder, force, seen)
        except (OSError, ValueError) as error:
            failed = True
            why = f"cannot write {name_as_text(file.path)}: {files.reason(error)}"
            judged = Diagnostic("E301", ERROR, why, file.span, "nothing was changed")
        if judged is not None:
            found.append(judged)
    if found:
        raise Problems(found, HOST_FAILED if failed else BAD_INPUT)


def _judged(
    file: FileToWrite,
    loaded: list[Loaded],
    folder: str,
    force: bool,
    seen: dict[object, FileToWrite],
) -> Diagnostic | None:
    """The problem with one output, if any. Raises OSError if the host refuses to check it."""
    span, path = file.span, name_as_text(file.path)

    def refused(code: str, message: str, fix: str) -> Diagnostic:
        return Diagnostic(code, ERROR, message, span, fix)

    root, real = os.path.realpath(folder or "."), os.path.realpath(file.path)
    if not real.startswith(root.rstrip("/") + "/"):
        return refused(
            "E037", f"{path} leads out of the spec's folder, to {name_as_text(real)}",
            "remove the link, or name a file below the folder",
        )  # fmt: skip
    if _GIT & set(real.lower().split("/")):
        return refused(
            "E037", f"{path} is in git's own folder, whose files git runs and trusts",
            "name another file",
        )  # fmt: skip
    if (why := _is_no_file(real)) is not None:
        return refused("E037", f"{path} {why}", "move that away, or name another file")
    target = _Target(file.path, real, *_there(real))
    status = target.status
    names = (real.lower(), None if status is None else (status.st_dev, status.st_ino))
    other = next((seen[name] for name in names if name in seen), None)
    seen.update((name, file) for name in names if name is not None)
    if other is not None:
        return refused(
            "E037", f"{path} and {name_as_text(other.path)} are one file, here or on a file system that ignores case",
            "name another file for one of them",
        )  # fmt: skip
    name = status and files.read_as(status)
    if name:
        return refused("E035", _replaced(file.path, name, span), "name another file")
    named = _named(target, loaded)
    if named is not None:
        return refused(
            "E035", f"{path} would replace a file that the spec reads: `{named.key}`, {named.text.span}",
            "name another file",
        )  # fmt: skip
    if force or status is None or is_made(target.data):
        return None
    if target.data == files.encoded(file.text):
        return None
    return refused(
        "E036", f"{path} exists, and coder-gen did not make it",
        "move it away, or name another file; `coder-gen write --force` replaces it",
    )  # fmt: skip


def _replaced(path: str, name: str, span: Span | None = None) -> str:
    """The message that an input file would be replaced."""
    if span is not None and span.source.name == name_as_text(name):
        return f"{name_as_text(path)} would replace the spec itself"
    if os.path.normpath(path) == os.path.normpath(name):
        return f"{name_as_text(path)} would replace what was read"
    return f"{name_as_text(path)} would replace {name_as_text(name)}, which was read"


def _is_no_file(real: str) -> str | None:
    """The reason why no regular file can be at this path, if there is one."""
    try:
        mode = os.stat(real).st_mode
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return "is below something that is no folder"
    if stat.S_ISREG(mode):
        return None
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    return f"is {next((kind for test, kind in kinds if test(mode)), 'a device')}"
