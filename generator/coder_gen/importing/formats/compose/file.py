"""The data that the services of one Compose file share while they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coder_gen.importing.formats.approximation import approximate
from coder_gen.importing.formats.built_in_variables import without_error_operators
from coder_gen.importing.formats.compose.resources import Resources
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import KEYS
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.short_form import data_of
from coder_gen.text.diagnostics import EVERYONE, SPEC_AUTHOR
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Node, Scalar, pairs_by_name


class ComposeFile:
    """The file's resources and services, and the results of reading them so far."""

    def __init__(
        self, ctx: ParseContext, resources: Resources, services: Mapping[str, tuple[Scalar, Node]]
    ) -> None:
        self.ctx = ctx
        self.resources = resources
        self.services = services
        self.settings_read = 0
        # How to build the image: `build`, a key at the top of a spec.
        self.build: dict[str, KeyValue] = {}
        # The environment's name, if coder-gen generated the file.
        self.environment = ""

    def container_of(self, service: str, key: str, span: Span) -> str:
        """The name of a service's first container, if the file shows it."""
        own = pairs_by_name(self.services[service][1]) if service in self.services else {}
        named = own["container_name"][1] if "container_name" in own else None
        project = self.resources.project
        if isinstance(named, Scalar):
            name = named.text
        else:
            name = f"{project}-{service}-1" if project else service
        self.approximate(
            key, f"it is that of the container {name}, which has to be there first", span, "W540",
            SPEC_AUTHOR,
        )  # fmt: skip
        return name

    def approximate(
        self, what: str, why: str, span: Span, code: str = "W501", audience: str = EVERYONE
    ) -> None:
        """Warn that a setting is imported only approximately."""
        approximate(self.ctx.reporter, what, why, span, code, audience)

    def refuse(self, what: str, span: Span, fix: str) -> None:
        """Report a setting that a spec cannot express."""
        self.ctx.reporter.error("E503", f"`{what}` has no place in a spec", span, fix)


class ServiceSettings:
    """The settings collected from the keys of one service."""

    def __init__(self, file: ComposeFile) -> None:
        self.file = file
        self.ctx = file.ctx
        self.settings: dict[str, KeyValue] = {}

    def add(self, name: str, value: Data, span: Span) -> None:
        """Add a setting."""
        self.settings[name] = KeyValue(value, span)

    def parse(self, name: str, key: Scalar, node: Node) -> None:
        """Add the node's value, parsed as the spec's key of that name; report its errors."""
        value = KEYS[name].shape.parse(node, self.ctx)
        if value is not None:
            self.add_parsed(name, value, key.span)

    def add_parsed(self, name: str, value: Any, span: Span) -> None:
        """Add a value that the shape of a spec's key has read."""
        self.add(name, without_error_operators(data_of(name, value)), span)

    def change(self, name: str, change: Callable[[Data], Data]) -> None:
        """Replace a setting's value, if there is one."""
        if name in self.settings:
            setting = self.settings[name]
            self.settings[name] = setting._replace(value=change(setting.value))
