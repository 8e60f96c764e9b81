"""Podman's image store, read from its files: running Podman would leave a process behind."""

from __future__ import annotations

import base64
import json
import os
import re
from typing import Any

from coder_gen.host.probe import Probe

# The name of the engine that owns the store.
ENGINE = "podman"
_SETTING = r"^\s*{name}\s*=\s*(.+)$"


def configuration(probe: Probe) -> str:
    """The text of the storage.conf in force for this user; empty if there is none."""
    home = probe.environment.get("XDG_CONFIG_HOME") or os.path.join(probe.user.home, ".config")
    own = os.path.join(home, "containers/storage.conf")
    places = [probe.environment.get("CONTAINERS_STORAGE_CONF", "")]
    if probe.user.uid != 0:
        places.append(own)
    places += ["/etc/containers/storage.conf", "/usr/share/containers/storage.conf"]
    for place in places:
        if place and probe.look(place).readable:
            return probe.read(place) or ""
    return ""


def root(probe: Probe) -> str:
    """The root folder of the store."""
    text = configuration(probe)
    names = ["graphroot"] if probe.user.uid == 0 else ["rootless_storage_path", "graphroot"]
    for name in names:
        value = _value(text, name)
        # /var/lib belongs to root: Podman ignores it for other users.
        if value and (probe.user.uid == 0 or not value.startswith("/var/lib/containers")):
            user = probe.user
            for word, meaning in (
                ("$HOME", user.home),
                ("$UID", str(user.uid)),
                ("$USER", user.name),
            ):
                value = value.replace(word, meaning)
            return value
    if probe.user.uid == 0:
        return "/var/lib/containers/storage"
    data = probe.environment.get("XDG_DATA_HOME") or os.path.join(probe.user.home, ".local/share")
    return os.path.join(data, "containers/storage")


def _value(text: str, name: str) -> str:
    match = re.search(_SETTING.format(name=name), text, re.MULTILINE)
    return match[1].split("#")[0].strip().strip("\"'") if match else ""


def _stores(probe: Probe) -> list[str]:
    """The root folder of the user's store, then the additional image stores."""
    text = re.sub(r"^\s*#.*$", "", configuration(probe), flags=re.MULTILINE)
    match = re.search(r"^\s*additionalimagestores\s*=\s*\[([^\]]*)\]", text, re.MULTILINE)
    shared = re.findall(r"[\"']([^\"']+)[\"']", match[1]) if match else []
    return [root(probe), *shared]


def image(name: str, probe: Probe) -> dict[str, Any]:
    """An image with the fields of `docker image inspect`; empty if no store has it."""
    wanted = _names(name)
    for store in _stores(probe):
        if not probe.look(store).readable:
            continue
        for folder in probe.names(store):
            if not folder.endswith("-images"):
                continue
            listed = _json(probe.read(f"{store}/{folder}/images.json"))
            for entry in listed if isinstance(listed, list) else []:
                if wanted & {*entry.get("names", []), entry.get("id", "")}:
                    return _image(f"{store}/{folder}", entry, probe)
    return {}


def _names(name: str) -> set[str]:
    """The full names that a short name may stand for."""
    last = name.rpartition("/")[2]
    full = name if ":" in last or "@" in last else f"{name}:latest"
    registry = name.partition("/")[0] if "/" in name else ""
    if "." in registry or ":" in registry or registry == "localhost":
        return {name, full}
    path = full if "/" in full else f"library/{full}"
    return {name, full, f"localhost/{full}", f"docker.io/{path}"}


def _image(folder: str, entry: dict[str, Any], probe: Probe) -> dict[str, Any]:
    identity = str(entry.get("id", ""))
    key = base64.b64encode(f"sha256:{identity}".encode()).decode()
    config = _json(probe.read(f"{folder}/{identity}/={key}"))
    found = config if isinstance(config, dict) else {}
    return {
        "Created": found.get("created") or entry.get("created") or "",
        "Architecture": found.get("architecture", ""),
        "Config": found.get("config") or {},
    }


def _json(text: str | None) -> object:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
