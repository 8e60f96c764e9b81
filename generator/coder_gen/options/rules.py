"""The reader of each option of ``docker run``; other engines' readers are based on these.

An option of one key only is read by the shape of the key's value; the others have functions here.
An option in an engine's table without a reader is kept under ``engine_options``.
"""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import ListShape, PairsShape, ScalarShape
from coder_gen.options.flag_table import keys_by_option
from coder_gen.options.forms import (
    MOUNT_FIELDS,
    ValueReader,
    add_host,
    always,
    annotation,
    cpus,
    device_rate,
    each,
    entrypoint,
    env_file,
    environment,
    expose,
    gpus,
    health_cmd,
    mount,
    no_healthcheck,
    pair,
    publish,
    scalar,
    stop_timeout,
    switch,
    tmpfs,
    ulimit,
    user,
    volume,
    within,
)  # fmt: skip

# Options that join networks; they are read together.
NETWORK = ("network", "network-alias", "ip", "ip6", "link-local-ip")
Readers = Mapping[str, ValueReader]


def reader(key: str) -> ValueReader | None:
    """The reader of an option of one key only; None where the key's shape does not determine it."""
    shape = KEYS[key].shape
    if KEYS[key].is_switch:
        return switch(key)
    if isinstance(shape, ScalarShape):
        return scalar(key)
    if isinstance(shape, ListShape):
        return each(key)
    return pair(key) if isinstance(shape, PairsShape) else None


def _by_shape() -> Readers:
    found = ((option, reader(key)) for option, key in keys_by_option().items())
    return {option: read for option, read in found if read is not None}


DOCKER: Readers = {
    **_by_shape(),
    "add-host": add_host,
    "annotation": annotation,
    "blkio-weight": within("blkio_config", "weight"),
    "blkio-weight-device": device_rate("weight_device", "weight"),
    "cpus": cpus,
    "device-read-bps": device_rate("device_read_bps", "rate"),
    "device-read-iops": device_rate("device_read_iops", "rate"),
    "device-write-bps": device_rate("device_write_bps", "rate"),
    "device-write-iops": device_rate("device_write_iops", "rate"),
    "entrypoint": entrypoint,
    "env": environment,
    "env-file": env_file,
    "expose": expose,
    "gpus": gpus,
    "health-cmd": health_cmd,
    "health-interval": within("healthcheck", "interval"),
    "health-retries": within("healthcheck", "retries"),
    "health-start-interval": within("healthcheck", "start_interval"),
    "health-start-period": within("healthcheck", "start_period"),
    "health-timeout": within("healthcheck", "timeout"),
    "init": always("init"),
    "log-driver": within("logging", "driver"),
    "log-opt": pair("logging", "options"),
    "mount": mount(MOUNT_FIELDS),
    "no-healthcheck": no_healthcheck,
    "publish": publish,
    "stop-timeout": stop_timeout,
    "tmpfs": tmpfs,
    "ulimit": ulimit,
    "user": user,
    "volume": volume,
}
