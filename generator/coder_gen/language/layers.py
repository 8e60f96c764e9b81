"""The files of a spec as layers, each read and checked by itself; parents are cached.

The specs of one run often extend the same file. The result of reading a file depends only on the
arguments of ``read_layer``, which are the key of the cache. The caller reads the bytes each time,
so a changed file is read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from itertools import islice

from coder_gen.expression import Parts
from coder_gen.language.context import ParseContext
from coder_gen.language.shapes.base import Setting
from coder_gen.language.shapes.mappings import RecordShape
from coder_gen.language.values import texts_in
from coder_gen.text.characters import named
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import MAX_BYTES, Span
from coder_gen.yaml.nodes import Node
from coder_gen.yaml.reader import deceiving, read

Layer = dict[str, Setting]

# Limits of the cache: the parents used last, together no larger than one spec may be.
MAX_KEPT = 32
MAX_KEPT_BYTES = MAX_BYTES // MAX_KEPT
# Limit of such warnings for one file.
_DECEIVING = 10


class FileLayer:
    """The keys of one file and the diagnostics of reading it. Immutable: projects may share it."""

    def __init__(
        self, shape: RecordShape, node: Node | None, context: ParseContext, whole: Span, data: bytes
    ) -> None:
        """Check ``node``, the content of ``data``; errors of the whole file point to ``whole``."""
        self.span = whole
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.context = context
        self.keys: Layer = {}
        if node is None:
            context.reporter.error("E013", "the file is empty", whole, "begin with: extends: coder")
        elif context.untagged(node):
            self.keys = shape.parse(node, context) or {}
        self._merge = shape.merge
        self._below: Layer | None = None
        self._merged: Layer = {}

    def over(self, below: Layer) -> Layer:
        """These keys merged over others; the result for the last others is cached."""
        if self._below is not below:
            self._below, self._merged = below, self._merge(below, self.keys)
        return self._merged

    @cached_property
    def used(self) -> frozenset[str]:
        """The variables that the file uses without an operator outside of its profiles."""
        texts = texts_in({key: value for key, value in self.keys.items() if key != "profiles"})
        return frozenset(ref.name for text in texts for ref in text.refs() if not ref.operator)


_Key = tuple[RecordShape, str, bytes, str, tuple[tuple[str, Parts], ...]]
# By the arguments of ``read_layer``; the one used last is at the end.
_kept: dict[_Key, FileLayer] = {}


def read_layer(
    shape: RecordShape,
    name: str,
    data: bytes,
    origin: str,
    frozen: Mapping[str, Parts],
    reporter: Reporter,
    *,
    keep: bool,
) -> FileLayer:
    """Read and check one file. Raises Problems for text that is not YAML.

    ``keep`` caches it for the next spec, unless it has errors.
    """
    key = (shape, name, data, origin, tuple(frozen.items()))
    found = _kept.pop(key, None) if keep else None
    if found is None:
        source, node = read(name, data)
        own = Reporter()
        own.guesses = reporter.guesses
        whole = Span(source, 0, 0, 1)
        for place in islice(deceiving(source), _DECEIVING):
            char = place.text
            own.warning(
                "W001", f"a reader of this line does not see the character {named(char)} in it", place,
                f"remove it, or write it in double quotes, as {_escape(char)}",
            )  # fmt: skip
        found = FileLayer(shape, node, ParseContext(own, frozen, origin), whole, data)
        reporter.guesses = own.guesses
    reporter.add(found.context.reporter)
    if keep and not found.context.reporter.failed and len(data) <= MAX_KEPT_BYTES:
        _kept[key] = found
        if len(_kept) > MAX_KEPT:
            del _kept[next(iter(_kept))]
    return found


def _escape(char: str) -> str:
    """A character as an escape of YAML."""
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
