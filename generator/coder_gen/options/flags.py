"""The options of the engines' commands: which there are, and which take a value.

Those that are keys of the language come from the table of keys; the others are here, from the help
texts of Docker 28 and 20.10 and Podman 4.3 (tests/importing/help), the hidden spellings of their
sources, and what podman-run(1) of Podman 5 has besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from coder_gen.spec.container import KEYS
from coder_gen.spec.kinds import BYTES, BYTES_OR_UNLIMITED
from coder_gen.spec.shapes import Key, Scalars

# Older or other spellings, which the engines take without showing them.
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
    """An option: whether it stands alone, and whether commas part its value.

    ``usual`` are the values that mean no more than the option left out.
    """

    name: str
    alone: bool
    listed: bool = False
    usual: tuple[str, ...] = ()


class Table(NamedTuple):
    """An engine's options, by their long name and by their letter."""

    long: Mapping[str, Flag]
    short: Mapping[str, Flag]


def _table(flags: Iterable[Flag], letters: str) -> Table:
    """Options with their other spellings; ``letters`` are pairs of a name and a letter."""
    long = {flag.name: flag for flag in flags}
    for other, name in ALIASES.items():
        if name in long:
            long.setdefault(other, long[name])
    pairs = (pair.split(":") for pair in letters.split())
    return Table(long, {letter: long[name] for name, letter in pairs})


def _flags(names: str, *, alone: bool = False, listed: bool = False) -> Iterator[Flag]:
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
    """The options of another engine, and where this one differs: names with blanks between."""
    gone = frozenset(without.split())
    long = {name: flag for name, flag in table.long.items() if flag.name not in gone}
    for more in (
        _flags(alone, alone=True), _flags(valued), _flags(listed, listed=True),
    ):  # fmt: skip
        long.update((flag.name, flag) for flag in more)
    long.update((name, long[name]._replace(usual=values)) for name, values in usual.items())
    kept = [f"{flag.name}:{letter}" for letter, flag in table.short.items() if flag.name in long]
    own = (flag for name, flag in long.items() if name == flag.name)
    return _table(own, " ".join([*kept, letters]))


def keys_by_option() -> dict[str, str]:
    """The key of each option that stands for one key alone, by the option's name."""
    names: dict[str, list[str]] = {}
    for name, key in KEYS.items():
        names.setdefault(key.flag.removeprefix("--"), []).append(name)
    return {option: keys[0] for option, keys in names.items() if option and len(keys) == 1}


# Where it is not the zero of the option's type.
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
    """The zero of the option's type in Go, with which Docker does as if nothing were said."""
    if option in _USUAL:
        return _USUAL[option]
    if key.is_switch:
        return ("false",)
    if not isinstance(key.shape, Scalars):
        return ()
    kind = key.shape.kind
    return ("0",) if kind.native == "number" or kind in (BYTES, BYTES_OR_UNLIMITED) else ("",)


def _of_keys() -> Iterator[Flag]:
    known = keys_by_option()
    for key in KEYS.values():
        if option := key.flag.removeprefix("--"):
            usual = _usual(option, key) if option in known else ()
            yield Flag(option, key.is_switch, usual=usual)


DOCKER = _table(
    (
        *_of_keys(),
        *_flags("detach disable-content-trust help no-healthcheck quiet sig-proxy", alone=True),
        *_flags(
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
PODMAN = based_on(
    DOCKER,
    without="""
    cpu-count cpu-percent domainname health-start-interval io-maxbandwidth io-maxiops isolation
    kernel-memory link runtime storage-opt use-api-socket volume-driver
    """,
    alone="""
    env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify
    unsetenv-all
    """,
    valued="""
    arch authfile cert-dir cgroups conmon-pidfile creds decryption-key env-merge group-entry
    health-log-destination health-max-log-count health-max-log-size health-on-failure
    health-startup-cmd health-startup-interval health-startup-retries health-startup-success
    health-startup-timeout hosts-file image-volume init-ctr init-path os passwd-entry personality
    pidfile pod pod-id-file preserve-fd preserve-fds rdt-class retry retry-delay sdnotify
    seccomp-policy secret shm-size-systemd subgidname subuidname systemd timeout tz umask unsetenv
    variant
    """,
    # Podman reads the values of these as a list with commas.
    listed="""
    add-host annotation attach blkio-weight-device cap-add cap-drop cgroup-conf chrootdirs device
    device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns
    dns-option dns-search env-file expose gidmap group-add hostuser label-file link-local-ip log-opt
    network-alias publish requires sysctl uidmap ulimit
    """,
    # Every launcher for Podman says so.
    usual={"http-proxy": ("false",)},
)
TABLES: Mapping[str, Table] = {"docker": DOCKER, "podman": PODMAN}
# Where it is not known which of the two reads them: the options of both.
EITHER = Table({**DOCKER.long, **PODMAN.long}, {**DOCKER.short, **PODMAN.short})
APPTAINER = _table(
    (
        *_flags(
            """
            allow-setuid boot cleanenv compat contain containall disable-cache docker-login fakeroot
            help ipc keep-privs net no-eval no-home no-https no-init no-pid no-privs no-umask nohttps
            nv nvccli oom-kill-disable passphrase pid rocm sharens unsquash userns uts writable
            writable-tmpfs
            """,
            alone=True,
        ),
        *_flags(
            """
            add-caps app apply-cgroups authfile bind blkio-weight blkio-weight-device cpu-shares cpus
            cpuset-cpus cpuset-mems cwd dmtcp-launch dmtcp-restart dns docker-host drop-caps env
            env-file fusemount home hostname memory memory-reservation memory-swap mount netns-path
            network network-args no-mount overlay pem-path pid-file pids-limit runscript-timeout
            scratch security shell workdir
            """
        ),
    ),
    """
    bind:B cleanenv:e contain:c containall:C fakeroot:f help:h home:H ipc:i net:n overlay:o pid:p
    scratch:S shell:s userns:u workdir:W writable:w
    """,
)
