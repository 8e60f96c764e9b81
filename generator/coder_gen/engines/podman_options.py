"""The options of ``podman run`` in terms of the spec language, where they differ from Docker's.

Source: podman-run(1) of Podman 4.3 and 5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from coder_gen.engines.podman import TABLE
from coder_gen.expression import Text
from coder_gen.options import loose, rules
from coder_gen.options.argv import Option
from coder_gen.options.forms import MOUNT_FIELDS, KeyValues, health_cmd, mount
from coder_gen.options.reader import CommandLine
from coder_gen.options.text_parts import known

_OWN_MOUNT: Mapping[str, tuple[str, ...]] = {
    "subpath": ("volume", "subpath"),
    "relabel": ("bind", "selinux"),
    "size": ("tmpfs", "size"),
    "mode": ("tmpfs", "mode"),
    "bind-nonrecursive": ("bind", "recursive"),
}
_MOUNT_FIELDS = {
    **{name: path for name, path in MOUNT_FIELDS.items() if not name.startswith("volume-")},
    **_OWN_MOUNT,
}


def _tmpfs(value: Text) -> KeyValues | None:
    """By default Podman copies the image's files into a tmpfs, and allows programs to run there."""
    path, *options = value.split(":", 1)
    words = (known(options[0]) if options else "") or ""
    given = [word for word in words.split(",") if word]
    if "notmpcopyup" not in given:
        return None
    kept = [word for word in given if word not in ("notmpcopyup", "noexec")]
    if "noexec" not in given and "exec" not in given:
        kept.append("exec")
    return [("tmpfs", [path + ":" + ",".join(kept) if kept else path])]


def _health_cmd(value: Text) -> KeyValues | None:
    """A command line for a shell, or a JSON list."""
    text = known(value)
    if text == "none":
        return [("healthcheck", {"disable": True})]
    if text is not None and text.startswith("["):
        try:
            words = json.loads(text)
        except ValueError:
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return [("healthcheck", {"test": words})]
    if text is not None and text.startswith(("CMD ", "CMD-SHELL ")):
        return None
    return health_cmd(value)


def _keep_id(options: Sequence[Option]) -> set[int]:
    """``--userns=keep-id`` with the caller's ids is ``user: host``."""
    keep = [o for o in options if o.name == "userns" and known(o.value) == "keep-id"]
    users = [o for o in options if o.name == "user"]
    # Without --user the image's user runs the program, if the image sets one.
    mine = users and users[-1].value.source in ("${UID}", "${UID}:${GID}")
    return {id(option) for option in keep} if mine else set()


OPTIONS = CommandLine(
    TABLE,
    {
        **rules.DOCKER,
        "health-cmd": _health_cmd,
        "mount": mount(_MOUNT_FIELDS, frozenset(["notmpcopyup", "noexec"])),
        "tmpfs": _tmpfs,
    },
    loose.DOCKER,
    network_mark=":",
    # Rootless Podman uses another network than a bridge by default.
    usual_networks=("default",),
    usual_tmpfs=frozenset(["", "rw", "exec"]),
    gpus_by_cdi=True,
    needless=_keep_id,
)
