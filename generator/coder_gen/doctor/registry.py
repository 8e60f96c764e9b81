"""Every check, in the order of the report: causes before their effects."""

from __future__ import annotations

from coder_gen.doctor.checks import (
    container,
    devices,
    disk,
    display,
    files,
    image,
    inotify,
    launcher,
    limits,
    lsm,
    mounts,
    network,
    ports,
    variables,
)
from coder_gen.doctor.checks.engines import apptainer, engine, rootless
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
    *inotify.CHECKS,
    *lsm.CHECKS,
)
BY_ID = {check.id: check for check in CHECKS}
