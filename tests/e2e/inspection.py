"""`docker inspect` of one container in a form that two containers can be compared in."""

from __future__ import annotations

from typing import Any

from tests.e2e.engines import Docker

Facts = dict[str, Any]

# What the engine makes for each container: ids, times, paths of its own, addresses it picks.
OF_ONE_CONTAINER = frozenset(
    [
        "AppArmorProfile",
        "Args",
        "Created",
        "Driver",
        "ExecIDs",
        "GraphDriver",
        "HostnamePath",
        "HostsPath",
        "Id",
        "Image",
        "LogPath",
        "MountLabel",
        "Mounts",
        "Name",
        "Path",
        "Platform",
        "ProcessLabel",
        "ResolvConfPath",
        "RestartCount",
        "State",
        "Config.Env",
        "Config.Volumes",
        "HostConfig.Binds",
        "HostConfig.ContainerIDFile",
        "HostConfig.Mounts",
    ]
)

ADDED = frozenset(["HOSTNAME", "PATH", "PWD", "SHLVL", "_"])


def _flat(value: Any, path: str, found: Facts) -> None:
    """Two levels of keys become one, joined with a dot; what lies deeper stays a value."""
    for key, inner in value.items():
        name = f"{path}{key}"
        if name in OF_ONE_CONTAINER or name == "NetworkSettings":
            continue
        if isinstance(inner, dict) and not path:
            _flat(inner, f"{name}.", found)
        else:
            found[name] = inner


def _without_empty(value: Facts) -> Facts:
    """A mapping without the entries that say nothing."""
    inner = {k: _without_empty(v) if isinstance(v, dict) else v for k, v in value.items()}
    return {key: value for key, value in inner.items() if value}


def _bind(text: str) -> tuple[str, Facts]:
    """A mount in the form SOURCE:TARGET[:OPTIONS], as the engine keeps `--volume`."""
    source, target, *rest = text.split(":")
    options = set(",".join(rest).split(",")) - {"", "rw", "z", "Z"}
    mount: Facts = {"Type": "bind" if source.startswith("/") else "volume", "Source": source}
    if "ro" in options:
        mount["ReadOnly"] = True
    if "nocopy" in options:
        mount["VolumeOptions"] = {"NoCopy": True}
    if modes := options - {"ro", "nocopy"}:
        mount["BindOptions"] = {"Propagation": ",".join(sorted(modes))}
    return target, mount


def _mounts(seen: Facts) -> Facts:
    """What is asked for at each target, in whichever of the engine's two lists it stands."""
    asked = dict(_bind(text) for text in seen["HostConfig"]["Binds"] or [])
    for mount in seen["HostConfig"].get("Mounts") or []:
        asked[mount["Target"]] = _without_empty({**mount, "Target": None})
    for mount in asked.values():
        # The engine's own default.
        if mount.get("BindOptions") == {"Propagation": "rprivate"}:
            del mount["BindOptions"]
    return asked


def _effective_mounts(seen: Facts) -> Facts:
    """What the engine mounted: the second witness for the same."""
    found = {}
    for mount in seen["Mounts"]:
        source = mount.get("Name") or mount.get("Source")
        found[mount["Destination"]] = {
            "Type": mount["Type"],
            "Source": source,
            "RW": mount["RW"],
            "Propagation": mount["Propagation"],
        }
    return found


def _networks(seen: Facts) -> Facts:
    """Each network with what was asked of it.

    Among the aliases the engine's are left out (the id), and Compose's (the service's name).
    """
    found = {}
    service = seen["Config"]["Labels"].get("com.docker.compose.service")
    own = {seen["Id"][:12], seen["Name"].removeprefix("/"), service}
    for name, endpoint in seen["NetworkSettings"]["Networks"].items():
        asked = {
            "Aliases": sorted(set(endpoint["Aliases"] or []) - own),
            "IPAMConfig": {k: v for k, v in (endpoint["IPAMConfig"] or {}).items() if v},
            "Links": endpoint["Links"] or [],
            "DriverOpts": endpoint["DriverOpts"] or {},
        }
        found[name] = _without_empty(asked)
    return found


def _environment(docker: Docker, seen: Facts) -> dict[str, str]:
    """What process 1 really has. The engine keeps a name without a value, and does not set it.

    What the engine or a shell before process 1 adds is left out.
    """
    text = docker.output("exec", seen["Id"], "cat", "/proc/1/environ")
    found = dict(entry.partition("=")[::2] for entry in text.split("\0") if entry)
    return {key: value for key, value in found.items() if key not in ADDED}


def facts(docker: Docker, name: str) -> Facts:
    """What was asked of the engine for a container that runs, by dotted names."""
    seen = docker.inspect(name)
    found = asked(seen)
    found["environment"], found["mounted"] = _environment(docker, seen), _effective_mounts(seen)
    return {key: None if value == {} else value for key, value in found.items()}


def asked(seen: Facts) -> Facts:
    """What was asked of the engine for a container that may not run yet, from its inspect."""
    found: Facts = {}
    _flat(seen, "", found)
    if found["Config.Hostname"] == seen["Id"][:12]:
        found["Config.Hostname"] = ""
    for network, endpoint in seen["NetworkSettings"]["Networks"].items():
        # Compose names a network by its id.
        if found["HostConfig.NetworkMode"] == endpoint["NetworkID"]:
            found["HostConfig.NetworkMode"] = network
    found["Config.Labels"] = {
        key: value
        for key, value in found["Config.Labels"].items()
        if not key.startswith("com.docker.compose.")
    }
    found["mounts"] = _mounts(seen)
    found["networks"] = _networks(seen)
    limits = found["HostConfig.Ulimits"]
    found["HostConfig.Ulimits"] = sorted(limits or [], key=lambda limit: str(limit["Name"]))
    # Compose keeps hosts in a map without order, and hands them over in another one each time.
    found["HostConfig.ExtraHosts"] = sorted(found["HostConfig.ExtraHosts"] or [])
    # An empty list and none at all mean the same.
    return {key: None if value in ([], {}) else value for key, value in found.items()}
