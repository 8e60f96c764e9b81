"""Published ports, mounts and networks of a container in inspect's JSON.

The JSON has sections for these, with the values that the engine derived from the options.
"""

from __future__ import annotations

from coder_gen.expression import Text, literal
from coder_gen.importing.formats.inspect.container import InspectedContainer
from coder_gen.importing.formats.json_text import entries, items, number, pairs, text, texts, truth
from coder_gen.language.shapes.amounts import written_size
from coder_gen.language.values import Mount
from coder_gen.options.option_values import Data
from coder_gen.options.short_form import mount
from coder_gen.yaml.nodes import Node


def read_ports(container: InspectedContainer) -> None:
    """Add ``ports`` from HostConfig.PortBindings."""
    node = container.host_config.get("PortBindings")
    if node is None:
        return
    ports: dict[Data, None] = {}
    for key, bindings in pairs(node):
        port = key.text.removesuffix("/tcp")
        for binding in map(entries, items(bindings)):
            address, published = text(binding.get("HostIp")), text(binding.get("HostPort"))
            host = published.literal if published is not None else ""
            where = ""
            if address is not None and address.literal not in ("0.0.0.0", "::"):
                where = address.literal
                where = f"[{where}]:" if ":" in where else f"{where}:"
            whole = f"{where}{host}:{port}" if where or host else port
            ports[literal(whole, key.span)] = None
    container.add("ports", list(ports), node)


def read_mounts(container: InspectedContainer) -> None:
    """Add ``volumes`` from Mounts."""
    node = container.document.get("Mounts")
    if node is not None:
        mounts = (_mount(container, item) for item in items(node))
        container.add("volumes", [mount(each) for each in mounts if each is not None], node)


def _mount(container: InspectedContainer, node: Node) -> Mount | None:
    found = entries(node)
    kind, target = text(found.get("Type")), text(found.get("Destination"))
    if kind is None or target is None:
        return None
    source = text(found.get("Name")) if kind.literal == "volume" else text(found.get("Source"))
    modes = text(found.get("Mode"))
    options = modes.literal.split(",") if modes is not None else []
    propagation = text(found.get("Propagation"))
    if kind.literal == "tmpfs":
        return _tmpfs_mount(container, target, node)
    if kind.literal not in ("bind", "volume"):
        container.reporter.warning(
            "W543", f"a mount of type {kind.literal} is approximated: it is left out", node.span
        )
        return None
    if kind.literal == "volume" and source is not None and _is_anonymous(source.literal):
        source = None
    return Mount(
        kind.literal, source, target, node.span,
        read_only="RW" in found and not truth(found["RW"]),
        propagation=propagation.literal
        if propagation is not None and propagation.literal != "rprivate" and kind.literal == "bind"
        else None,
        selinux=next((o for o in options if o in ("z", "Z")), None)
        if kind.literal == "bind"
        else None,
        nocopy=kind.literal == "volume" and "nocopy" in options,
    )  # fmt: skip


def _is_anonymous(name: str) -> bool:
    return len(name) == 64 and all(c in "0123456789abcdef" for c in name)


def _tmpfs_mount(container: InspectedContainer, target: Text, node: Node) -> Mount:
    """A tmpfs mount, whose options are only in HostConfig."""
    made = Mount("tmpfs", None, target, node.span)
    for requested in map(entries, items(container.host_config.get("Mounts"))):
        where, given = text(requested.get("Target")), entries(requested.get("TmpfsOptions"))
        if where is not None and where.literal == target.literal and given:
            limit, mode = number(given.get("SizeBytes")), number(given.get("Mode"))
            made = made._replace(
                size=literal(str(written_size(limit)), node.span) if limit else None,
                mode=format(mode, "o") if mode else None,
            )
    return made


def read_networks(container: InspectedContainer) -> None:
    """Add ``networks`` from NetworkSettings, or ``network_mode`` from HostConfig."""
    node = container.host_config.get("NetworkMode")
    mode = text(node)
    attached = entries(container.document.get("NetworkSettings")).get("Networks")
    networks = {
        key.text: _attachment(container, value)
        for key, value in pairs(attached)
        if key.text not in ("bridge", "podman", "host", "none")
    }
    if mode is not None and node is not None and not networks:
        if mode.literal not in ("default", "bridge", "podman", "slirp4netns", "pasta"):
            container.add("network_mode", mode, node)
    elif attached is not None and networks:
        container.add("networks", networks if any(networks.values()) else list(networks), attached)


def _attachment(container: InspectedContainer, node: Node) -> dict[str, Data]:
    found = entries(node)
    addresses = entries(found.get("IPAMConfig"))
    own_names = (container.name, container.id[:12])
    aliases = [each for each in texts(found.get("Aliases")) if each.literal not in own_names]
    attachment: dict[str, Data] = {"aliases": aliases} if aliases else {}
    for name, key in (("IPv4Address", "ipv4_address"), ("IPv6Address", "ipv6_address")):
        address = text(addresses.get(name))
        if address is not None:
            attachment[key] = address
    return attachment
