"""Keys of a service that differ from a spec's only in syntax, or that need the rest of the file.

Any other key is read by the shape of the spec's key of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.formats.built_in_variables import without_error_operators
from coder_gen.importing.formats.compose.file import ServiceSettings
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.build import BUILD
from coder_gen.language.keys.container import KEYS
from coder_gen.language.values import Inherit
from coder_gen.options.option_values import Data, KeyValue, host_user, is_text
from coder_gen.options.short_form import data_of
from coder_gen.plan.labels import ENVIRONMENT_LABEL, OWNER_LABEL
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar, Sequence, pairs_by_name

# Adds the settings of a service's key: its arguments are the settings, the key and its value.
Handler = Callable[[ServiceSettings, Scalar, Node], None]
_DEPLOY_RESOURCES: Mapping[tuple[str, str], str] = {
    ("limits", "cpus"): "cpus",
    ("limits", "memory"): "mem_limit",
    ("limits", "pids"): "pids_limit",
    ("reservations", "memory"): "mem_reservation",
    ("reservations", "devices"): "gpus",
}


def _user(service: ServiceSettings, key: Scalar, node: Node) -> None:
    service.parse("user", key, node)
    service.change("user", host_user)


def _entrypoint(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if isinstance(node, Sequence) and not node.items:
        return  # Compose keeps the image's entrypoint
    service.parse("entrypoint", key, node)
    service.change("entrypoint", lambda words: [] if words and is_text(words[0], "") else words)


def _environment(service: ServiceSettings, key: Scalar, node: Node) -> None:
    value = KEYS["environment"].shape.parse(node, service.ctx)
    if value is None:
        return
    forwarded = [literal(n, v.span) for n, v in value.items() if isinstance(v, Inherit)]
    if all(n.literal.replace("_", "a").isalnum() and n.literal.isascii() for n in forwarded):
        service.add("forward_environment", forwarded, key.span)
        value = {n: v for n, v in value.items() if not isinstance(v, Inherit)}
    service.add_parsed("environment", value, key.span)


def _labels(service: ServiceSettings, key: Scalar, node: Node) -> None:
    service.parse("labels", key, node)
    if "labels" not in service.settings:
        return
    labels = dict(service.settings["labels"].value)
    environment, _ = labels.pop(ENVIRONMENT_LABEL, None), labels.pop(OWNER_LABEL, None)
    service.change("labels", lambda _: labels)
    if isinstance(environment, Text) and environment.is_literal and not service.file.environment:
        service.file.environment = environment.literal


def _volumes(service: ServiceSettings, key: Scalar, node: Node) -> None:
    mounts = service.file.resources.volumes(node)
    if mounts is not None:
        service.add("volumes", mounts, key.span)


def _ports(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if not isinstance(node, Sequence):
        service.parse("ports", key, node)
        return
    # `mode` is for Swarm; both of its values publish on the host here.
    items = tuple(_without(item, "mode") for item in node.items)
    service.parse("ports", key, node._replace(items=items))
    service.change("ports", lambda ports: _as_written(ports, items, service.ctx))


def _as_written(ports: list[Data], items: tuple[Node, ...], ctx: ParseContext) -> list[Data]:
    """Port ranges as they were written, not expanded to single ports."""
    ranges = {
        item.span: item for item in items
        if isinstance(item, Scalar) and "-" in item.text.partition("$")[0]
    }  # fmt: skip
    if not ranges:
        return ports
    kept: list[Data] = []
    for port in ports:
        item = ranges.get(port.span) if isinstance(port, Text) else None
        text = ctx.interpolated(item.text, item.span) if item is not None else port
        if text not in kept:
            kept.append(text)
    return kept


def _expose(service: ServiceSettings, key: Scalar, node: Node) -> None:
    service.parse("expose", key, node)
    service.change("expose", lambda ports: [port.map(_without_tcp) for port in ports])


def _without_tcp(part: str) -> str:
    return part.removesuffix("/tcp")


def _networks(service: ServiceSettings, key: Scalar, node: Node) -> None:
    value = KEYS["networks"].shape.parse(node, service.ctx)
    if not value:
        return
    networks = {service.file.resources.network(name, key.span): v for name, v in value.items()}
    networks = {name: v for name, v in networks.items() if name}
    # `external: true, name: host` is the engine's network mode `host`; likewise `none`.
    mode = next((name for name in networks if name in ("host", "none")), None)
    if mode is not None:
        service.add("network_mode", literal(mode, key.span), key.span)
    elif networks:
        service.add_parsed("networks", networks, key.span)


def _namespace(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if isinstance(node, Scalar) and node.text.startswith("service:"):
        other = node.text.removeprefix("service:")
        name = service.file.container_of(other, key.text, node.span)
        node = node._replace(text=f"container:{name}")
    service.parse(key.text, key, node)


def _volumes_from(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if isinstance(node, Sequence):
        found: list[Node] = []
        for item in node.items:
            if isinstance(item, Scalar) and not item.text.startswith("container:"):
                name, *access = item.text.split(":", 1)
                name = service.file.container_of(name, key.text, item.span)
                item = item._replace(text=":".join(("container", name, *access)))
            found.append(item)
        node = node._replace(items=tuple(found))
    service.parse("volumes_from", key, node)
    service.change("volumes_from", lambda names: [name.map(_without_container) for name in names])


def _without_container(part: str) -> str:
    return part.removeprefix("container:")


def _grants(service: ServiceSettings, key: Scalar, node: Node) -> None:
    grants = service.file.resources.grants(key.text, node)
    if grants:
        service.add(key.text, grants, key.span)


def _build(service: ServiceSettings, key: Scalar, node: Node) -> None:
    build = service.file.build
    if build:
        if build["build"].span != key.span:
            service.file.approximate(
                "build", "a spec makes one image: the first service's", key.span, "W543"
            )
        return

    def refuse(part: Scalar) -> None:
        fix = "build the image apart, and name it by `image`"
        service.file.refuse(f"build.{part.text}", part.span, fix)

    node = _without(node, "ssh", "additional_contexts", "privileged", "dockerfile_inline",
                    "entitlements", "isolation", "ulimits", "cache_to", report=refuse)  # fmt: skip
    secrets = pairs_by_name(node).get("secrets")
    value = BUILD.parse(_without(node, "secrets"), service.ctx)
    if not value:
        return
    found = {n: without_error_operators(data_of(n, setting.value)) for n, setting in value.items()}
    if secrets is not None:
        found["secrets"] = service.file.resources.grants("secrets", secrets[1])
    short = found["context"] if set(found) == {"context"} else found
    build["build"] = KeyValue(short, key.span)


def _without(node: Node, *names: str, report: Callable[[Scalar], None] | None = None) -> Node:
    """A mapping without some keys; ``report`` is called with each."""
    if not isinstance(node, nodes.Mapping):
        return node
    if report is not None:
        for key, _ in node.pairs:
            if key.text in names:
                report(key)
    return node._replace(pairs=tuple(p for p in node.pairs if p[0].text not in names))


def _deploy(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if not isinstance(node, nodes.Mapping):
        service.ctx.wrong_type(node, "a mapping", "for example: {resources: {limits: {cpus: 2}}}")
    for name, (scalar, value) in pairs_by_name(node).items():
        if name == "resources":
            _resources(service, value)
        elif name == "restart_policy":
            _restart(service, value)
        elif name == "replicas" and isinstance(value, Scalar) and value.text in ("0", "1"):
            continue
        else:
            service.file.approximate(
                f"deploy.{name}", "it is for clusters, or for several", scalar.span, "W542"
            )


def _resources(service: ServiceSettings, node: Node) -> None:
    for part, (_, value) in pairs_by_name(node).items():
        for name, (inner, item) in pairs_by_name(value).items():
            key = _DEPLOY_RESOURCES.get((part, name))
            if key is None:
                service.file.approximate(
                    f"deploy.resources.{part}.{name}", "no engine says it", inner.span, "W543"
                )
            elif key not in service.settings:
                service.parse(key, inner, item)
        if not isinstance(value, nodes.Mapping):
            service.ctx.wrong_type(value, "a mapping", f"for example: {part}: {{cpus: 2}}")


def _restart(service: ServiceSettings, node: Node) -> None:
    found = pairs_by_name(node)
    condition = found["condition"][1] if "condition" in found else None
    word = condition.text if isinstance(condition, Scalar) else "any"
    most = found["max_attempts"][1] if "max_attempts" in found else None
    policy = {"any": "always", "none": "no", "on-failure": "on-failure"}.get(word)
    if policy is None:
        span = node.span if condition is None else condition.span
        service.file.refuse("condition", span, "any, none or on-failure")
        return
    if isinstance(most, Scalar) and policy == "on-failure":
        policy += f":{most.text}"
    if "restart" not in service.settings:
        service.add("restart", literal(policy, node.span), node.span)
    for name in ("delay", "window"):
        if name in found:
            service.file.approximate(
                f"restart_policy.{name}", "the engine's own", found[name][0].span
            )


def _pull_policy(service: ServiceSettings, key: Scalar, node: Node) -> None:
    if isinstance(node, Scalar) and node.text in ("build", "daily", "weekly", "refresh"):
        why = f"`{node.text}` is about Compose"
        service.file.approximate("pull_policy", why, node.span, "W542")
        return
    if isinstance(node, Scalar) and node.text == "if_not_present":
        node = node._replace(text="missing")
    service.parse("pull_policy", key, node)


SERVICE_KEYS: Mapping[str, Handler] = {
    "user": _user,
    "entrypoint": _entrypoint,
    "environment": _environment,
    "labels": _labels,
    "volumes": _volumes,
    "ports": _ports,
    "expose": _expose,
    "networks": _networks,
    "network_mode": _namespace,
    "pid": _namespace,
    "ipc": _namespace,
    "volumes_from": _volumes_from,
    "secrets": _grants,
    "configs": _grants,
    "build": _build,
    "deploy": _deploy,
    "pull_policy": _pull_policy,
}
