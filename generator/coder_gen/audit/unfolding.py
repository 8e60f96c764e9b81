"""Engine options as the keys that they stand for, so that the rules see them too."""

from __future__ import annotations

from collections.abc import Iterator

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Text
from coder_gen.plan import Plan
from coder_gen.source.nodes import Node, Scalar, Sequence
from coder_gen.spec.container import KEYS
from coder_gen.spec.context import Context
from coder_gen.spec.kinds import BOOL
from coder_gen.spec.shapes import Flag, Items, Pairs, Scalars, Setting, settle

# Flags that several keys share stand for the one that is written on a command line.
_SHARED = {"--env": "environment", "--publish": "ports", "--network": "network_mode"}
_MORE = {
    "-e": "environment", "-p": "ports", "-P": "publish_all", "-v": "volumes", "--volume": "volumes",
    "-u": "user", "-m": "mem_limit", "--net": "network_mode", "-h": "hostname", "-l": "labels",
}  # fmt: skip
_KEYS_OF = (Items, Pairs, Scalars, Flag)
FLAGS = {
    **{key.flag: name for name, key in KEYS.items() if key.flag and isinstance(key.shape, _KEYS_OF)},
    **_SHARED, **_MORE,
}  # fmt: skip
# Said by `--mount` in CSV, which the keys have no short form for.
del FLAGS["--mount"]


def unfolded(plan: Plan) -> Plan:
    """The plan with what ``engine_options`` say under the keys of their own, and there no more."""
    settings = dict(plan.settings)
    if "engine_options" in settings:
        left = tuple(unread(plan))
        settings["engine_options"] = settings["engine_options"]._replace(value=left)
        if not left:
            del settings["engine_options"]
    for key, value in _known(plan):
        shape = KEYS[key].shape
        node: Node = Scalar(value.source, False, None, value.span)
        if isinstance(shape, (Items, Pairs)):
            node = Sequence((node,), None, value.span)
        parsed = shape.parse(node, Context(Reporter(), {}, "engine_options"))
        if parsed is None:
            continue
        below = settings.get(key)
        merged = parsed if below is None else shape.merge(below.value, parsed)
        settings[key] = Setting(settle(merged), value.span, "engine_options")
    return plan._replace(settings=settings)


def unread(plan: Plan) -> list[Text]:
    """The engine options that stand for no key."""
    return [word for word, known in _pieces(plan) if known is None]


def _known(plan: Plan) -> Iterator[tuple[str, Text]]:
    return (known for _, known in _pieces(plan) if known is not None)


def _pieces(plan: Plan) -> Iterator[tuple[Text, tuple[str, Text] | None]]:
    words = list(plan.value("engine_options") or ())
    while words:
        word = words.pop(0)
        flag, *value = word.split("=", 1)
        key = FLAGS.get(flag.source)
        if key is None:
            short = FLAGS.get(word.source[:2]) if not word.startswith("--") else None
            if short is None:
                yield word, None
                continue
            # -p80:80, and -v/a:/b: the value follows without a blank.
            first = str(word.parts[0])[2:]
            yield word, (short, Text(((first,) if first else ()) + word.parts[1:], word.span))
        elif value:
            yield word, (key, value[0])
        elif _is_boolean(key):
            yield word, (key, Text(("true",), word.span))
        elif words:
            yield word, (key, words.pop(0))


def _is_boolean(key: str) -> bool:
    shape = KEYS[key].shape
    return isinstance(shape, Flag) or (isinstance(shape, Scalars) and shape.kind is BOOL)
