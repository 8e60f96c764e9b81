"""Read one service: its keys, its image and its comments."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import literal
from coder_gen.importing.draft.model import Container
from coder_gen.importing.draft.names import name_of
from coder_gen.importing.formats.compose.file import ComposeFile, ServiceSettings
from coder_gen.importing.formats.compose.service_keys import SERVICE_KEYS
from coder_gen.importing.formats.yaml_comments import comments_of_keys
from coder_gen.language.context import guess
from coder_gen.language.keys.container import KEYS
from coder_gen.options.option_values import KeyValue, is_text
from coder_gen.text.diagnostics import SPEC_AUTHOR
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar, pairs_by_name
from coder_gen.yaml.scalars import is_absent, is_null

# Keys that refer to other containers, and how they are approximated.
_OTHERS: Mapping[str, str] = {
    "depends_on": "a spec is one container: start the others first",
    "links": "a spec is one container: networks, or external_links, name others",
}
# Keys that only concern Compose, and how they are approximated.
_COMPOSES_OWN: Mapping[str, str] = {
    "attach": "the launcher shows the container's output",
    "develop": "it belongs to `docker compose watch`; mounts of the sources do the same",
    "scale": "a spec starts one container each time",
}
# Keys that change the container but that a spec cannot express, and what to do instead.
_REFUSED: Mapping[str, str] = {
    "extends": "write the whole service first: docker compose config",
    "credential_spec": "write it under `security_opt` as credentialspec=...",
    "post_start": "put it in the image's entry point",
    "pre_stop": "put it in the image's entry point",
    "provider": "it is no container",
    "models": "a spec is one container",
}
# Keys of a spec that a service does not have.
_OURS = frozenset(
    ["apptainer", "cpuset_mems", "engine_options", "forward_environment", "publish_address",
     "publish_all", "rm", "x11"]
)  # fmt: skip


def read_service(file: ComposeFile, name: str, key: Scalar, node: Node) -> Container:
    """Read one service, with the key of its name; report its errors."""
    if not isinstance(node, nodes.Mapping):
        file.ctx.wrong_type(node, "a service: a mapping", "write its keys below its name")
        return Container(name_of(name), {}, key.span)
    service = ServiceSettings(file)
    settings, pairs = service.settings, pairs_by_name(node)
    for scalar, value in node.pairs:
        file.settings_read += 1
        if not (isinstance(value, Scalar) and is_null(value)):
            _read_key(service, scalar, value)
    if "image" not in settings and "build" in pairs:
        # Compose names an image that it builds after the service.
        service.add("image", literal(f"{name_of(name)}:latest", key.span), key.span)
        file.approximate("image", f"the built image is called {name_of(name)}:latest", key.span)
    elif "image" not in pairs or is_absent(pairs["image"][1]):
        file.ctx.reporter.error(
            "E503", f"the service {name} names no image", key.span,
            "add `image`, or join the files first: docker compose -f ONE -f OTHER config",
        )  # fmt: skip
    if len(file.services) > 1 and "network_mode" not in settings and "networks" not in settings:
        file.approximate(
            name, "Compose joins its services by a network of their own; the container is on"
            " the engine's default network", key.span, "W540", SPEC_AUTHOR,
        )  # fmt: skip
    _add_comments(settings, node)
    own = settings.get("container_name")
    if own is not None and is_text(own.value, f"{name}-${{UID}}"):
        del settings["container_name"]  # a launcher's default name
    if name == "shell":
        # A Compose file cannot express it: it is an option, `docker compose run --rm`.
        service.add("rm", True, key.span)
    return Container(name_of(name), settings, key.span)


def _read_key(service: ServiceSettings, key: Scalar, node: Node) -> None:
    name = key.text
    if name.startswith("x-") or name in ("profiles", "version"):
        return
    if name in SERVICE_KEYS:
        SERVICE_KEYS[name](service, key, node)
    elif name in _OTHERS:
        service.file.approximate(name, _OTHERS[name], key.span, "W540", SPEC_AUTHOR)
    elif name in _COMPOSES_OWN:
        service.file.approximate(name, _COMPOSES_OWN[name], key.span, "W542")
    elif name in _REFUSED:
        service.file.refuse(name, key.span, _REFUSED[name])
    elif name in KEYS and name not in _OURS:
        service.parse(name, key, node)
    else:
        near = guess(name, KEYS, service.ctx.reporter)
        service.ctx.reporter.error(
            "E503", f"unknown key `{name}` of a service", key.span,
            f"did you mean `{near}`?" if near else "remove it: no engine would be told of it",
        )  # fmt: skip


def _add_comments(settings: dict[str, KeyValue], node: nodes.Mapping) -> None:
    """Give each setting the comments of its key; a service in flow style has none."""
    source = node.span.source
    lines = sorted({key.span.line for key, _ in node.pairs if key.span.source is source})
    end = lines[-1] + 1 if lines else 0
    indent = node.pairs[0][0].span.column if node.pairs else 0
    while source.line(end)[: indent + 1].isspace() and source.line(end).strip():
        end += 1
    found = comments_of_keys(source, lines, end)
    for name, setting in settings.items():
        comments = found.pop(setting.span.line, ())
        if comments:
            settings[name] = setting._replace(comments=comments)
