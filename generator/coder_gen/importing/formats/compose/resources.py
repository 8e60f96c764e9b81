"""Top-level resources of a Compose file: volumes, networks, secrets, configs."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Ref, Text, literal
from coder_gen.importing.formats.approximation import approximate
from coder_gen.importing.formats.built_in_variables import without_error_operators
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import CONFIGS_FOLDER, SECRETS_FOLDER
from coder_gen.language.keys.mounts import MOUNTS
from coder_gen.language.shapes.base import NAMES_ON_LINES
from coder_gen.language.values import Mount
from coder_gen.options.option_values import Data
from coder_gen.options.short_form import mount
from coder_gen.text.diagnostics import SPEC_AUTHOR
from coder_gen.text.positions import Span
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar, Sequence, pairs_by_name
from coder_gen.yaml.scalars import is_null

_Pairs = Mapping[str, "tuple[Scalar, Node]"]


class Resources:
    """Resolves the names in services to the engine's names."""

    def __init__(self, pairs: _Pairs, ctx: ParseContext) -> None:
        self.ctx = ctx
        self.tops = {key: pairs_by_name(value) for key, (_, value) in pairs.items()}
        for key in ("networks", "volumes", "secrets", "configs"):
            found = pairs[key][1] if key in pairs else None
            empty = isinstance(found, Scalar) and is_null(found)
            if found is not None and not empty and not isinstance(found, nodes.Mapping):
                ctx.wrong_type(found, "a mapping from names", NAMES_ON_LINES)
        name = pairs["name"][1] if "name" in pairs else None
        self.project = name.text if isinstance(name, Scalar) and "$" not in name.text else ""

    def volumes(self, node: Node) -> list[Data] | None:
        """A service's mounts, with the engine's names of volumes."""
        if isinstance(node, Sequence):
            node = node._replace(items=tuple(self._item(item) for item in node.items))
        found = MOUNTS.parse(node, self.ctx)
        if found is None:
            return None
        return [without_error_operators(mount(self._resolved(each))) for each in found]

    def _item(self, node: Node) -> Node:
        """An entry in long syntax, converted to the spec's keys."""
        if not isinstance(node, nodes.Mapping):
            return node
        kept = []
        for key, value in node.pairs:
            if key.text == "bind" and isinstance(value, nodes.Mapping):
                value = self._bind(value)
            elif key.text == "tmpfs" and isinstance(value, nodes.Mapping):
                value = value._replace(
                    pairs=tuple((k, _octal(v) if k.text == "mode" else v) for k, v in value.pairs)
                )
            if not (isinstance(value, nodes.Mapping) and not value.pairs):
                kept.append((key, value))
        return node._replace(pairs=tuple(kept))

    def _bind(self, node: nodes.Mapping) -> nodes.Mapping:
        kept = []
        selinux = any(key.text == "selinux" for key, _ in node.pairs)
        for key, value in node.pairs:
            word = value.text if isinstance(value, Scalar) else ""
            if key.text == "create_host_path" and word in ("true", "false"):
                # With `selinux`, Compose applies the label only with create_host_path.
                if word == "true" and not selinux:
                    approximate(self.ctx.reporter, 
                        "create_host_path", "no launcher makes a folder owned by root; a missing"
                        " source is an error", key.span,
                    )  # fmt: skip
            elif not (key.text == "propagation" and word == "rprivate"):
                kept.append((key, value))
        return node._replace(pairs=tuple(kept))

    def _resolved(self, found: Mount) -> Mount:
        if found.type == "bind":
            return _optional(found)
        if found.type != "volume" or found.source is None or not found.source.is_literal:
            return found
        name = found.source.literal
        folder = self._bound(name)
        if folder is not None:
            return found._replace(type="bind", source=folder, nocopy=False, subpath=None)
        return found._replace(source=self._volume(name, found.source.span))

    def _bound(self, name: str) -> Text | None:
        """The host's folder of a volume whose `local` driver has options for a bind."""
        declared = self.tops.get("volumes", {}).get(name)
        options = pairs_by_name(declared[1]) if declared is not None else {}
        driver = pairs_by_name(options["driver_opts"][1]) if "driver_opts" in options else {}
        how = driver["o"][1] if "o" in driver else None
        words = how.text.split(",") if isinstance(how, Scalar) else []
        if "device" not in driver or not {"bind", "rbind"} & set(words):
            return None
        return self.ctx.text(driver["device"][1])

    def _volume(self, name: str, span: Span) -> Text:
        declared = self.tops.get("volumes", {}).get(name)
        options = pairs_by_name(declared[1]) if declared is not None else {}
        for key, (scalar, value) in options.items():
            # `local` is the default driver.
            if key in ("driver", "driver_opts", "labels") and not (
                isinstance(value, Scalar) and value.text == "local"
            ):
                approximate(self.ctx.reporter, 
                    key, f"make the volume yourself, with its {key}: docker volume create {name}",
                    scalar.span, "W541",
                )  # fmt: skip
        return self._named(name, options, span)

    def _named(self, name: str, options: _Pairs, span: Span) -> Text:
        if "name" in options:
            text = self.ctx.text(options["name"][1])
            if text is not None:
                return text
        external = "external" in options
        if external:
            inner = pairs_by_name(options["external"][1])
            own = self.ctx.text(inner["name"][1]) if "name" in inner else None
            return own or literal(name, span)
        if self.project:
            return literal(f"{self.project}_{name}", span)
        approximate(self.ctx.reporter, 
            name, f"Compose puts the project's name before it: PROJECT_{name}; the spec's is"
            f" {name}", span, "W541", SPEC_AUTHOR,
        )  # fmt: skip
        return literal(name, span)

    def network(self, name: str, span: Span) -> str:
        """The engine's name of a network; empty for the project's own network."""
        declared = self.tops.get("networks", {}).get(name)
        options = pairs_by_name(declared[1]) if declared is not None else {}
        if name == "default" and not {"name", "external"} & options.keys():
            return ""
        external = options.get("external")
        if external is None or (isinstance(external[1], Scalar) and external[1].text == "false"):
            approximate(self.ctx.reporter, 
                name, "a launcher makes no networks: docker network create before the first start",
                declared[0].span if declared is not None else span, "W541", SPEC_AUTHOR,
            )  # fmt: skip
            if "name" not in options and not self.project:
                return name
        return self.ctx.known(self._named(name, options, span)) or name

    def grants(self, kind: str, node: Node) -> dict[str, Data]:
        """A service's secrets or configs, with their sources."""
        folder = SECRETS_FOLDER if kind == "secrets" else CONFIGS_FOLDER
        found: dict[str, Data] = {}
        if not isinstance(node, Sequence):
            self.ctx.wrong_type(node, "a list of names", f"for example: {kind}: [NAME]")
            return found
        for item in node.items:
            entry = pairs_by_name(item)
            source = entry["source"][1] if "source" in entry else item
            if not isinstance(source, Scalar):
                self.ctx.wrong_type(
                    item, "a name, or a mapping with `source`", "for example: {source: NAME}"
                )
                continue
            declared = self.tops.get(kind, {}).get(source.text)
            if declared is None:
                self.ctx.reporter.error(
                    "E503", f"`{source.text}` is not among the file's {kind}", source.span,
                    f"add it under `{kind}` at the top",
                )  # fmt: skip
                continue
            grant = self._source(kind, declared)
            target = self.ctx.text(entry["target"][1]) if "target" in entry else None
            if target is not None and not target.startswith("/"):
                target = folder + target
            if target is not None and target.source != folder + source.text:
                grant["target"] = target
            for name in ("uid", "gid", "mode"):
                if name in entry:
                    approximate(
                        self.ctx.reporter,
                        name,
                        "the file keeps its owner and mode",
                        entry[name][0].span,
                    )
            found[source.text] = grant
        return found

    def _source(self, kind: str, declared: tuple[Scalar, Node]) -> dict[str, Data]:
        options = pairs_by_name(declared[1])
        grant: dict[str, Data] = {}
        for name, (key, value) in options.items():
            if name in ("file", "environment") or (name == "content" and kind == "configs"):
                text = self.ctx.text(value)
                if text is not None:
                    grant[name] = without_error_operators(text)
            elif name != "name":
                self.ctx.reporter.error(
                    "E503", f"`{name}` of `{declared[0].text}` is for Swarm", key.span,
                    "name a file, or a variable",
                )  # fmt: skip
        return grant


def _octal(node: Node) -> Node:
    """A mode as in a spec: octal digits, where Compose has a number."""
    if isinstance(node, Scalar) and node.plain and node.text.isdecimal() and node.text[0] != "0":
        return node._replace(text=format(int(node.text), "o"), plain=False)
    return node


def _optional(found: Mount) -> Mount:
    """The mount, optional if it has the two variables that coder-gen writes for optional mounts."""

    def default(text: Text | None) -> tuple[str, Text] | None:
        ref = text.parts[0] if text is not None and len(text.parts) == 1 else None
        if text is None or not isinstance(ref, Ref) or ref.operator != ":-":
            return None
        return ref.name, Text(ref.operand, text.span)

    source, target = default(found.source), default(found.target)
    if source is None or target is None or target[0] != source[0] + "_AT":
        return found
    return found._replace(source=source[1], target=target[1], optional=True)
