"""``Config`` of inspect's JSON: the settings that an image may also set."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Text, literal
from coder_gen.importing.formats.inspect.container import (
    Handler,
    InspectedContainer,
    switch_setting,
    text_setting,
)
from coder_gen.importing.formats.json_text import entries, number, pairs, text, texts
from coder_gen.language.shapes.amounts import written_duration
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.plan.labels import OWN_LABELS
from coder_gen.yaml.nodes import Node, Scalar

# Labels that engines, Compose and coder-gen write themselves.
_GENERATED_LABELS = (
    OWN_LABELS, "com.docker.compose.", "io.podman.compose.", "desktop.docker.io/",
    "org.opencontainers.image.", "io.buildah.",
)  # fmt: skip
# Variables that every engine sets.
_SET_BY_ENGINES = frozenset(["HOSTNAME", "HOME", "TERM", "container"])
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HEALTHCHECK_DURATIONS: Mapping[str, str] = {
    "Interval": "interval", "Timeout": "timeout", "StartPeriod": "start_period",
    "StartInterval": "start_interval",
}  # fmt: skip


def read_config(container: InspectedContainer) -> None:
    """Add the settings of ``Config``. Keys without a handler add nothing."""
    for key, node in pairs(container.document.get("Config")):
        handler = CONFIG.get(key.text)
        if handler is not None:
            handler(container, node)


def _image(container: InspectedContainer, node: Node) -> None:
    # Podman has the image's name beside the configuration.
    named = text(container.document.get("ImageName")) or text(node)
    container.add("image", named, node)


def _hostname(container: InspectedContainer, node: Node) -> None:
    name = text(node)
    shared = container.host_text("NetworkMode") == "host"
    if name is not None and not shared and not container.id.startswith(name.literal):
        container.add("hostname", name, node)


def _environment(container: InspectedContainer, node: Node) -> None:
    variables: dict[str, Data] = {}
    for each in texts(node):
        name, _, value = each.literal.partition("=")
        if name in _SET_BY_ENGINES or (name == "PATH" and value == _DEFAULT_PATH):
            continue
        variables[name] = literal(value, each.span)
    container.add("environment", variables, node)


def _command(container: InspectedContainer, node: Node) -> None:
    container.add("command", _words(node), node)


def _entrypoint(container: InspectedContainer, node: Node) -> None:
    words = _words(node)
    if [word.literal for word in words] == [""]:
        # An empty list is a setting: no entrypoint, not even the image's.
        container.settings["entrypoint"] = KeyValue([], node.span)
    else:
        container.add("entrypoint", words, node)


def _words(node: Node) -> list[Text]:
    if isinstance(node, Scalar):
        word = text(node)
        return [word] if word is not None else []
    return texts(node)


def _labels(container: InspectedContainer, node: Node) -> None:
    labels = {
        key.text: literal(value.text, value.span)
        for key, value in pairs(node)
        if isinstance(value, Scalar) and not key.text.startswith(_GENERATED_LABELS)
    }
    container.add("labels", labels, node)


def _healthcheck(container: InspectedContainer, node: Node) -> None:
    check: dict[str, Data] = {}
    for key, value in pairs(node):
        if key.text == "Test":
            words = texts(value)
            kind = words[0].literal if words else ""
            if kind == "NONE":
                check["disable"] = True
            elif kind == "CMD-SHELL" and len(words) == 2:
                check["test"] = words[1]
            elif words:
                check["test"] = list(words)
        elif key.text == "Retries" and number(value):
            check["retries"] = number(value)
        elif key.text in _HEALTHCHECK_DURATIONS and number(value):
            duration = literal(written_duration(number(value)), value.span)
            check[_HEALTHCHECK_DURATIONS[key.text]] = duration
    container.add("healthcheck", check, node)


def _expose(container: InspectedContainer, node: Node) -> None:
    if container.host_text("NetworkMode").startswith("container:"):
        return  # the image's: engines refuse `expose` for a container that joins another's network
    bound = entries(container.host_config.get("PortBindings"))
    ports = [
        literal(key.text.removesuffix("/tcp"), key.span)
        for key, _ in pairs(node)
        if key.text not in bound
    ]
    container.add("expose", ports, node)


def _stop_timeout(container: InspectedContainer, node: Node) -> None:
    # Docker's default is 10 seconds, which Podman writes out.
    if number(node) not in (0, 10):
        container.add("stop_grace_period", f"{number(node)}s", node)


CONFIG: Mapping[str, Handler] = {
    "Image": _image,
    "Hostname": _hostname,
    "Domainname": text_setting("domainname"),
    "User": text_setting("user"),
    "Env": _environment,
    "Cmd": _command,
    "Entrypoint": _entrypoint,
    "WorkingDir": text_setting("working_dir", "/"),
    "Labels": _labels,
    "Healthcheck": _healthcheck,
    "ExposedPorts": _expose,
    "StopTimeout": _stop_timeout,
    "StopSignal": text_setting("stop_signal", "SIGTERM", "15"),
    "OpenStdin": switch_setting("stdin_open"),
    "Tty": switch_setting("tty"),
    "MacAddress": text_setting("mac_address"),
}
