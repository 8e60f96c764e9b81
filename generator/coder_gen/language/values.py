"""The typed values of a spec, in Compose's canonical long form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coder_gen.expression import Text
from coder_gen.text.positions import Span


class Inherit(NamedTuple):
    """An environment variable with the host's value, passed on if it is set there."""

    span: Span


class Port(NamedTuple):
    """A published port. Without ``published`` the engine chooses a free one."""

    target: Text
    published: Text | None
    host_ip: Text | None
    protocol: str
    name: Text | None
    app_protocol: Text | None
    span: Span


class Mount(NamedTuple):
    """A mount in the container; ``type`` is bind, volume or tmpfs.

    ``size`` is bytes as written, ``mode`` octal digits. ``optional`` bind mounts are skipped with a
    notice where the source is missing.
    """

    type: str
    source: Text | None
    target: Text
    span: Span
    read_only: bool = False
    optional: bool = False
    propagation: str | None = None
    recursive: str | None = None
    selinux: str | None = None
    consistency: str | None = None
    nocopy: bool = False
    subpath: Text | None = None
    size: Text | None = None
    mode: str | None = None


class Device(NamedTuple):
    """A device of the host; ``permissions`` are letters of r, w and m."""

    source: Text
    target: Text | None
    permissions: str | None
    span: Span

    @property
    def inside(self) -> Text:
        """Its path in the container: that of the host, unless the spec names another."""
        return self.target or self.source


class Ulimit(NamedTuple):
    """A resource limit, in the unit of its setrlimit(2) resource; -1 is unlimited."""

    name: str
    soft: Text
    hard: Text | None
    span: Span


class Healthcheck(NamedTuple):
    """How the engine checks the container's health."""

    test: tuple[Text, ...] | None = None
    interval: Text | None = None
    timeout: Text | None = None
    retries: Text | None = None
    start_period: Text | None = None
    start_interval: Text | None = None
    disable: bool = False


class Logging(NamedTuple):
    """The engine's log driver and its options."""

    driver: Text | None = None
    options: Mapping[str, Text] | None = None


class Attachment(NamedTuple):
    """How the container joins a network."""

    aliases: tuple[Text, ...] | None = None
    ipv4_address: Text | None = None
    ipv6_address: Text | None = None
    link_local_ips: tuple[Text, ...] | None = None
    mac_address: Text | None = None
    driver_opts: Mapping[str, Text] | None = None
    gw_priority: Text | None = None


class Weight(NamedTuple):
    """A block device's share of I/O."""

    path: Text
    weight: Text


class Rate(NamedTuple):
    """A block device's I/O limit, in bytes or operations per second."""

    path: Text
    rate: Text


class BlockIO(NamedTuple):
    """Limits on block devices."""

    weight: Text | None = None
    weight_device: tuple[Weight, ...] | None = None
    device_read_bps: tuple[Rate, ...] | None = None
    device_read_iops: tuple[Rate, ...] | None = None
    device_write_bps: tuple[Rate, ...] | None = None
    device_write_iops: tuple[Rate, ...] | None = None


class Gpu(NamedTuple):
    """A request for accelerators; ``number`` is a count or ``all``."""

    driver: Text | None
    # Not `count`: tuples have a method of that name.
    number: Text | None
    device_ids: tuple[Text, ...]
    capabilities: tuple[Text, ...]
    options: Mapping[str, Text]
    span: Span


class FileGrant(NamedTuple):
    """A secret or config: a file in the container with content from one of three sources."""

    name: str
    target: Text
    file: Text | None
    environment: str | None
    content: Text | None
    span: Span


class EnvFile(NamedTuple):
    """A file of environment variables, in Compose's format or raw."""

    path: Text
    required: bool
    raw: bool
    span: Span


# The oldest Compose that a file may be made for, the default first.
LEGACY_COMPOSE = "1.29"
COMPOSE_VERSIONS = (LEGACY_COMPOSE, "2")
# The folder of the display's sockets, on the host and in the container; the cookie's file inside.
X11_SOCKETS = "/tmp/.X11-unix"
X11_COOKIE = "/tmp/.Xauthority"


class X11(NamedTuple):
    """Access to the user's display: ``host``, ``user``, ``cookie`` or ``off``."""

    access: str = "off"


class Apptainer(NamedTuple):
    """Settings for Apptainer and Singularity only.

    ``sif`` is the image file, ``home`` the folder of the host that is mounted as the home.
    """

    sif: Text | None = None
    home: Text | None = None
    userns: bool = False
    fakeroot: bool = False
    options: tuple[Text, ...] = ()


class Acceptance(NamedTuple):
    """A risk that somebody accepts, up to and including a day, written YYYY-MM-DD."""

    rule: str
    reason: str
    until: str
    span: Span


class Variable(NamedTuple):
    """A declared variable: its type, its default (None: must be set), its help line."""

    name: str
    type: str
    default: Text | None
    auto: bool
    choices: tuple[str, ...]
    help: str
    span: Span

    def default_in_words(self, chosen: str, none: str) -> str:
        """The default in the spec's syntax; ``chosen`` if the launcher chooses, else ``none``."""
        if self.default is not None:
            return self.default.source or "empty"
        return chosen if self.auto else none


# Fields whose key in the spec has a different name.
_KEYS = {"number": "count", "sums": "sha256", "by_architecture": ""}


def texts_in(value: object) -> Iterator[Text]:
    """Every text in a value of any shape, in order."""
    return (text for _, text in placed_texts(value))


def placed_texts(value: object, place: str = "") -> Iterator[tuple[str, Text]]:
    """The same with each text's key, joined by dots, below the key ``place``."""
    found: list[tuple[str, Text]] = []
    _collect(value, place, found)
    return iter(found)


# Frequent types that contain no text.
_WITHOUT_TEXTS = frozenset([str, int, bool, type(None), Span])


def _collect(value: object, place: str, found: list[tuple[str, Text]]) -> None:
    if type(value) in _WITHOUT_TEXTS:
        return
    if isinstance(value, Text):
        found.append((place, value))
    elif isinstance(value, dict):
        for name, item in value.items():
            _collect(item, f"{place}.{name}" if name else place, found)
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        name = getattr(value, "name", None)
        inner = f"{place}.{name}" if isinstance(name, str) else place
        for field, item in zip(value._fields, value):
            if type(item) not in _WITHOUT_TEXTS:
                key = _KEYS.get(field, field)
                _collect(item, f"{inner}.{key}" if key else inner, found)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _collect(item, place, found)
