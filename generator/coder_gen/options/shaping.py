"""Data judged by the spec's own shapes, and what several options say about one key put together."""

from __future__ import annotations

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Text
from coder_gen.options.data import Data, Said, text_of
from coder_gen.options.shortest import data_of, mount
from coder_gen.source.nodes import Mapping, Node, Scalar, Sequence
from coder_gen.source.text import Span
from coder_gen.spec.container import KEYS
from coder_gen.spec.context import Context

# A short form that would be written out at length: `8000-8010:8000-8010`.
_AS_WRITTEN = frozenset(["ports", "extra_hosts"])


def node_of(data: Data, span: Span) -> Node:
    """Plain data as the spec's reader gives it."""
    if isinstance(data, dict):
        pairs = tuple(
            (Scalar(name, False, None, span), node_of(item, span)) for name, item in data.items()
        )
        return Mapping(pairs, None, span)
    if isinstance(data, list):
        return Sequence(tuple(node_of(item, span) for item in data), None, span)
    if data is None:
        return Scalar("", True, None, span)
    place = data.span if isinstance(data, Text) else span
    return Scalar(text_of(data), isinstance(data, (bool, int)), None, place)


def shaped(key: str, data: Data, span: Span, optional: bool = False) -> Data | None:
    """The data in its shortest form, or None where the spec does not take it."""
    reporter = Reporter()
    try:
        value = KEYS[key].shape.parse(node_of(data, span), Context(reporter, {}))
    except ValueError:  # a text that is no expression: judged below as an error
        return None
    if value is None or reporter.failed:
        return None
    if key == "volumes":
        return [mount(each._replace(optional=optional and each.type == "bind")) for each in value]
    if key in _AS_WRITTEN:
        return data
    return data_of(key, value)


def laid(settings: dict[str, Said], key: str, data: Data, span: Span) -> None:
    """Lay what one more option says over what is there, as the engine does."""
    below = settings.get(key)
    if below is None:
        settings[key] = Said(data, span)
    else:
        settings[key] = below._replace(value=_merged(below.value, data))


def _merged(below: Data, over: Data) -> Data:
    if isinstance(below, dict) and isinstance(over, dict):
        merged = dict(below)
        for name, item in over.items():
            merged[name] = _merged(below[name], item) if name in below else item
        return merged
    if isinstance(below, list) and isinstance(over, list):
        return [*below, *over]
    return over
