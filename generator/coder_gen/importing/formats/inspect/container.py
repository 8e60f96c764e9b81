"""One container of inspect's JSON, and the settings collected from it."""

from __future__ import annotations

from collections.abc import Callable

from coder_gen.importing.formats.json_text import entries, text, truth
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.text.diagnostics import Reporter
from coder_gen.yaml.nodes import Node


class InspectedContainer:
    """The parts of a container's JSON, and the settings that handlers have read so far."""

    def __init__(self, node: Node, reporter: Reporter) -> None:
        self.node = node
        self.reporter = reporter
        self.document = entries(node)
        self.host_config = entries(self.document.get("HostConfig"))
        name, ident = text(self.document.get("Name")), text(self.document.get("Id"))
        self.name = name.literal.removeprefix("/") if name is not None else ""
        self.id = ident.literal if ident is not None else ""
        self.settings: dict[str, KeyValue] = {}

    def add(self, key: str, value: Data, node: Node) -> None:
        """Add a setting that is not empty."""
        if value not in (None, "", [], {}):
            self.settings[key] = KeyValue(value, node.span)

    def host_text(self, name: str) -> str:
        """A text of HostConfig; empty if there is none."""
        found = text(self.host_config.get(name))
        return found.literal if found is not None else ""


# Adds the settings of a key: its arguments are the container and the key's value.
Handler = Callable[[InspectedContainer, Node], None]


def text_setting(key: str, *defaults: str) -> Handler:
    """A handler for a text; ``defaults`` are the texts that mean the engine's default."""

    def handler(container: InspectedContainer, node: Node) -> None:
        found = text(node)
        if found is not None and found.literal not in defaults:
            container.add(key, found, node)

    return handler


def switch_setting(key: str) -> Handler:
    """A handler for a boolean, which is a setting if it is true."""
    return lambda container, node: container.add(key, truth(node) or None, node)
