"""inotify watches: an IDE needs one per folder, and each user has a limit for all of them."""

from __future__ import annotations

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, skipped, warning
from coder_gen.host.probe import Probe

LIMIT = "/proc/sys/fs/inotify/max_user_watches"
# The least for a larger work tree, and the limit that the manual of VS Code recommends.
_ENOUGH, _WISHED = 65536, 524288


def _watchers(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    text = (probe.read(LIMIT) or "").strip()
    if not text.isdigit():
        return [skipped("this kernel has no limit to read")]
    if int(text) >= _ENOUGH:
        return [ok(f"{text} for each user")]
    return [
        warning(
            f"a user may watch {text} files and folders, in all containers together: an IDE on a "
            "large work tree misses changes (ENOSPC)",
            "raise the limit, for good with a file in /etc/sysctl.d",
            f"sudo sysctl fs.inotify.max_user_watches={_WISHED}",
        )
    ]


CHECKS = (
    Check(
        "watchers",
        "file watchers",
        "The limit on watched files is high enough for an IDE.",
        Precondition(
            "the mode publishes ports", lambda context: any(True for _ in context.published)
        ),
        _watchers,
    ),
)
