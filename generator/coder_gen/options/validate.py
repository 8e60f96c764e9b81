"""Validating data with the spec's shapes, and merging the options of one key."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping

from coder_gen.expression import Text
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import KEYS
from coder_gen.language.shapes.base import ListShape
from coder_gen.options.option_values import Data, KeyValue, text_of
from coder_gen.options.short_form import data_of, mount
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence

# Keys whose short form parsing would expand: `8000-8010:8000-8010`.
_AS_WRITTEN = frozenset(["ports", "extra_hosts"])


def node_of(data: Data, span: Span) -> Node:
    """Plain data as nodes of the spec's reader; ``span`` is the place of data without its own.

    A mapping or a list has the place of the first text in it, and a key that of its value.
    """
    place = place_of(data) or span
    if isinstance(data, dict):
        pairs = tuple(
            (Scalar(name, False, None, place_of(item) or place), node_of(item, place))
            for name, item in data.items()
        )
        return Mapping(pairs, None, place)
    if isinstance(data, list):
        return Sequence(tuple(node_of(item, place) for item in data), None, place)
    if data is None:
        return Scalar("", True, None, place)
    return Scalar(text_of(data), isinstance(data, (bool, int)), None, place)


def place_of(data: Data) -> Span | None:
    """The place of the first text in the data, None where it has none."""
    if isinstance(data, Text):
        return data.span
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return next((span for span in map(place_of, items) if span is not None), None)


def validated(key: str, data: Data, span: Span, optional: bool = False) -> Data | None:
    """The data in its shortest form, or None where it is not valid in the spec."""
    reporter = Reporter()
    try:
        value = KEYS[key].shape.parse(node_of(data, span), ParseContext(reporter, {}))
    except ValueError:  # a text that is not an expression
        return None
    if value is None or reporter.failed:
        return None
    if key == "volumes":
        return [mount(each._replace(optional=optional and each.type == "bind")) for each in value]
    if key in _AS_WRITTEN:
        return data
    return data_of(key, value)


# The items so far: the words and the place of each.
FirstPlaces = dict[object, tuple[object, Span]]


def merge_repeated(
    settings: AbstractMapping[str, KeyValue], reporter: Reporter
) -> AbstractMapping[str, KeyValue]:
    """The settings without identical repetitions of an option.

    Two different items in one place are reported: the engine refuses them or takes the last one.
    """
    # A path has one mount, under whichever of the two keys.
    mounts: FirstPlaces = {}
    return {
        key: setting._replace(
            value=_distinct(key, setting, mounts if key in ("volumes", "tmpfs") else {}, reporter)
        )
        for key, setting in settings.items()
    }


def _distinct(key: str, setting: KeyValue, seen: FirstPlaces, reporter: Reporter) -> Data:
    shape = KEYS[key].shape
    if not isinstance(shape, ListShape) or shape.key is None or not isinstance(setting.value, list):
        return setting.value
    ctx = ParseContext(Reporter(), {})
    kept: list[Data] = []
    for item in setting.value:
        span = place_of(item) or setting.span
        value = shape.item(node_of(item, span), ctx)
        ids = [shape.key(each) for each in (value if isinstance(value, list) else [value])]
        before = next((seen[each] for each in ids if each in seen), None)
        mark = text_mark(item)
        if before is None:
            kept.append(item)
            seen.update((each, (mark, span)) for each in ids)
        elif before[0] != mark:
            shown = next(each for each in ids if each in seen)
            name = shown if isinstance(shown, str) else span.text
            ParseContext(reporter, {}).twice(shape.what, name, span, before[1])
    return kept


def text_mark(value: Data) -> object:
    """A hashable value that is equal for equal data, independent of places."""
    if isinstance(value, dict):
        return frozenset((key, text_mark(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(map(text_mark, value))
    return value.source if isinstance(value, Text) else value


def apply_option(settings: dict[str, KeyValue], key: str, data: Data, span: Span) -> None:
    """Merge the data of one more option into the settings, as the engine does."""
    below = settings.get(key)
    if below is None:
        settings[key] = KeyValue(_merged({} if isinstance(data, dict) else [], data), span)
    else:
        settings[key] = below._replace(value=_merged(below.value, data))


def _merged(below: Data, over: Data) -> Data:
    """The merged data. ``below`` is changed in place: copying would take quadratic time."""
    if isinstance(below, dict) and isinstance(over, dict):
        for name, item in over.items():
            if name in below:
                below[name] = _merged(below[name], item)
            else:
                below[name] = _merged({} if isinstance(item, dict) else [], item)
        return below
    if isinstance(below, list) and isinstance(over, list):
        below += over
        return below
    return over
