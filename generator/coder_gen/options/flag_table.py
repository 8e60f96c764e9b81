"""The options of an engine's command: their names, and which take a value.

Docker's table is here, since the spec language uses Docker's options: those that are keys come from
the table of keys, the others from the help texts of Docker 28 and 20.10 (tests/importing/help) and
the hidden spellings in its source. Other engines' tables are based on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import Key, ScalarShape
from coder_gen.language.shapes.scalar_types import BYTES, BYTES_OR_UNLIMITED

# Older or other spellings that the engines accept without documenting them.
ALIASES: Mapping[str, str] = {
    "net": "network",
    "net-alias": "network-alias",
    "dns-opt": "dns-option",
    "healthcheck-command": "health-cmd",
    "healthcheck-interval": "health-interval",
    "healthcheck-retries": "health-retries",
    "healthcheck-start-period": "health-start-period",
    "healthcheck-timeout": "health-timeout",
    "override-arch": "arch",
    "override-os": "os",
    "override-variant": "variant",
    "pwd": "cwd",
}


class Flag(NamedTuple):
    """An option: whether it is a switch, and whether commas separate several values.

    ``usual`` are the values that have the same effect as omitting the option.
    """

    name: str
    alone: bool
    listed: bool = False
    usual: tuple[str, ...] = ()


class Table(NamedTuple):
    """An engine's options, by long name and by letter."""

    long: Mapping[str, Flag]
    short: Mapping[str, Flag]


def table_of(flags: Iterable[Flag], letters: str) -> Table:
    """Options with their other spellings; ``letters`` are pairs of a name and a letter."""
    long = {flag.name: flag for flag in flags}
    for other, name in ALIASES.items():
        if name in long:
            long.setdefault(other, long[name])
    pairs = (pair.split(":") for pair in letters.split())
    return Table(long, {letter: long[name] for name, letter in pairs})


def flags_of(names: str, *, alone: bool = False, listed: bool = False) -> Iterator[Flag]:
    return (Flag(name, alone, listed, _USUAL.get(name, ())) for name in names.split())


def based_on(
    table: Table,
    *,
    without: str = "",
    alone: str = "",
    valued: str = "",
    listed: str = "",
    letters: str = "",
    usual: Mapping[str, tuple[str, ...]] = {},
) -> Table:
    """Another engine's options with this engine's differences: names separated by blanks."""
    gone = frozenset(without.split())
    long = {name: flag for name, flag in table.long.items() if flag.name not in gone}
    for more in (
        flags_of(alone, alone=True), flags_of(valued), flags_of(listed, listed=True),
    ):  # fmt: skip
        long.update((flag.name, flag) for flag in more)
    long.update((name, long[name]._replace(usual=values)) for name, values in usual.items())
    kept = [f"{flag.name}:{letter}" for letter, flag in table.short.items() if flag.name in long]
    own = (flag for name, flag in long.items() if name == flag.name)
    return table_of(own, " ".join([*kept, letters]))


def keys_by_option() -> dict[str, str]:
    """The key of each option that belongs to one key only, by the option's name."""
    names: dict[str, list[str]] = {}
    for name, key in KEYS.items():
        names.setdefault(key.flag.removeprefix("--"), []).append(name)
    return {option: keys[0] for option, keys in names.items() if option and len(keys) == 1}


# Options whose default differs from the zero value of their type.
_USUAL: Mapping[str, tuple[str, ...]] = {
    "blkio-weight": ("0",),
    "detach": ("false",),
    "disable-content-trust": ("true",),
    "help": ("false",),
    "init": (),  # the daemon's own setting decides
    "log-driver": ("",),
    "memory-swappiness": ("-1",),
    "no-healthcheck": ("false",),
    "pull": ("missing",),
    "quiet": ("false",),
    "restart": ("no", ""),
    "sig-proxy": ("true",),
}


def _usual(option: str, key: Key) -> tuple[str, ...]:
    """The zero value of the option's type in Go, which Docker treats as not set."""
    if option in _USUAL:
        return _USUAL[option]
    if key.is_switch:
        return ("false",)
    if not isinstance(key.shape, ScalarShape):
        return ()
    kind = key.shape.kind
    return ("0",) if kind.native == "number" or kind in (BYTES, BYTES_OR_UNLIMITED) else ("",)


def _of_keys() -> Iterator[Flag]:
    known = keys_by_option()
    for key in KEYS.values():
        if option := key.flag.removeprefix("--"):
            usual = _usual(option, key) if option in known else ()
            yield Flag(option, key.is_switch, usual=usual)


DOCKER = table_of(
    (
        *_of_keys(),
        *flags_of("detach disable-content-trust help no-healthcheck quiet sig-proxy", alone=True),
        *flags_of(
            """
            attach blkio-weight-device cidfile detach-keys device-read-bps device-read-iops
            device-write-bps device-write-iops health-interval health-retries health-start-interval
            health-start-period health-timeout io-maxbandwidth io-maxiops ip ip6 kernel-memory
            link-local-ip log-opt network-alias volume volume-driver
            """
        ),
    ),
    """
    attach:a cpu-shares:c detach:d env:e hostname:h interactive:i label:l memory:m publish:p
    publish-all:P quiet:q tty:t user:u volume:v workdir:w
    """,
)
