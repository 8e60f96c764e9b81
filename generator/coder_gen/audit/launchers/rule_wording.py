"""The rules' texts for a launcher: with options of a script, or keys of a Compose file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen.audit.rule import Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.audit.rules import RULES
from coder_gen.language.keys.container import KEYS

_FILE_OF_SECRET = "Put it in a file of mode 0600, and mount that file read-only."
_EVERYWHERE: Mapping[str, str] = {
    "no-authentication": "Ask for a password, read from a file, or listen on a socket of mode "
    "0600; and publish on loopback, with a tunnel to it.",
    "x11-socket": "A cookie of this display for this container alone.",
    "x11-authority": "A cookie of this one display for this container alone.",
    "own-folder": "Mount the projects, and keep launchers in a folder that is not mounted, or mount "
    "it read-only.",
    "x11-client": "No display where no window is needed, or a nested X server (Xephyr, Xpra).",
    "engine-options": "Look it up in the engine's manual.",
}
_SCRIPT: Mapping[str, str] = {
    **_EVERYWHERE,
    "credentials-mounted": "Give it one key of its own, with few rights.",
    "agent-socket": "Give it one key of its own; or load keys with ssh-add -c.",
    "secret-in-environment": _FILE_OF_SECRET,
    "secret-in-label": _FILE_OF_SECRET,
    "secret-in-spec": _FILE_OF_SECRET,
    "secret-in-command": _FILE_OF_SECRET,
    "no-memory-limit": "Set --memory.",
    "no-cpu-limit": "Set --cpus.",
    "no-pids-limit": "Set --pids-limit.",
    "writable-root": "--read-only, with --tmpfs for the folders that are written.",
    "volumes-from": "Name the mounts themselves.",
    "device-other": "Leave out what is not used; give no more rights than rw.",
    "host-ipc": "A namespace of its own with room in it: --ipc private --shm-size 1g.",
    "selinux-disabled": "Give the mounts a label instead: :Z for this container, :z shared.",
}
_APPTAINER: Mapping[str, str] = {
    **_SCRIPT,
    "host-pid": "A namespace of its own.",
    "host-ipc": "A namespace of its own.",
    "host-network": "No network, where the program needs none; else let it listen on 127.0.0.1.",
    "shared-tmp": "--contain gives it a /tmp of its own.",
    "writable-root": "Leave the image as it is.",
}


def reworded(kind: str, *, apptainer: bool) -> dict[str, Rule]:
    """Every rule, with advice for the author of a launcher of this kind."""
    script = _APPTAINER if apptainer else _SCRIPT
    advice = _EVERYWHERE if kind == "compose" else script
    return {
        name: rule._replace(advice=advice.get(name) or in_words(rule.advice, kind))
        for name, rule in RULES.items()
    }


def in_words(text: str, kind: str) -> str:
    """A rule's text for the author of a launcher of this kind."""
    if not isinstance(text, RuleText):
        return text
    if kind == "compose":
        return text.in_words("the file", _as_key)
    return text.in_words("the script", _as_option)


def opened_by(grant: str) -> str:
    """The message about a command that opens the display."""
    return f"`{grant}` lets {_admitted(grant)} in"


def _admitted(grant: str) -> str:
    if "localuser:" in grant:
        return "every process of the user"
    return (
        "everyone who reaches the display" if is_for_everyone(grant) else "every user of the host"
    )


def is_for_everyone(grant: str) -> bool:
    """Whether a command disables the X server's access control."""
    return re.fullmatch(r"\S*xhost \S?\+\S?", grant) is not None


def _as_key(key: KeyName) -> str:
    return "display" if key.name == "x11" else str(key)


def _as_option(key: KeyName) -> str:
    flag = KEYS[key.name].flag
    if key.name == "command":
        return "the command"
    if not flag:
        return _as_key(key)
    return f"`{flag} {key.value}`" if key.value else f"`{flag}`"
