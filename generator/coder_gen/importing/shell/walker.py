"""Follows a script's paths, without running anything, to the commands that start containers."""

from __future__ import annotations

from coder_gen.importing.shell.assignments import Assignments
from coder_gen.importing.shell.branches import Branches
from coder_gen.importing.shell.commands import Commands
from coder_gen.importing.shell.loops import Loops


class Walker(Commands, Loops, Branches, Assignments):
    """Follows one script: ``block`` gives the states at its end, which hold what was found."""
