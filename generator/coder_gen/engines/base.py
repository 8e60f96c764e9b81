"""The Engine record: what coder-gen knows of an engine. Each has a module with an ``ENGINE`` here.

The module of bash is ``templates/machinery/engines/NAME.sh``; its functions have the engine's name:

- ``NAME_there``: its program exists; ``NAME_usable``: it also answers this user;
- ``NAME_listens_as_root``: its daemon opens the ports of containers, and may open any port;
- ``NAME_title``: a variable with its name in messages.

An engine of the Docker family also has:

- ``NAME_ready``: it exists and answers; otherwise a problem is reported;
- ``NAME_remarks HOST_USER``: prints hints about this host before a start, where the container
  runs as the user who starts it (yes) or may not (no);
- ``NAME_daemon``: sets ``daemon`` to the address at which its client looks for the daemon;
- ``NAME_advice``: sets ``advice`` to what to do if it does not answer in time;
- ``NAME_store``: sets ``answer`` to the folder of its images; fails if that is on another host;
- ``NAME_builds``: whether it builds images that need BuildKit; otherwise a problem is reported;
- ``NAME_build NEEDS_BUILDKIT``: adds a build's arguments to ``args``, its variables to ``setting``;
- ``NAME_save FILE IMAGE``: sets ``command`` to the command that writes an image to an archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from coder_gen.plan import Plan
from coder_gen.support import Rules

if TYPE_CHECKING:
    from coder_gen.options.reader import CommandLine

# The engines of a family share a command line except for some options: a launcher for several has
# one list of arguments, and `build.sh` and `convert.sh` call any engine of the Docker family.
DOCKER, APPTAINER = "docker", "apptainer"


class Newer(NamedTuple):
    """A feature that a plan uses, the first version that has it, and its key."""

    what: str
    since: str
    key: str


def _nothing_newer(plan: Plan) -> tuple[Newer, ...]:
    return ()


class Engine(NamedTuple):
    """One engine."""

    # Its word for ``--engine``, also the name of its program.
    name: str
    # Its name in messages.
    title: str
    family: str
    # The oldest version that the launchers support.
    oldest: str
    # The rule for each key of a plan.
    rules: Rules
    # The options of its command line, and their readers. A function, since writing a launcher
    # needs neither.
    load_options: Callable[[], CommandLine]
    # The subcommands that start a container.
    verbs: tuple[str, ...] = ("run", "create")
    # Other names of its program.
    other_programs: tuple[str, ...] = ()
    # The variable that makes its client use another host; empty if there is none.
    host_variable: str = ""
    # Arguments of a call that succeeds if its daemon answers, and changes nothing on the host.
    harmless_question: tuple[str, ...] = ()
    # Features of the plan that older versions of the engine lack.
    newer: Callable[[Plan], Iterable[Newer]] = _nothing_newer
    # Whether a daemon shared by users makes containers; otherwise they have the caller's rights.
    by_daemon: bool = False
    # Options that every launcher passes, since the engine's default differs from Docker's.
    always: tuple[str, ...] = ()

    # The modules of machinery that its own module of bash calls.
    needs: tuple[str, ...] = ("ask", "engine", "messages")

    @property
    def module(self) -> str:
        """The name of its module of bash."""
        return f"engines/{self.name}"

    @property
    def programs(self) -> tuple[str, ...]:
        """The names of its program, the usual one first."""
        return (self.name, *self.other_programs)

    @property
    def options(self) -> CommandLine:
        """The options of its command line, and their readers."""
        return self.load_options()
