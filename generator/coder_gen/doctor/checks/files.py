"""Files that the launch reads: env files, secrets, label files and seccomp profiles."""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from coder_gen.doctor.checks.mounts import lost
from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, warning
from coder_gen.expression import Text
from coder_gen.host.probe import Probe
from coder_gen.plan import grants_of
from coder_gen.text.positions import Span


class LaunchFile(NamedTuple):
    """A file: its purpose, its path, and whether the launch needs it."""

    purpose: str
    path: str
    required: bool
    secret: bool
    span: Span


def _wanted(context: CheckContext) -> Iterator[LaunchFile]:
    def wanted(
        purpose: str, text: Text, span: Span, required: bool = True, secret: bool = False
    ) -> Iterator[LaunchFile]:
        path = context.path(text)
        if path is not None:
            yield LaunchFile(purpose, path, required, secret, span)

    plan = context.plan
    secrets = plan.value("secrets") or ()
    for grant in grants_of(plan):
        if grant.file is not None:
            target = context.text(grant.target) or grant.name
            yield from wanted(
                f"to be mounted at {target}", grant.file, grant.span, secret=grant in secrets
            )
    for file in plan.value("env_file") or ():
        yield from wanted("the file of variables", file.path, file.span, file.required)
    for path in plan.value("label_file") or ():
        yield from wanted("the file of labels", path, path.span)
    for option in plan.value("security_opt") or ():
        name, separator, rest = (context.text(option) or "").partition("=")
        if name == "seccomp" and separator and rest not in ("unconfined", "builtin"):
            (_, profile) = option.split("=", 1)
            yield from wanted("the system-call filter", profile, option.span)


def _files(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    there = 0
    files = list(_wanted(context))
    for file, look in zip(files, probe.looks([file.path for file in files])):
        gone = lost(file.path, look, probe)
        what = f"{file.path}, {file.purpose},"
        there += look.exists
        if gone is not None:
            found.append(gone._replace(span=file.span))
        elif look.errno == errno.ENOENT:
            if file.required:
                found.append(_missing(what, file))
        elif not look.readable:
            found.append(
                problem(
                    f"{what} is not readable for {probe.user.name}", "ask its owner", span=file.span
                )
            )
        elif file.secret and look.mode & 0o044:
            found.append(
                warning(
                    f"{what} is a secret that others on this host can read",
                    "close it",
                    f"chmod 600 {shlex.quote(file.path)}",
                    span=file.span,
                )
            )
    return found or [ok(f"{there} there")]


def _missing(what: str, file: LaunchFile) -> CheckFinding:
    message = f"{what} does not exist"
    if not file.secret:
        return problem(message, "create it", span=file.span)
    folder, path = shlex.quote(os.path.dirname(file.path)), shlex.quote(file.path)
    return problem(
        message,
        "write it, closed to others; Ctrl-D ends what you type",
        f"(umask 077 && mkdir -p {folder} && cat > {path})",
        span=file.span,
    )


CHECKS = (
    Check(
        "files",
        "files",
        "Files of variables, secrets, configs, labels and system call filters exist and are "
        "readable; other users cannot read a secret.",
        Precondition("the mode reads files", lambda context: any(True for _ in _wanted(context))),
        _files,
    ),
)
