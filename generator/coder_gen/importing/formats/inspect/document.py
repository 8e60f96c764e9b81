"""The whole JSON of inspect: its containers, read into a draft of a spec."""

from __future__ import annotations

from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of, with_distinct_modes
from coder_gen.importing.formats.inspect.attached import read_mounts, read_networks, read_ports
from coder_gen.importing.formats.inspect.config import read_config
from coder_gen.importing.formats.inspect.container import InspectedContainer
from coder_gen.importing.formats.inspect.host_config import read_host_config
from coder_gen.importing.formats.json_text import entries, items, read_json
from coder_gen.importing.result import Counts, Run
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Scalar


def read_inspect(original: str, name: str, service: str | None = None) -> Draft:
    """Read the JSON; ``service`` selects a container by name or id. Raises Problems."""
    reporter = Reporter()
    source, root = read_json(original, name)
    found = items(root) or ((root,) if isinstance(root, nodes.Mapping) else ())
    containers = [
        InspectedContainer(node, reporter) for node in found if "Config" in entries(node)
    ]  # fmt: skip
    if service is not None:
        containers = [
            c for c in containers if c.name == service or (service and c.id.startswith(service))
        ]
    if not containers:
        what = f"no container {service}" if service else "no container"
        reporter.error(
            "E502", f"there is {what} in this JSON", Span(source, 0, 0, 1),
            "take the output of: docker inspect --type container NAME",
        )  # fmt: skip
    made = [_read(container) for container in containers]
    reporter.stop_if_failed()
    if len(made) == 1:
        made = [made[0]._replace(mode="service")]
    made = with_distinct_modes(made)
    approximated = len(reporter.diagnostics)
    return Draft(
        tuple(made),
        tuple(Run(c.mode, None, (), c.span) for c in made),
        Counts(sum(len(c.settings) for c in made), 0, approximated),
        tuple(reporter.diagnostics),
        name=name_of(containers[0].name or "imported"),
    )


def _read(container: InspectedContainer) -> Container:
    """All settings of one container."""
    if container.name and isinstance(container.document.get("Name"), Scalar):
        container.add("container_name", container.name, container.document["Name"])
    read_config(container)
    read_host_config(container)
    read_ports(container)
    read_mounts(container)
    read_networks(container)
    if "image" not in container.settings:
        container.reporter.error(
            "E502", "this JSON names no image", container.node.span,
            "take the whole output of: docker inspect --type container NAME",
        )  # fmt: skip
    return Container(name_of(container.name or "imported"), container.settings, container.node.span)
