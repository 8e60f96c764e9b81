"""A Compose file: its services become the modes of a spec, or one of them the spec itself.

Most keys of a service are a spec's own, so they are read by the spec's own shapes, with errors
placed in the Compose file. The rest is in the tables here: other words, or why there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of, with_distinct_modes
from coder_gen.importing.formats.built_in_variables import changed
from coder_gen.importing.formats.compose_resources import Resources
from coder_gen.importing.formats.lone_dollars import doubled
from coder_gen.importing.formats.yaml_comments import after_values, at_top, of_keys
from coder_gen.importing.result import APPROXIMATIONS, Counts, Run
from coder_gen.language.context import ParseContext, guess, nearest
from coder_gen.language.keys.build import BUILD
from coder_gen.language.keys.container import KEYS
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.values import Inherit
from coder_gen.options.option_values import Data, KeyValue, host_user, is_text
from coder_gen.options.short_form import data_of
from coder_gen.plan.labels import ENVIRONMENT_LABEL, OWNER_LABEL
from coder_gen.text.diagnostics import EVERYONE, SPEC_AUTHOR, Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar, Sequence
from coder_gen.yaml.reader import read
from coder_gen.yaml.scalars import is_absent, is_null

# Keys that name other containers, and how they are approximated.
_OTHERS: Mapping[str, str] = {
    "depends_on": "a spec is one container: start the others first",
    "links": "a spec is one container: networks, or external_links, name others",
}
# Keys for Compose itself, and how they are approximated.
_COMPOSES_OWN: Mapping[str, str] = {
    "attach": "the launcher shows the container's output",
    "develop": "it belongs to `docker compose watch`; mounts of the sources do the same",
    "scale": "a spec starts one container each time",
}
# Keys that change the container and have no place in a spec, and what to do instead.
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
_TOP = ("services", "networks", "volumes", "secrets", "configs", "name", "version")


def read_compose(text: str, name: str, service: str | None = None) -> Draft:
    """Read a Compose file; ``service`` picks one. Raises Problems, placed in it."""
    reporter = Reporter()
    source, root = read(name, text.encode())
    place = Span(source, 0, 0, 1)
    pairs = _pairs(doubled(root) if root is not None else None)
    services = _pairs(pairs["services"][1]) if "services" in pairs else {}
    if not services:
        reporter.error("E502", "the Compose file has no services", place, "add one, or see --from")
        reporter.stop_if_failed()
    for key, (scalar, _) in pairs.items():
        if key == "include":
            reporter.error(
                "E503", "`include` names other files, and an import reads one", scalar.span,
                "join them first: docker compose config",
            )  # fmt: skip
        elif key not in _TOP and not key.startswith("x-"):
            reporter.error(
                "E503", f"unknown key `{key}` of a Compose file", scalar.span,
                f"remove it: known here are {', '.join(_TOP)}",
            )  # fmt: skip
    if service is not None and service not in services:
        reporter.error(
            "E502", f"there is no service `{service}`", place,
            _guess(service, services),
        )  # fmt: skip
        reporter.stop_if_failed()
    ctx = ParseContext(reporter, {}, "the Compose file", last_counts="Compose")
    tops = Resources(pairs, ctx)
    chosen = [service] if service is not None else list(services)
    # A service under a profile is started by name only: it is no default.
    chosen.sort(key=lambda each: "profiles" in _pairs(services[each][1]))
    made = _Services(ctx, tops, services)
    containers = [made.container(each, *services[each]) for each in chosen]
    reporter.stop_if_failed()
    return made.draft(containers, chosen)


def _guess(name: str, names: Mapping[str, object]) -> str:
    near = nearest(name, names)
    return f"did you mean `{near}`?" if near else f"there are: {', '.join(names)}"


def _pairs(node: Node | None) -> dict[str, tuple[Scalar, Node]]:
    found = node.pairs if isinstance(node, nodes.Mapping) else ()
    return {key.text: (key, value) for key, value in found}


class _Services:
    """Reads services one by one; keeps what they have in common."""

    def __init__(
        self, ctx: ParseContext, tops: Resources, services: Mapping[str, tuple[Scalar, Node]]
    ) -> None:
        self.ctx = ctx
        self.tops = tops
        self.services = services
        self.read = 0
        self.build: dict[str, KeyValue] = {}
        # The environment's name, where coder-gen itself made the file.
        self.environment = ""

    def container(self, name: str, key: Scalar, node: Node) -> Container:
        """One service."""
        if not isinstance(node, nodes.Mapping):
            self.ctx.wrong_type(node, "a service: a mapping", "write its keys below its name")
            return Container(name_of(name), {}, key.span)
        settings: dict[str, KeyValue] = {}
        for scalar, value in node.pairs:
            self.read += 1
            if isinstance(value, Scalar) and is_null(value):
                continue
            self._key(settings, scalar, value)
        if "image" not in settings and "build" in _pairs(node):
            # Compose names what it builds itself.
            settings["image"] = KeyValue(literal(f"{name_of(name)}:latest", key.span), key.span)
            self._approximate(
                "image", f"the built image is called {name_of(name)}:latest", key.span
            )
        elif "image" not in _pairs(node) or is_absent(_pairs(node)["image"][1]):
            self.ctx.reporter.error(
                "E503", f"the service {name} names no image", key.span,
                "add `image`, or join the files first: docker compose -f ONE -f OTHER config",
            )  # fmt: skip
        if len(self.services) > 1 and "network_mode" not in settings and "networks" not in settings:
            self._approximate(
                name, "Compose joins its services by a network of their own; the container is on"
                " the engine's default network", key.span, "W540", SPEC_AUTHOR,
            )  # fmt: skip
        self._comments(settings, node)
        own = settings.get("container_name")
        if own is not None and is_text(own.value, f"{name}-${{UID}}"):
            del settings["container_name"]  # what a launcher calls it anyway
        if name == "shell":
            # A Compose file cannot express it: it is an option, `docker compose run --rm`.
            settings["rm"] = KeyValue(True, key.span)
        return Container(name_of(name), settings, key.span)

    def _comments(self, settings: dict[str, KeyValue], node: nodes.Mapping) -> None:
        """Give each setting the comments of its key; flow style has no room for any."""
        source = node.span.source
        lines = sorted({key.span.line for key, _ in node.pairs if key.span.source is source})
        end = lines[-1] + 1 if lines else 0
        indent = node.pairs[0][0].span.column if node.pairs else 0
        while source.line(end)[: indent + 1].isspace() and source.line(end).strip():
            end += 1
        found = of_keys(source, lines, end)
        for name, said in settings.items():
            comments = found.pop(said.span.line, ())
            if comments:
                settings[name] = said._replace(comments=comments)

    def draft(self, containers: list[Container], chosen: list[str]) -> Draft:
        """All services together."""
        first = containers[0]
        if len(containers) == 1 or self.environment:
            containers[0] = first._replace(mode="service")
        containers = with_distinct_modes(containers)
        variables: dict[str, Mapping[str, Data]] = {}
        for ref in self.ctx.refs:
            if ref.name not in BUILT_IN and not ref.operator:
                # Compose takes an empty value where it is not set.
                variables.setdefault(ref.name, {"default": ""})
        approximated = sum(d.code in APPROXIMATIONS for d in self.ctx.reporter.diagnostics)
        return Draft(
            tuple(containers),
            tuple(Run(c.mode, None, (), c.span) for c in containers),
            Counts(self.read, 0, approximated),
            tuple(self.ctx.reporter.diagnostics),
            name=name_of(self.environment or self.tops.project or chosen[0]),
            variables=variables,
            comments=() if self.environment else at_top(first.span.source),
            notes=after_values(first.span.source),
            top=self.build,
        )

    def _key(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        name = key.text
        special = _SPECIAL.get(name)
        if name.startswith("x-") or name in ("profiles", "version"):
            return
        if special is not None:
            special(self, settings, key, node)
        elif name in _OTHERS:
            self._approximate(name, _OTHERS[name], key.span, "W540", SPEC_AUTHOR)
        elif name in _COMPOSES_OWN:
            self._approximate(name, _COMPOSES_OWN[name], key.span, "W542")
        elif name in _REFUSED:
            self._refuse(name, key.span, _REFUSED[name])
        elif name in KEYS and name not in _OURS:
            self._own(settings, name, key, node)
        else:
            near = guess(name, KEYS, self.ctx.reporter)
            self.ctx.reporter.error(
                "E503", f"unknown key `{name}` of a service", key.span,
                f"did you mean `{near}`?" if near else "remove it: no engine would be told of it",
            )  # fmt: skip

    def _own(self, settings: dict[str, KeyValue], name: str, key: Scalar, node: Node) -> None:
        """A key that means the same in a spec."""
        value = KEYS[name].shape.parse(node, self.ctx)
        if value is not None:
            settings[name] = KeyValue(changed(data_of(name, value)), key.span)

    def _user(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        self._own(settings, "user", key, node)
        if "user" in settings:
            settings["user"] = settings["user"]._replace(value=host_user(settings["user"].value))

    def _entrypoint(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if isinstance(node, Sequence) and not node.items:
            return  # Compose leaves the image's in place
        self._own(settings, "entrypoint", key, node)
        said = settings.get("entrypoint")
        if said is not None and (said.value == [] or is_text(said.value[0], "")):
            settings["entrypoint"] = said._replace(value=[])

    def _environment(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        value = KEYS["environment"].shape.parse(node, self.ctx)
        if value is None:
            return
        forwarded = [literal(n, v.span) for n, v in value.items() if isinstance(v, Inherit)]
        if all(n.literal.replace("_", "a").isalnum() and n.literal.isascii() for n in forwarded):
            settings["forward_environment"] = KeyValue(forwarded, key.span)
            value = {n: v for n, v in value.items() if not isinstance(v, Inherit)}
        settings["environment"] = KeyValue(changed(data_of("environment", value)), key.span)

    def _labels(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        self._own(settings, "labels", key, node)
        said = settings.get("labels")
        if said is None:
            return
        made_by = said.value.get(ENVIRONMENT_LABEL)
        if isinstance(made_by, Text) and made_by.is_literal and not self.environment:
            self.environment = made_by.literal
        kept = {
            n: value for n, value in said.value.items() if n not in (ENVIRONMENT_LABEL, OWNER_LABEL)
        }
        settings["labels"] = said._replace(value=kept)

    def _volumes(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        found = self.tops.volumes(node)
        if found is not None:
            settings["volumes"] = KeyValue(found, key.span)

    def _ports(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if isinstance(node, Sequence):
            # Swarm's word; both of its values publish on the host here.
            node = node._replace(items=tuple(_without(item, "mode") for item in node.items))
        self._own(settings, "ports", key, node)
        said = settings.get("ports")
        if said is not None and isinstance(node, Sequence):
            settings["ports"] = said._replace(value=_written(said.value, node, self.ctx))

    def _networks(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        value = KEYS["networks"].shape.parse(node, self.ctx)
        if value:
            found = {self.tops.network(name, key.span): v for name, v in value.items()}
            found = {name: v for name, v in found.items() if name}
            # `external: true, name: host`: the engine's own words for no network of one's own.
            mode = next((name for name in found if name in ("host", "none")), None)
            if mode is not None:
                settings["network_mode"] = KeyValue(literal(mode, key.span), key.span)
            elif found:
                said = changed(data_of("networks", found))
                settings["networks"] = KeyValue(said, key.span)

    def _namespace(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar) and node.text.startswith("service:"):
            name = self._container_of(node.text.removeprefix("service:"), key.text, node.span)
            node = node._replace(text=f"container:{name}")
        self._own(settings, key.text, key, node)

    def _container_of(self, service: str, key: str, span: Span) -> str:
        """The name of a service's first container, as far as the file tells."""
        own = _pairs(self.services[service][1]) if service in self.services else {}
        named = own["container_name"][1] if "container_name" in own else None
        if isinstance(named, Scalar):
            name = named.text
        else:
            name = f"{self.tops.project}-{service}-1" if self.tops.project else service
        self._approximate(
            key, f"it is that of the container {name}, which has to be there first", span, "W540",
            SPEC_AUTHOR,
        )  # fmt: skip
        return name

    def _volumes_from(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if isinstance(node, Sequence):
            found: list[Node] = []
            for item in node.items:
                if isinstance(item, Scalar) and not item.text.startswith("container:"):
                    name, *access = item.text.split(":", 1)
                    name = self._container_of(name, key.text, item.span)
                    item = item._replace(text=":".join(("container", name, *access)))
                found.append(item)
            node = node._replace(items=tuple(found))
        self._own(settings, "volumes_from", key, node)
        said = settings.get("volumes_from")
        if said is not None:
            names = [text.map(lambda part: part.removeprefix("container:")) for text in said.value]
            settings["volumes_from"] = said._replace(value=names)

    def _expose(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        self._own(settings, "expose", key, node)
        said = settings.get("expose")
        if said is not None:
            ports = [text.map(lambda part: part.removesuffix("/tcp")) for text in said.value]
            settings["expose"] = said._replace(value=ports)

    def _files(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        found = self.tops.grants(key.text, node)
        if found:
            settings[key.text] = KeyValue(found, key.span)

    def _build(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if self.build:
            if self.build["build"].span != key.span:
                self._approximate(
                    "build", "a spec makes one image: the first service's", key.span, "W543"
                )
            return
        node = _without(node, "ssh", "additional_contexts", "privileged", "dockerfile_inline",
                        "entitlements", "isolation", "ulimits", "cache_to", report=self._build_without)  # fmt: skip
        secrets = _pairs(node).get("secrets")
        value = BUILD.parse(_without(node, "secrets"), self.ctx)
        if not value:
            return
        found = {n: changed(data_of(n, setting.value)) for n, setting in value.items()}
        if secrets is not None:
            found["secrets"] = self.tops.grants("secrets", secrets[1])
        short = found["context"] if set(found) == {"context"} else found
        self.build["build"] = KeyValue(short, key.span)

    def _build_without(self, key: Scalar) -> None:
        self._refuse(f"build.{key.text}", key.span, "build the image apart, and name it by `image`")

    def _deploy(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if not isinstance(node, nodes.Mapping):
            self.ctx.wrong_type(node, "a mapping", "for example: {resources: {limits: {cpus: 2}}}")
        for name, (scalar, value) in _pairs(node).items():
            if name == "resources":
                self._resources(settings, value)
            elif name == "restart_policy":
                self._restart(settings, value)
            elif name == "replicas" and isinstance(value, Scalar) and value.text in ("0", "1"):
                continue
            else:
                self._approximate(
                    f"deploy.{name}", "it is for clusters, or for several", scalar.span, "W542"
                )

    def _resources(self, settings: dict[str, KeyValue], node: Node) -> None:
        for part, (_, value) in _pairs(node).items():
            for name, (inner, item) in _pairs(value).items():
                key = _RESOURCES.get((part, name))
                if key is None:
                    self._approximate(
                        f"deploy.resources.{part}.{name}", "no engine says it", inner.span, "W543"
                    )
                elif key not in settings:
                    self._own(settings, key, inner, item)
            if not isinstance(value, nodes.Mapping):
                self.ctx.wrong_type(value, "a mapping", f"for example: {part}: {{cpus: 2}}")

    def _restart(self, settings: dict[str, KeyValue], node: Node) -> None:
        found = _pairs(node)
        condition = found["condition"][1] if "condition" in found else None
        word = condition.text if isinstance(condition, Scalar) else "any"
        most = found["max_attempts"][1] if "max_attempts" in found else None
        said = {"any": "always", "none": "no", "on-failure": "on-failure"}.get(word)
        if said is None:
            span = node.span if condition is None else condition.span
            self._refuse("condition", span, "any, none or on-failure")
            return
        if isinstance(most, Scalar) and said == "on-failure":
            said += f":{most.text}"
        settings.setdefault("restart", KeyValue(literal(said, node.span), node.span))
        for name in ("delay", "window"):
            if name in found:
                self._approximate(f"restart_policy.{name}", "the engine's own", found[name][0].span)

    def _pull_policy(self, settings: dict[str, KeyValue], key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar) and node.text in ("build", "daily", "weekly", "refresh"):
            self._approximate("pull_policy", f"`{node.text}` is about Compose", node.span, "W542")
            return
        if isinstance(node, Scalar) and node.text == "if_not_present":
            node = node._replace(text="missing")
        self._own(settings, "pull_policy", key, node)

    def _approximate(
        self, what: str, why: str, span: Span, code: str = "W501", audience: str = EVERYONE
    ) -> None:
        self.ctx.reporter.warning(code, f"`{what}` is approximated: {why}", span, None, audience)

    def _refuse(self, what: str, span: Span, fix: str) -> None:
        self.ctx.reporter.error("E503", f"`{what}` has no place in a spec", span, fix)


_RESOURCES: Mapping[tuple[str, str], str] = {
    ("limits", "cpus"): "cpus",
    ("limits", "memory"): "mem_limit",
    ("limits", "pids"): "pids_limit",
    ("reservations", "memory"): "mem_reservation",
    ("reservations", "devices"): "gpus",
}
_Special = Callable[[_Services, "dict[str, KeyValue]", Scalar, Node], None]
_SPECIAL: Mapping[str, _Special] = {
    "user": _Services._user,
    "entrypoint": _Services._entrypoint,
    "environment": _Services._environment,
    "labels": _Services._labels,
    "volumes": _Services._volumes,
    "ports": _Services._ports,
    "expose": _Services._expose,
    "networks": _Services._networks,
    "network_mode": _Services._namespace,
    "pid": _Services._namespace,
    "ipc": _Services._namespace,
    "volumes_from": _Services._volumes_from,
    "secrets": _Services._files,
    "configs": _Services._files,
    "build": _Services._build,
    "deploy": _Services._deploy,
    "pull_policy": _Services._pull_policy,
}


def _without(node: Node, *names: str, report: Callable[[Scalar], None] | None = None) -> Node:
    """A mapping without some keys; ``report`` is called with each."""
    if not isinstance(node, nodes.Mapping):
        return node
    if report is not None:
        for key, _ in node.pairs:
            if key.text in names:
                report(key)
    return node._replace(pairs=tuple(p for p in node.pairs if p[0].text not in names))


def _written(found: list[Data], node: Sequence, ctx: ParseContext) -> list[Data]:
    """Ranges of ports as they were written, not port by port."""
    ranges = [
        item for item in node.items
        if isinstance(item, Scalar) and "-" in item.text.partition("$")[0]
    ]  # fmt: skip
    if not ranges:
        return found
    spans = {item.span: item for item in ranges}
    kept: list[Data] = []
    for port in found:
        item = spans.get(port.span) if isinstance(port, Text) else None
        text = ctx.interpolated(item.text, item.span) if item is not None else port
        if text not in kept:
            kept.append(text)
    return kept
