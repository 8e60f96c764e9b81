"""Apptainer: the options that the launcher uses, the image file and the home folder."""

from __future__ import annotations

import errno
import shlex

from coder_gen.doctor.checks.mounts import lost
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import program
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, skipped, warning
from coder_gen.engines.apptainer import settings_of, sif
from coder_gen.host.probe import Probe


def _options(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    name = program(context, probe)
    if probe.which(name) is None:
        return [skipped("the engine is not there")]
    if "--no-eval" in probe.run(name, "run", "--help").stdout:
        return [ok(f"{name} has the options that the launcher uses")]
    return [
        problem(
            f"this {name} has no option --no-eval, without which it would run what stands in values",
            "install Apptainer 1.1 or SingularityCE 3.10, or newer",
        )
    ]


def _image_file(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    path = context.path(sif(context.plan))
    if path is None:
        return [skipped("its name depends on a variable that is not set")]
    look = probe.look(path)
    gone = lost(path, look, probe)
    if gone is not None:
        return [gone]
    if look.errno == errno.ENOENT:
        name = program(context, probe)
        return [
            problem(
                f"the image file {path} is not there",
                "make it from the image of a Docker daemon",
                shlex.join([name, "build", path, f"docker-daemon://{context.image}"]),
                span=context.span("apptainer") or context.span("image"),
            )
        ]
    if not look.readable:
        message = f"the image file {path} is not readable for {probe.user.name}"
        return [problem(message, "ask its owner")]
    return [ok(path)]


def _home(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    home = settings_of(context.plan).home
    path = context.path(home) if home is not None else None
    if path is None:
        return [skipped("its name depends on a variable that is not set")]
    look = probe.look(path)
    gone = lost(path, look, probe)
    if gone is not None:
        return [gone]
    span = context.span("apptainer")
    if look.exists and look.kind != "folder":
        return [problem(f"{path} is no folder", "name a folder for the home", span=span)]
    if not look.exists:
        return [
            warning(
                f"{path} does not exist on this host: the home is in memory, and gone at the end",
                "make it",
                f"mkdir -p {shlex.quote(path)}",
                span=span,
            )
        ]
    if not look.writable:
        message = f"{path}, to be the home, is not writable for {probe.user.name}"
        return [problem(message, "ask its owner", span=span)]
    return [ok(path)]


def _has_home(context: CheckContext) -> bool:
    return context.is_apptainer and settings_of(context.plan).home is not None


_APPTAINER = Precondition("Apptainer", lambda context: context.is_apptainer)

CHECKS = (
    Check(
        "options",
        "options",
        "Apptainer is new enough for the options that the launcher uses.",
        _APPTAINER,
        _options,
    ),
    Check(
        "image-file",
        "image file",
        "The image file (SIF) exists and is readable.",
        _APPTAINER,
        _image_file,
    ),
    Check(
        "home",
        "home",
        "The folder for the home exists and is writable.",
        Precondition("Apptainer, and the spec names a home", _has_home),
        _home,
    ),
)
