"""The options of the engines' commands: which there are, and which take a value.

From the help texts of Docker 28 and 20.10 and Podman 4.3 (tests/importing/help), the hidden
spellings of their sources, and what podman-run(1) of Podman 5 has besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_DOCKER_ALONE = """
detach:d disable-content-trust help init interactive:i no-healthcheck oom-kill-disable privileged
publish-all:P quiet:q read-only rm sig-proxy tty:t use-api-socket
"""
_DOCKER_VALUED = """
add-host annotation attach:a blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent
cgroupns cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime
cpu-shares:c cpus cpuset-cpus cpuset-mems detach-keys device device-cgroup-rule device-read-bps
device-read-iops device-write-bps device-write-iops dns dns-option dns-search domainname entrypoint
env:e env-file expose gpus group-add health-cmd health-interval health-retries
health-start-interval health-start-period health-timeout hostname:h io-maxbandwidth io-maxiops ip
ip6 ipc isolation kernel-memory label:l label-file link link-local-ip log-driver log-opt
mac-address memory:m memory-reservation memory-swap memory-swappiness mount name network
network-alias oom-score-adj pid pids-limit platform publish:p pull restart runtime security-opt
shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user:u userns uts volume:v
volume-driver volumes-from workdir:w
"""
_PODMAN_ALONE = """
detach:d disable-content-trust env-host help http-proxy init interactive:i no-healthcheck
no-hostname no-hosts oom-kill-disable passwd privileged publish-all:P quiet:q read-only
read-only-tmpfs replace rm rmi rootfs sig-proxy tls-verify tty:t unsetenv-all
"""
_PODMAN_VALUED = """
arch authfile blkio-weight cert-dir cgroup-parent cgroupns cgroups cidfile
conmon-pidfile cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares:c cpus cpuset-cpus
cpuset-mems creds decryption-key detach-keys entrypoint env:e env-merge gpus group-entry health-cmd
health-interval health-log-destination health-max-log-count health-max-log-size health-on-failure
health-retries health-start-period health-startup-cmd health-startup-interval
health-startup-retries health-startup-success health-startup-timeout health-timeout hostname:h
hosts-file image-volume init-ctr init-path ip ip6 ipc label:l log-driver mac-address memory:m
memory-reservation memory-swap memory-swappiness mount name network oom-score-adj os passwd-entry
personality pid pidfile pids-limit platform pod pod-id-file preserve-fd preserve-fds pull
rdt-class restart retry retry-delay sdnotify seccomp-policy secret security-opt shm-size
shm-size-systemd stop-signal stop-timeout subgidname subuidname systemd timeout tmpfs tz umask
unsetenv user:u userns uts variant volume:v volumes-from workdir:w
"""
# Podman reads the values of these as a list with commas.
_PODMAN_LISTS = """
add-host annotation attach:a blkio-weight-device cap-add cap-drop cgroup-conf chrootdirs device device-cgroup-rule
device-read-bps device-read-iops device-write-bps device-write-iops dns dns-option dns-search
env-file expose gidmap group-add hostuser label-file link-local-ip log-opt network-alias publish:p
requires sysctl uidmap ulimit
"""
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
    """An option: whether it stands alone, and whether commas part its value."""

    name: str
    alone: bool
    listed: bool = False


class Table(NamedTuple):
    """An engine's options, by their long name and by their letter."""

    long: Mapping[str, Flag]
    short: Mapping[str, Flag]


def _table(alone: str, valued: str, listed: str = "") -> Table:
    long: dict[str, Flag] = {}
    short: dict[str, Flag] = {}
    for text, is_alone, is_list in (
        (alone, True, False), (valued, False, False), (listed, False, True),
    ):  # fmt: skip
        for word in text.split():
            name, _, letter = word.partition(":")
            long[name] = Flag(name, is_alone, is_list)
            if letter:
                short[letter] = long[name]
    for other, name in ALIASES.items():
        if name in long:
            long.setdefault(other, long[name])
    return Table(long, short)


DOCKER = _table(_DOCKER_ALONE, _DOCKER_VALUED)
PODMAN = _table(_PODMAN_ALONE, _PODMAN_VALUED, _PODMAN_LISTS)
TABLES: Mapping[str, Table] = {"docker": DOCKER, "podman": PODMAN}
# Where it is not known which of the two reads them: the options of both.
EITHER = Table({**DOCKER.long, **PODMAN.long}, {**DOCKER.short, **PODMAN.short})

_APPTAINER_ALONE = """
allow-setuid boot cleanenv:e compat contain:c containall:C disable-cache docker-login fakeroot:f
help:h ipc:i keep-privs net:n no-eval no-home no-https no-init no-pid no-privs no-umask nohttps nv
nvccli oom-kill-disable passphrase pid:p rocm sharens unsquash userns:u uts writable:w
writable-tmpfs
"""
_APPTAINER_VALUED = """
add-caps app apply-cgroups authfile bind:B blkio-weight blkio-weight-device cpu-shares cpus
cpuset-cpus cpuset-mems cwd dmtcp-launch dmtcp-restart dns docker-host drop-caps env env-file
fusemount home:H hostname memory memory-reservation memory-swap mount netns-path network
network-args no-mount overlay:o pem-path pid-file pids-limit runscript-timeout scratch:S security
shell:s workdir:W
"""
APPTAINER = _table(_APPTAINER_ALONE, _APPTAINER_VALUED)
