"""Options as settings of a container: one reader for whoever meets a command line.

``import`` reads launchers that exist with it, ``audit`` what a spec passes on to an engine unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coder_gen.options.apptainer import RULES as APPTAINER_RULES
from coder_gen.options.arguments import Option
from coder_gen.options.data import Data
from coder_gen.options.flags import TABLES
from coder_gen.options.networks import read_networks
from coder_gen.options.pieces import known
from coder_gen.options.rules import NETWORK, RULES


class Reading(NamedTuple):
    """Options that say something together (most do so alone), and what they say.

    ``said`` is empty where that is what every launcher does anyway, and None where the spec has
    no word for it. Whether the spec takes the data is for the key's own shape to say.
    """

    options: tuple[Option, ...]
    said: list[tuple[str, Data]] | None


def read(options: Sequence[Option], engine: str) -> Iterator[Reading]:
    """What options of ``docker run``, ``podman run`` or ``apptainer run`` say, in their order."""
    if engine == "apptainer":
        yield from ((Reading((option,), _apptainer(option))) for option in options)
        return
    networks = [option for option in options if option.name in NETWORK]
    first = next((option for option in networks if option.name == "network"), None)
    needless = _needless(options, engine)
    for option in options:
        if option.name in NETWORK:
            if option is first:
                yield from _networks(networks, engine)
            continue
        yield Reading((option,), [] if id(option) in needless else _one(option, engine))
    if first is None:
        yield from _networks(networks, engine)


def _one(option: Option, engine: str) -> list[tuple[str, Data]] | None:
    name, value = option.name, known(option.value)
    flag = TABLES[engine].long.get(name)
    if (flag is not None and value in flag.usual) or (name, value) == ("detach", "true"):
        return []
    rule = RULES[engine].get(name)
    return None if rule is None else rule(option.value)


def _apptainer(option: Option) -> list[tuple[str, Data]] | None:
    rule = APPTAINER_RULES.get(option.name)
    return None if rule is None else rule(option.value)


def _needless(options: Sequence[Option], engine: str) -> set[int]:
    """Podman's ``--userns=keep-id`` with the caller's ids is ``user: host``."""
    keep = [o for o in options if o.name == "userns" and known(o.value) == "keep-id"]
    users = [o for o in options if o.name == "user"]
    # Without --user it is the image's user who runs, where the image names one.
    mine = users and users[-1].value.source in ("${UID}", "${UID}:${GID}")
    return {id(option) for option in keep} if engine == "podman" and mine else set()


def _networks(options: Sequence[Option], engine: str) -> Iterator[Reading]:
    if not options:
        return
    said, left = read_networks(options, engine)
    kept = {id(option) for option in left}
    told = tuple(option for option in options if id(option) not in kept)
    if told:
        yield Reading(told, said)
    yield from (Reading((option,), None) for option in left)
