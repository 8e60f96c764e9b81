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

from collections.abc import Callable
from typing import NamedTuple

from coder_gen.targets.items import Rules

# Engines of a family have the same command line but for some options: a launcher for several of
# them has one list of arguments, and `build.sh` and `convert.sh` call any of the Docker family.
DOCKER, APPTAINER = "docker", "apptainer"


class Engine(NamedTuple):
    """One engine."""

    # Its word for ``--engine``, and the name of its program.
    name: str
    # Its name in messages.
    title: str
    family: str
    # The oldest version that the launchers are made for.
    oldest: str
    # How each key of a plan is said. A function: a script for one engine imports one.
    load_rules: Callable[[], Rules]
    # Its subcommands that start a container.
    verbs: tuple[str, ...] = ("run", "create")
    # What its program may be called, the usual name first.
    programs: tuple[str, ...] = ()
    # Options that every launcher says, since the engine's default is another than Docker's.
    always: tuple[str, ...] = ()

    # The modules of machinery whose functions its own module of bash calls.
    needs: tuple[str, ...] = ("ask", "engine", "talk")

    @property
    def module(self) -> str:
        """Its module of bash."""
        return f"engines/{self.name}"

    @property
    def rules(self) -> Rules:
        """How each key of a plan is said."""
        return self.load_rules()
