"""A draft as the source nodes of a spec, each value with its span in the original.

``language.load.load_node`` reads them like those of a YAML text, so that diagnostics have the
original's lines. yaml_writer.py prints the same draft as YAML, for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping

from coder_gen.expression import Text
from coder_gen.importing.draft.model import Container, Draft
from coder_gen.importing.draft.names import name_of_draft
from coder_gen.options.option_values import Data, KeyValue
from coder_gen.options.validate import node_of
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar

Pair = tuple[Scalar, Node]
Settings = AbstractMapping[str, KeyValue]


def nodes_of(draft: Draft) -> Mapping:
    """The whole spec: every container is a mode with all of its settings."""
    first = draft.containers[0]
    whole = first.span
    pairs = [_pair("name", name_of_draft(draft), whole)]
    if draft.description:
        pairs.append(_pair("description", draft.description, whole))
    if draft.variables:
        pairs.append(_pair("variables", draft.variables, whole))
    pairs += _settings(draft.top)
    modes = tuple((_key(c.mode, c.span), _mode(c)) for c in draft.containers)
    pairs.append(_pair("default_mode", first.mode, whole))
    pairs.append((_key("modes", whole), Mapping(modes, None, whole)))
    return Mapping(tuple(pairs), None, whole)


def _mode(container: Container) -> Mapping:
    pairs = [*_settings(container.settings)]
    if container.description:
        pairs.append(_pair("description", container.description, container.span))
    return Mapping(tuple(pairs), None, container.span)


def _settings(settings: Settings) -> Iterator[Pair]:
    for key, setting in settings.items():
        span = setting.value.span if isinstance(setting.value, Text) else setting.span
        yield _pair(key, setting.value, span)


def _pair(key: str, value: Data, span: Span) -> Pair:
    return _key(key, span), node_of(value, span)


def _key(name: str, span: Span) -> Scalar:
    return Scalar(name, False, None, span)
