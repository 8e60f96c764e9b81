"""The rules' texts for a launcher: with options of a script, or keys of a Compose file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen.audit.rule import Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.audit.rules import RULES
from coder_gen.language.keys.container import KEYS

_FILE_OF_SECRET = "Write it to a file of mode 0600, and mount that file read-only."
_EVERYWHERE: Mapping[str, str] = {
    "no-authentication": "Require a password, read from a file, or listen on a socket of mode "
    "0600; and publish on loopback, with a tunnel to it.",
    "x11-socket": "Give only this container a cookie of this display.",
    "x11-authority": "Give only this container the cookie of only this display.",
    "own-folder": "Mount the projects, and keep launchers in a folder that is not mounted, or mount "
    "it read-only.",
    "x11-client": "Give it no display if no window is needed, or use a nested X server (Xephyr, Xpra).",
    "engine-options": "Look it up in the engine's manual.",
}
_SCRIPT: Mapping[str, str] = {
    **_EVERYWHERE,
    "credentials-mounted": "Give the container a key of its own, with few rights.",
    "agent-socket": "Give the container a key of its own; or load keys with ssh-add -c.",
    "secret-in-environment": _FILE_OF_SECRET,
    "secret-in-label": _FILE_OF_SECRET,
    "secret-in-spec": _FILE_OF_SECRET,
    "secret-in-command": _FILE_OF_SECRET,
    "no-memory-limit": "Set --memory.",
    "no-cpu-limit": "Set --cpus.",
    "no-pids-limit": "Set --pids-limit.",
    "writable-root": "Pass --read-only, and --tmpfs for the folders that programs write to.",
    "volumes-from": "List the mounts themselves.",
    "device-other": "Remove devices that are not used; give rw at most.",
    "host-ipc": "Give the container its own namespace of sufficient size: --ipc private --shm-size 1g.",
    "selinux-disabled": "Give the mounts a label instead: :Z for this container, :z shared.",
}
_APPTAINER: Mapping[str, str] = {
    **_SCRIPT,
    "host-pid": "Give the container its own namespace.",
    "host-ipc": "Give the container its own namespace.",
    "host-network": "Use no network if the program needs none; otherwise let it listen on 127.0.0.1.",
    "shared-tmp": "Pass --contain, which gives the container its own /tmp.",
    "writable-root": "Do not change the image.",
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
    """What a command that opens the display does."""
    return f"`{grant}` gives access to {_admitted(grant)}"


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
