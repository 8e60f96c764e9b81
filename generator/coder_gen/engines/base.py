"""What coder-gen knows of an engine. Each has a module here with an ``ENGINE``, and one of bash.

That is ``templates/machinery/engines/NAME.sh``, whose functions are called by the engine's name:

- ``NAME_there``: its program is there; ``NAME_usable``: and answers this user;
- ``NAME_listens_as_root``: ports of its containers are opened by a daemon that may open any;
- ``NAME_title``: a variable with its name in messages.

An engine of the Docker family has besides:

- ``NAME_ready``: it is there and answers; else a problem is reported;
- ``NAME_remarks HOST_USER``: says what is good to know of this host's before a start, where the
  container runs as who starts it (yes) or may not (no);
- ``NAME_daemon``: sets ``daemon`` to where its client looks for its daemon;
- ``NAME_advice``: sets ``advice`` to what to do where it does not answer in time;
- ``NAME_store``: sets ``answer`` to the folder that it keeps images in; fails where that is elsewhere;
- ``NAME_builds``: whether it builds what needs BuildKit; else a problem is reported;
- ``NAME_build NEEDS_BUILDKIT``: adds what a build needs besides to ``args``, and to ``setting`` for its environment;
- ``NAME_save FILE IMAGE``: sets ``command`` to what writes an image to an archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.plan import Plan
from coder_gen.support import Rules

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine

# Engines of a family have the same command line but for some options: a launcher for several of
# them has one list of arguments, and `build.sh` and `convert.sh` call any of the Docker family.
DOCKER, APPTAINER = "docker", "apptainer"


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
    # A daemon that users share makes its containers; else they have the rights of who starts them.
    by_daemon: bool = False
    # Options that every launcher says, since the engine's default is another than Docker's.
    always: tuple[str, ...] = ()

    # The modules of machinery whose functions its own module of bash calls.
    needs: tuple[str, ...] = ("ask", "engine", "messages")

    @property
    def module(self) -> str:
        """Its module of bash."""
        return f"engines/{self.name}"

    @property
    def programs(self) -> tuple[str, ...]:
        """What its program may be called, the usual name first."""
        return (self.name, *self.other_programs)

    @property
    def options(self) -> CommandLine:
        """The options of its command line, and how they are read."""
        return self.load_options()
