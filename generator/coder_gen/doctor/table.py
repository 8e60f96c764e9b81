"""Every check, in the order in which they are shown: the cause before what follows from it."""

from __future__ import annotations

from coder_gen.doctor import (
    apptainer,
    container,
    devices,
    disk,
    display,
    engine,
    files,
    image,
    labels,
    launcher,
    limits,
    mounts,
    network,
    ports,
    rootless,
    variables,
    watchers,
)
from coder_gen.doctor.model import Check

CHECKS: tuple[Check, ...] = (
    *launcher.CHECKS,
    *variables.CHECKS,
    *engine.CHECKS,
    *rootless.CHECKS,
    *image.CHECKS,
    *apptainer.CHECKS,
    *container.CHECKS,
    *ports.CHECKS,
    *mounts.CHECKS,
    *files.CHECKS,
    *devices.CHECKS,
    *display.CHECKS,
    *network.CHECKS,
    *disk.CHECKS,
    *limits.CHECKS,
    *watchers.CHECKS,
    *labels.CHECKS,
)
BY_ID = {check.id: check for check in CHECKS}
