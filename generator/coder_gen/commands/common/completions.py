"""Values that a shell completes after an option: names in the current spec."""

from __future__ import annotations

from collections.abc import Iterable

from coder_gen.commands.common.compiling import load_project
from coder_gen.commands.common.settings import Settings
from coder_gen.host import files
from coder_gen.language import builtin
from coder_gen.language.keys.document import KEYS
from coder_gen.language.load import Project
from coder_gen.text.characters import is_plain
from coder_gen.text.diagnostics import Problems

# How long users wait for names after the tab key.
SECONDS = 2.0


def candidates(option: str, chosen: Settings) -> Iterable[str]:
    """Values for an option of that name; none from a spec that does not load.

    Only names of printable ASCII: a shell shows them unchanged.
    """
    return (name for name in _known(option, chosen) if is_plain(name))


def _known(option: str, chosen: Settings) -> Iterable[str]:
    if option == "set":
        return (f"{key}=" for key in KEYS)
    project = _project(chosen)
    if option == "profile":
        return sorted({*builtin.PROFILES, *(project.profiles if project else ())})
    if project is None:
        return ()
    return project.modes if option == "mode" else (f"{name}=" for name in project.variables)


def _project(chosen: Settings) -> Project | None:
    files.hurry(SECONDS)
    name = files.DEFAULT_SPEC if chosen.file is None else chosen.file
    try:
        # Only a file: a pipe could block or be used up, and `-` is the shell's own input.
        chosen.taken = name, files.read_file(name)
    except (OSError, ValueError):
        if chosen.file is not None:
            return None
    # Options already on the line may be the ones that the user is changing.
    chosen.quiet = True
    chosen.mode, chosen.shell, chosen.set, chosen.var = None, False, [], []
    try:
        return load_project(chosen)
    except Problems:
        return None
