"""Options as settings of a container: one reader for every command line.

``import`` uses it for existing launchers, ``audit`` for options that a spec passes on to an engine.
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
    """Options that have a meaning together (most have one alone), and that meaning.

    ``meaning`` is empty where every launcher does the same anyway, and None where the spec cannot
    express it. The key's shape decides later whether the data is valid.
    """

    options: tuple[Option, ...]
    meaning: list[tuple[str, Data]] | None


def _none(options: Sequence[Option]) -> set[int]:
    return set()


class CommandLine(NamedTuple):
    """The command line of an engine: its options, and the meaning of each in the spec language.

    ``opens`` gives the access of an option that the spec cannot express. ``needless`` finds the
    options (by id) that only together with others have the launcher's default meaning.
    """

    table: Table
    readers: Readers
    opens: Mapping[str, ValueReader]
    # The separator between a network's name and its fields; None: each option about networks is
    # read alone, "": all is a record of CSV.
    network_mark: str | None = ""
    # The networks that a container joins by default.
    usual_networks: tuple[str, ...] = ("bridge", "default")
    # Options of a tmpfs that have the same effect as omitting them.
    usual_tmpfs: frozenset[str] = frozenset(["", "rw", "noexec"])
    # ``--gpus`` is short for devices with their CDI names.
    gpus_by_cdi: bool = False
    needless: Callable[[Sequence[Option]], set[int]] = _none


def read(options: Sequence[Option], line: CommandLine) -> Iterator[OptionReading]:
    """The meaning of a command line's options, in their order."""
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


def _networks(options: Sequence[Option], separator: str) -> Iterator[OptionReading]:
    if not options:
        return
    meaning, left = read_networks(options, separator)
    kept = {id(option) for option in left}
    expressed = tuple(option for option in options if id(option) not in kept)
    if expressed:
        yield OptionReading(expressed, meaning)
    yield from (OptionReading((option,), None) for option in left)
