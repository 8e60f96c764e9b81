"""What coder-gen knows of an engine. Each has a module here with an ``ENGINE``, and a template.

The template is ``templates/engines/NAME.sh.j2``: the functions of bash that only this engine needs.
Those that every engine of the Docker family has are ``NAME_ready`` (it is there and answers; else a
problem is reported) and ``NAME_store`` (sets ``answer`` to the folder that it keeps images in).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from coder_gen.languages.bash import Bash
from coder_gen.options.reader import CommandLine
from coder_gen.plan import Plan
from coder_gen.support import Rules

# Engines of a family have the same command line but for some options: a launcher for several of
# them has one list of arguments, and `build.sh` and `convert.sh` call any of the Docker family.
DOCKER, APPTAINER = "docker", "apptainer"


class Alias(NamedTuple):
    """Another engine that may answer to an engine's name, and by which text it is known."""

    engine: str
    title: str
    pattern: Bash


class Newer(NamedTuple):
    """What a plan asks for, the first version that has it, and its key."""

    what: str
    since: str
    key: str


def _nothing_newer(plan: Plan) -> tuple[Newer, ...]:
    return ()


class Engine(NamedTuple):
    """One engine."""

    # Its word for ``--engine``, and the name of its program.
    name: str
    # Its name in messages.
    title: str
    family: str
    # The oldest version that the launchers are made for.
    oldest: str
    # How each key of a plan is expressed.
    rules: Rules
    # The options of its command line, and how they are read. A function: who writes a launcher
    # reads none.
    load_options: Callable[[], CommandLine]
    # Its subcommands that start a container.
    verbs: tuple[str, ...] = ("run", "create")
    # What else its program may be called.
    other_programs: tuple[str, ...] = ()
    # The variable that sends its client to another host; empty where there is none.
    host_variable: str = ""
    # Arguments of a call that succeeds where its daemon answers, and changes nothing on the host.
    harmless_question: tuple[str, ...] = ()
    # What the plan asks for that older versions of the engine lack.
    newer: Callable[[Plan], Iterable[Newer]] = _nothing_newer
    # Its containers have the rights of whoever starts them, and no daemon's.
    own_rights: bool = True
    # Options that every launcher says, since the engine's default is another than Docker's.
    always: tuple[str, ...] = ()

    # Words of bash, for its launchers.
    # The arguments of a call that succeeds where this user can start containers.
    question: Bash = Bash("version")
    # Within double quotes: what to do where it does not answer in time.
    silent_advice: Bash = Bash("")
    # The command that sets `daemon` to where the client looks for its daemon.
    daemon: Bash = Bash("")
    # Who else may go by its name on a host.
    alias: Alias | None = None
    # What `build` and `save` need besides, and what is set in the environment of a build.
    build_options: Bash = Bash("")
    save_options: Bash = Bash("")
    build_setting: Bash = Bash("")
    # Its template has NAME_builds: whether it can build what needs BuildKit.
    asks_builder: bool = False

    @property
    def programs(self) -> tuple[str, ...]:
        """What its program may be called, the usual name first."""
        return (self.name, *self.other_programs)

    @property
    def options(self) -> CommandLine:
        """The options of its command line, and how they are read."""
        return self.load_options()
