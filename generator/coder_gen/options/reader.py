"""Options as settings of a container: one reader for whoever meets a command line.

``import`` reads launchers that exist with it, ``audit`` what a spec passes on to an engine unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from coder_gen.options.argv import Option
from coder_gen.options.flag_table import Table
from coder_gen.options.forms import ValueReader
from coder_gen.options.networks import read_networks
from coder_gen.options.option_values import Data
from coder_gen.options.rules import NETWORK, Readers
from coder_gen.options.text_parts import known


class OptionReading(NamedTuple):
    """Options that say something together (most do so alone), and what they say.

    ``said`` is empty where that is what every launcher does anyway, and None where the spec has
    no word for it. Whether the spec takes the data is for the key's own shape to say.
    """

    options: tuple[Option, ...]
    said: list[tuple[str, Data]] | None


def _none(options: Sequence[Option]) -> set[int]:
    return set()


class CommandLine(NamedTuple):
    """The command line of an engine: its options, and what each says in the spec's words.

    ``opens`` says of an option that the spec has no word for what it opens. ``needless`` finds the
    options (by id) that only together with others say what a launcher says anyway.
    """

    table: Table
    readers: Readers
    opens: Mapping[str, ValueReader]
    # What parts a network's name from how it is joined; None: each option about networks is read
    # alone, "": all is a record of CSV.
    network_mark: str | None = ""
    # The networks that a container joins where nothing is said.
    usual_networks: tuple[str, ...] = ("bridge", "default")
    # Options of a tmpfs that mean no more than leaving them out.
    usual_tmpfs: frozenset[str] = frozenset(["", "rw", "noexec"])
    # ``--gpus`` is short for devices by their CDI names.
    gpus_by_cdi: bool = False
    needless: Callable[[Sequence[Option]], set[int]] = _none


def read(options: Sequence[Option], line: CommandLine) -> Iterator[OptionReading]:
    """What options of a command line say, in their order."""
    if line.network_mark is None:
        yield from (OptionReading((option,), _one(option, line)) for option in options)
        return
    networks = [option for option in options if option.name in NETWORK]
    first = next((option for option in networks if option.name == "network"), None)
    needless = line.needless(options)
    for option in options:
        if option.name in NETWORK:
            if option is first:
                yield from _networks(networks, line.network_mark)
            continue
        yield OptionReading((option,), [] if id(option) in needless else _one(option, line))
    if first is None:
        yield from _networks(networks, line.network_mark)


def _one(option: Option, line: CommandLine) -> list[tuple[str, Data]] | None:
    name, value = option.name, known(option.value)
    flag = line.table.long.get(name)
    if (flag is not None and value in flag.usual) or (name, value) == ("detach", "true"):
        return []
    rule = line.readers.get(name)
    return None if rule is None else rule(option.value)


def _networks(options: Sequence[Option], mark: str) -> Iterator[OptionReading]:
    if not options:
        return
    said, left = read_networks(options, mark)
    kept = {id(option) for option in left}
    told = tuple(option for option in options if id(option) not in kept)
    if told:
        yield OptionReading(told, said)
    yield from (OptionReading((option,), None) for option in left)
