"""``coder-gen write`` and ``coder-gen check``: the files under a spec's ``outputs``."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import click

from coder_gen.commands.options import spec_options
from coder_gen.commands.settings import Settings, named, settings
from coder_gen.commands.talk import use_color, write_stderr, write_stdout
from coder_gen.diagnostics import ERROR, FOUND, Diagnostic, Problems, problem

# Below this many specs, starting processes costs more than it saves.
_ALONE = 32
_BATCH = 50

# The path of an output, its text, and whether it is a program.
_Made = tuple[str, str, bool]


class Outcome(NamedTuple):
    """What became of one spec: an exit status, text for both streams, and how many files changed."""

    status: int
    stdout: str = ""
    stderr: str = ""
    changed: int = 0
    files: int = 0


@click.command()
@spec_options
@click.argument("specs", nargs=-1, type=click.Path(), metavar="[SPEC]...")
def write(specs: tuple[str, ...]) -> None:
    """Write the files under each spec's `outputs`.

    Paths are relative to the spec, and missing folders are made. A spec's files are written when
    all of them compile and can be written; a file that would not change is left alone.

    \b
    coder-gen write
    coder-gen write hosts/*.yaml
    """
    chosen = settings()
    total = _over_all(_write_one, named(specs, chosen, "a spec"), chosen)
    if total.files and not chosen.quiet:
        _say(f"{total.changed} of {total.files} files written")
    raise click.exceptions.Exit(total.status)


@click.command()
@spec_options
@click.argument("specs", nargs=-1, type=click.Path(), metavar="[SPEC]...")
def check(specs: tuple[str, ...]) -> None:
    """Compare the files under each spec's `outputs` with what the spec says now.

    Exit status 1 where a file differs, is missing, or is a program that cannot be started; the
    difference is printed.

    \b
    coder-gen check
    coder-gen check hosts/*.yaml
    """
    chosen = settings()
    total = _over_all(_check_one, named(specs, chosen, "a spec"), chosen)
    if total.files and not chosen.quiet:
        _say(f"{total.changed} of {total.files} files differ")
    raise click.exceptions.Exit(total.status)


def _over_all(
    work: Callable[[str | None, Settings], Outcome], specs: tuple[str, ...], chosen: Settings
) -> Outcome:
    """Work on every spec, on all processors where there are many; prints as it goes."""
    gc.freeze()
    gc.enable()  # see __main__: this may go on for a while
    names: list[str | None] = list(specs) or [chosen.file]
    status = changed = files = 0
    with _progress(len(names)) as step:
        for outcome in _outcomes(work, names, chosen):
            step()
            # In UTF-8 whatever the locale says, and in order where both go to one log.
            if outcome.stdout:
                write_stdout(outcome.stdout)
            if outcome.stderr:
                write_stderr(outcome.stderr)
            status = max(status, outcome.status)
            changed += outcome.changed
            files += outcome.files
    return Outcome(status, changed=changed, files=files)


def _outcomes(
    work: Callable[[str | None, Settings], Outcome], names: list[str | None], chosen: Settings
) -> Iterator[Outcome]:
    if len(names) < _ALONE:
        for name in names:
            yield work(name, chosen)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(work, names, [chosen] * len(names), chunksize=_BATCH)


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error where it is a terminal and there is something to wait for."""
    if count < _ALONE or not sys.stderr.isatty():
        yield lambda: None
        return
    with click.progressbar(length=count, file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def _write_one(name: str | None, chosen: Settings) -> Outcome:
    from coder_gen.host import writing

    return _one(name, chosen, lambda made: (writing.write_files(made), ""), 0)


def _check_one(name: str | None, chosen: Settings) -> Outcome:
    def compare_all(made: list[_Made]) -> tuple[int, str]:
        found = [_compare(*each) for each in made]
        # Lines of files that are there, whatever is in them: cleaned when they are written out.
        return sum(differs for differs, _ in found), "".join(said for _, said in found)

    return _one(name, chosen, compare_all, FOUND)


def _compare(path: str, text: str, executable: bool) -> tuple[bool, str]:
    """Whether a file differs, and the difference."""
    from coder_gen.host import files
    from coder_gen.printing import line, lines

    try:
        found = files.read_file(path)
    except FileNotFoundError:
        return True, lines([f"{path} is missing"])
    except OSError as error:
        return True, lines([f"{path} cannot be read: {error.strerror or error}"])
    if found == text.encode():
        lost = executable and not os.access(path, os.X_OK)
        return lost, lines([f"{path} is not executable"] if lost else [])
    from difflib import unified_diff

    before = found.decode("utf-8", "replace").splitlines(keepends=True)
    after = text.splitlines(keepends=True)
    name = line(path)
    return True, "".join(unified_diff(before, after, name, f"{name} (what the spec says)"))


def _one(
    name: str | None,
    chosen: Settings,
    work: Callable[[list[_Made]], tuple[int, str]],
    status_if_changed: int,
) -> Outcome:
    """Compile a spec's outputs, all of them, and then do something with them."""
    from coder_gen.printing import printed

    color = use_color(chosen)
    try:
        made, warnings = _compiled(name, chosen)
        changed, said = work(made)
    except Problems as problems:
        shown = [d for d in problems.diagnostics if d.severity == ERROR or not chosen.quiet]
        return Outcome(problems.status, "", printed(shown, color))
    # What a target cannot say is news when it is written, not at every check.
    talk = "" if chosen.quiet or status_if_changed else printed(warnings, color)
    return Outcome(status_if_changed if changed else 0, said, talk, changed, len(made))


def _compiled(name: str | None, chosen: Settings) -> tuple[list[_Made], list[Diagnostic]]:
    """The path, text and executability of each output. Raises Problems."""
    from coder_gen.commands.compiling import compile_output, options
    from coder_gen.host import files
    from coder_gen.spec.load import load

    file, data = files.read_spec(name)
    folder = os.path.dirname(file)
    project = load(file, data, options(chosen), files.read_file)
    if not project.outputs:
        raise problem(
            "E029",
            "the spec has no `outputs`, so there is nothing to write or check",
            project.span,
            "there is no coder.yaml here: `coder-gen init` writes a first one"
            if file.startswith("<built-in")
            else "add them, for example:  outputs: {run.sh: script, docker-compose.yml: compose}",
        )
    made: list[_Made] = []
    warnings: list[Diagnostic] = list(project.warnings)
    projects = {project.options: project}
    for output in project.outputs:
        wanted = project.options._replace(
            profiles=(*output.profiles, *project.options.profiles),
            mode=project.options.mode or output.mode,
        )
        if wanted not in projects:
            projects[wanted] = load(file, data, wanted, files.read_file)
        path = os.path.join(folder, output.file)
        if os.path.realpath(path) == os.path.realpath(file):
            raise problem(
                "E014", f"`{output.file}` is the spec itself", output.span, "name another file"
            )
        artifact, found = compile_output(projects[wanted], output, file, chosen.strict)
        warnings += [d for d in found if d not in warnings]
        made.append((path, artifact.text, artifact.executable))
    return made, warnings


def _say(what: str) -> None:
    write_stderr(f"coder-gen: {what}\n")
