"""Read the keys of devcontainer.json (containers.dev) that describe the container.

A launcher cannot express what an editor does after the container has started: each such key is
an error, or a warning if the container is the same without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from coder_gen.expression import BadExpression, Part, Ref, Text, joined, literal, parse
from coder_gen.importing.command.command_line import read_options
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of
from coder_gen.importing.formats.approximation import approximate
from coder_gen.importing.formats.json_text import entries, items, pairs, read_json, truth
from coder_gen.importing.result import Counts, Run
from coder_gen.language.context import guess
from coder_gen.language.values import Mount
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.short_form import mount
from coder_gen.options.validate import apply_option
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml import nodes
from coder_gen.yaml.nodes import Node, Scalar

_VARIABLE = re.compile(
    r"\$\{(localEnv|containerEnv|localWorkspaceFolder|localWorkspaceFolderBasename|"
    r"containerWorkspaceFolder|containerWorkspaceFolderBasename|devcontainerId|templateOption|env)(?::([^}]*))?\}"
)
# Keys for an editor or the devcontainer command, once the container runs.
_AFTERWARDS = (
    "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand",
    "postAttachCommand",
)  # fmt: skip
# Keys for editors and cloud services; the container is the same without them.
_ELSEWHERE = frozenset(
    ["customizations", "extensions", "settings", "waitFor", "portsAttributes",
     "otherPortsAttributes", "userEnvProbe", "shutdownAction", "updateRemoteUserUID",
     "hostRequirements", "overrideFeatureInstallOrder", "devPort", "secrets"]
)  # fmt: skip
_QUIET = frozenset(["name", "$schema", "image", "build", "dockerFile", "context", "workspaceFolder",
                    "workspaceMount", "overrideCommand"])  # fmt: skip


def read_devcontainer(original: str, name: str) -> Draft:
    """Read a devcontainer.json. Raises Problems with spans in it."""
    source, root = read_json(original, name)
    reporter = Reporter()
    if not isinstance(root, nodes.Mapping):
        reporter.error(
            "E501", "this is no devcontainer.json: an object is needed", Span(source, 0, 0, 1),
            'begin with a brace: {"image": "debian:12"}',
        )  # fmt: skip
        reporter.stop_if_failed()
    return _Reader(root, reporter, Span(source, 0, 0, 1)).draft()


class _Reader:
    def __init__(self, root: Node | None, reporter: Reporter, place: Span) -> None:
        self.root = root
        self.reporter = reporter
        self.place = place
        self.found = entries(root)
        self.settings: dict[str, KeyValue] = {}
        self.top: dict[str, KeyValue] = {}
        self.kept = 0
        self.workspace = self._workspace()

    def draft(self) -> Draft:
        """Read the whole file."""
        if "dockerComposeFile" in self.found:
            self.reporter.error(
                "E503", "this devcontainer is a service of a Compose file",
                self.found["dockerComposeFile"].span,
                "import that file: coder-gen import docker-compose.yml --service NAME",
            )  # fmt: skip
            self.reporter.stop_if_failed()
        self._image()
        self._mount_workspace()
        # Options of `runArgs` override the other keys.
        for key, node in sorted(pairs(self.root), key=lambda pair: pair[0].text == "runArgs"):
            self._key(key, node)
        if "overrideCommand" not in self.found or truth(self.found["overrideCommand"]):
            # This entrypoint keeps the container running, so that an editor can enter it.
            words = ["/bin/sh", "-c", "while sleep 1000; do :; done"]
            span = self.found["overrideCommand"].span if "overrideCommand" in self.found else None
            entrypoint = [literal(word, span or self.place) for word in words]
            self.settings["entrypoint"] = KeyValue(list(entrypoint), span or self.place)
        self.reporter.stop_if_failed()
        container = Container("service", self.settings, self.place)
        given = self.found.get("name")
        title = given.text if isinstance(given, Scalar) else ""
        return Draft(
            (container,),
            (Run("service", None, (), self.place),),
            Counts(len(self.found), self.kept, len(self.reporter.diagnostics)),
            tuple(self.reporter.diagnostics),
            name=name_of(title) if title else "",
            description=title,
            top=self.top,
        )

    def text(self, node: Node | None) -> Text | None:
        """A string with the spec's variables for devcontainer.json's."""
        if not isinstance(node, Scalar):
            if node is not None:
                self.reporter.error(
                    "E503", "a string is needed here", node.span, "write the value in quotes"
                )
            return None
        parts: list[Part] = []
        end = 0
        for match in _VARIABLE.finditer(node.text):
            parts.append(node.text[end : match.start()])
            parts += self._variable(match, node.span)
            end = match.end()
        parts.append(node.text[end:])
        return Text(joined(parts), node.span)

    def _variable(self, match: re.Match[str], span: Span) -> tuple[Part, ...]:
        kind, rest = match[1], match[2] or ""
        if kind in ("localEnv", "env"):
            name, _, default = rest.partition(":")
            operator = "" if name in ("HOME", "USER") else ":-"
            try:
                parse(f"${{{name}}}", span)
            except BadExpression:
                self._refuse(match[0], span, "name a variable")
                return ()
            return (Ref(name, operator, (default,) if operator and default else (), span),)
        if kind == "localWorkspaceFolder":
            return (Ref("PWD", "", (), span),)
        if kind == "containerWorkspaceFolder":
            return self.workspace.parts
        if kind == "containerWorkspaceFolderBasename":
            last = self.workspace.split("/")[-1]
            return last.parts
        if kind == "localWorkspaceFolderBasename":
            self._approximate(match[0], "WORKSPACE stands for the name of the user's folder", span)
            return (Ref("WORKSPACE", ":-", ("workspace",), span),)
        self._refuse(match[0], span, "write the value")
        return ()

    def _workspace(self) -> Text:
        node = self.found.get("workspaceFolder")
        if isinstance(node, Scalar):
            self.workspace = literal("/workspace", node.span)
            found = self.text(node)
            if found is not None:
                return found
        return literal("/workspace", self.place)

    def _image(self) -> None:
        if "image" in self.found:
            self._set("image", self.text(self.found["image"]), self.found["image"])
            return
        build = self.found.get("build")
        build_keys: dict[str, Data] = {}
        for key, node in pairs(build):
            if key.text in ("dockerfile", "context", "target"):
                build_keys[key.text] = self.text(node)
            elif key.text == "args":
                build_keys["args"] = {k.text: self.text(v) for k, v in pairs(node)}
            elif key.text == "cacheFrom":
                build_keys["cache_from"] = [self.text(item) for item in _each(node)]
            else:
                self._refuse(f"build.{key.text}", key.span, "build the image apart")
        for theirs, ours in (("dockerFile", "dockerfile"), ("context", "context")):
            if theirs in self.found:
                build_keys[ours] = self.text(self.found[theirs])
        maker = build or self.found.get("dockerFile")
        if maker is None:
            self.reporter.error(
                "E503", "this devcontainer names no image", self.place, "add `image`, or `build`"
            )
            return
        if "context" not in build_keys:
            build_keys["context"] = "."
        title = self.found.get("name")
        name = name_of(title.text) if isinstance(title, Scalar) else "devcontainer"
        self._set("image", f"{name}:latest", maker)
        self.top["build"] = KeyValue(build_keys, maker.span)

    def _mount_workspace(self) -> None:
        node = self.found.get("workspaceMount")
        if node is None:
            source = Text((Ref("PWD", "", (), self.place),), self.place)
            made = mount(Mount("bind", source, self.workspace, self.place))
            self.settings["volumes"] = KeyValue([made], self.place)
        elif not (isinstance(node, Scalar) and not node.text):
            self._mounts([node])
        self._set("working_dir", self.workspace, self.found.get("workspaceFolder") or self.root)

    def _key(self, key: Scalar, node: Node) -> None:
        wanted = _TYPES.get(key.text)
        if wanted is not None and not isinstance(node, wanted):
            what, how = ("a mapping", "{}") if wanted is nodes.Mapping else ("a list", "[]")
            self.reporter.error(
                "E503", f"`{key.text}` is {what}", node.span, f"put what is in it between {how}"
            )
            return
        handler = _KEYS.get(key.text)
        if handler is not None:
            handler(self, node)
        elif key.text in _AFTERWARDS:
            if not isinstance(node, Scalar) or node.text:
                self._approximate(
                    key.text, "no launcher runs it after the start: put it in the image, or run it"
                    " with docker exec", key.span, "W544",
                )  # fmt: skip
        elif key.text == "initializeCommand":
            self._approximate(
                key.text, "it runs on the host: run it before the launcher", key.span, "W544"
            )
        elif key.text == "features":
            for feature, _ in pairs(node):
                self.reporter.error(
                    "E503", f"the feature {feature.text} has no place in a spec", feature.span,
                    "build an image that has it, and name that: devcontainer build --image-name NAME",
                )  # fmt: skip
        elif key.text in _ELSEWHERE:
            self._approximate(
                key.text, "it is for editors; the container is the same", key.span, "W542"
            )
        elif key.text not in _QUIET:
            near = guess(key.text, [*_KEYS, *_AFTERWARDS, *_ELSEWHERE, *_QUIET], self.reporter)
            self.reporter.error(
                "E503", f"unknown key `{key.text}` of a devcontainer.json", key.span,
                f"did you mean `{near}`?" if near else "remove it: no launcher has a use for it",
            )  # fmt: skip

    def _user(self, node: Node) -> None:
        self._set("user", self.text(node), node)

    def _remote_user(self, node: Node) -> None:
        own = self.found.get("containerUser")
        if isinstance(node, Scalar) and not (isinstance(own, Scalar) and own.text == node.text):
            self._approximate(
                "remoteUser", "the container starts as its own user; an editor becomes"
                f" {node.text}: docker exec --user", node.span, "W542",
            )  # fmt: skip

    def _remote_environment(self, node: Node) -> None:
        self._approximate(
            "remoteEnv", "only what an editor starts has it, not the container", node.span, "W542"
        )

    def _environment(self, node: Node) -> None:
        found = {key.text: self.text(value) for key, value in pairs(node)}
        self._set("environment", found, node)

    def _ports(self, node: Node) -> None:
        ports = self.settings["ports"].value if "ports" in self.settings else []
        for item in _each(node):
            text = self.text(item)
            if text is None or not text.is_literal:
                continue
            value = text.literal
            if value.isdecimal():
                # An editor forwards ports only to the user's own host.
                value = f"127.0.0.1:{value}:{value}"
            elif not value.rpartition(":")[2].isdecimal() or not value[0].isdecimal():
                self._refuse(value, item.span, "it is another container's: publish it there")
                continue
            if value not in [each.literal for each in ports]:
                ports = [*ports, literal(value, item.span)]
        self._set("ports", ports, node)

    def _mounts(self, found: list[Node]) -> None:
        volumes = list(self.settings["volumes"].value) if "volumes" in self.settings else []
        for item in found:
            made = self._mount(item)
            if made is not None:
                volumes.append(mount(made))
        if volumes:
            self.settings["volumes"] = KeyValue(volumes, found[0].span if found else self.place)

    def _mount(self, node: Node) -> Mount | None:
        fields: dict[str, Text] = {}
        if isinstance(node, nodes.Mapping):
            fields = {k.text: t for k, v in pairs(node) if (t := self.text(v)) is not None}
        else:
            whole = self.text(node)
            for field in whole.split(",") if whole is not None else []:
                name, *rest = field.split("=", 1)
                if name.is_literal:
                    fields[name.literal] = rest[0] if rest else literal("true", node.span)
        source = fields.pop("source", None) or fields.pop("src", None)
        target = fields.pop("target", None) or fields.pop("dst", None)
        target = target or fields.pop("destination", None)
        kind = fields.pop("type", literal("volume", node.span))
        read_only = fields.pop("readonly", fields.pop("ro", None))
        consistency = fields.pop("consistency", None)
        if target is None or kind.source not in ("bind", "volume", "tmpfs"):
            self._refuse("this mount", node.span, "type, source and target are needed")
            return None
        for other in fields:
            self._refuse(f"{other} of a mount", node.span, "write the mount in the spec by hand")
        return Mount(
            kind.source, source, target, node.span,
            read_only=read_only is not None and read_only.source in ("true", "1"),
            consistency=consistency.source if consistency is not None else None,
        )  # fmt: skip

    def _list(self, key: str, node: Node) -> None:
        self._set(key, [self.text(item) for item in items(node)], node)

    def _true(self, key: str, node: Node) -> None:
        if truth(node):
            self._set(key, True, node)

    def _arguments(self, node: Node) -> None:
        """Read options of `docker run`; the image is in another key."""
        words = [text for item in items(node) if (text := self.text(item)) is not None]
        found, kept = read_options(words, node.span, self.reporter)
        self.kept += kept
        for key, setting in found.items():
            apply_option(self.settings, key, setting.value, setting.span)

    def _set(self, key: str, value: Data, node: Node | None) -> None:
        if value not in (None, [], {}):
            self.settings[key] = KeyValue(value, node.span if node is not None else self.place)

    def _approximate(self, what: str, why: str, span: Span, code: str = "W501") -> None:
        approximate(self.reporter, what, why, span, code)

    def _refuse(self, what: str, span: Span, fix: str) -> None:
        self.reporter.error("E503", f"`{what}` has no place in a spec", span, fix)


def _each(node: Node) -> tuple[Node, ...]:
    """The items of a list; another node is one item."""
    return tuple(items(node)) if isinstance(node, nodes.Sequence) else (node,)


_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("containerEnv", "build", "features", "remoteEnv"), nodes.Mapping),
    **dict.fromkeys(("mounts", "runArgs", "forwardPorts", "capAdd", "securityOpt"), nodes.Sequence),
}
_Handler = Callable[[_Reader, Node], None]
_KEYS: Mapping[str, _Handler] = {
    "containerUser": _Reader._user,
    "containerEnv": _Reader._environment,
    "remoteUser": _Reader._remote_user,
    "remoteEnv": _Reader._remote_environment,
    "appPort": _Reader._ports,
    "forwardPorts": _Reader._ports,
    "mounts": lambda reader, node: reader._mounts(list(items(node))),
    "runArgs": _Reader._arguments,
    "privileged": lambda reader, node: reader._true("privileged", node),
    "init": lambda reader, node: reader._true("init", node),
    "capAdd": lambda reader, node: reader._list("cap_add", node),
    "securityOpt": lambda reader, node: reader._list("security_opt", node),
}
