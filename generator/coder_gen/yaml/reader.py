"""Bytes to text to nodes, with a located error for all but one plain document.

The YAML library gives events with positions; this module builds the tree, because the library's own
builder takes the last of two equal keys, recurses without a limit and expands aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from coder_gen.text import characters
from coder_gen.text.diagnostics import Problems, problem
from coder_gen.text.positions import MAX_BYTES, SourceFile, Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar, Sequence

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same events, slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH = 64
# Limit of nodes after expanding aliases: 10,000 long-form volumes are some 100,000.
MAX_NODES = 1_000_000

MERGE_TAGS = frozenset({"!reset", "!override"})
_CORE = "tag:yaml.org,2002:"
_STR_TAG = _CORE + "str"
_CORE_TAGS = frozenset(_CORE + name for name in ("null", "bool", "int", "float", "seq", "map"))
# Patterns that few runs need are compiled at first use; re caches them.
_PAIR = r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
# U+0085, U+2028 and U+2029 end a line in YAML 1.1 and for libyaml, but not in YAML 1.2: a value
# that contains one would be read differently.
# Listed one by one: a negated class of the allowed characters takes long to compile.
_UNFIT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]"


def read(name: str, data: bytes) -> tuple[SourceFile, Node | None]:
    """Read one YAML 1.2 or JSON document.

    Returns the source, for messages, and the root node, None where the text holds no document.
    Raises Problems: E002 to E011.
    """
    source = SourceFile(name, _decode(name, data))
    try:
        return source, _build(source)
    except yaml.MarkedYAMLError as error:
        if "Unicode character escape" in str(error.problem) and _is_json(source.text):
            # JSON writes a character beyond U+FFFF as two escapes, YAML as one.
            source = SourceFile(name, re.sub(_PAIR, _joined, source.text))
            try:
                return source, _build(source)
            except yaml.MarkedYAMLError as second:
                raise _syntax_error(source, second) from None
        raise _syntax_error(source, error) from None


def deceiving(source: SourceFile) -> Iterator[Span]:
    """Places of characters that a reviewer of the text does not see; the first of each line.

    Characters written as escapes do not count: they are visible.
    """
    if source.text.isascii():
        return
    pattern = re.compile(f"[{characters.DECEIVING}]")
    if pattern.search(source.text) is None:
        return
    for number, line in enumerate(source.lines()):
        if found := pattern.search(line):
            yield Span(source, number, found.start(), found.end())


def _decode(name: str, data: bytes) -> str:
    empty = SourceFile(name, "")
    if len(data) > MAX_BYTES:
        raise problem(
            "E009",
            f"the file has {len(data):,} bytes; a spec has at most {MAX_BYTES:,}",
            Span(empty, 0, 0, 1),
            "check that this is the file you meant",
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n")
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace"))
        raise problem(
            "E002",
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            Span(SourceFile(name, data.decode("utf-8", "replace")), line, column, column + 1),
            f"save the file as UTF-8, for example: iconv -t UTF-8 -f LATIN1 {name}",
        ) from None
    found = None if text.replace("\n", "").isprintable() else re.search(_UNFIT, text)
    if found:
        line = text.count("\n", 0, found.start())
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1)
        raise problem(
            "E003",
            f"the character U+{ord(found.group()):04X} is not allowed in a YAML file",
            Span(SourceFile(name, text), line, column, column + 1),
            "remove it, or write it as an escape in double quotes",
        )
    return text


def _is_json(text: str) -> bool:
    import json  # for this rare case only

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _syntax_error(source: SourceFile, error: yaml.MarkedYAMLError) -> Problems:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    message = " ".join(part for part in (error.context, error.problem) if part)
    if "exceeded maximum" in message:  # libyaml's own limit, which may be reached first
        return _too_deep(Span(source, line, column, column + 1))
    fix = "look here and at the lines above: indentation, quotes, brackets"
    if "cannot start any token" in message and "\t" in source.line(line)[: column + 1]:
        fix = "indent with spaces: YAML allows no tabs there"
    elif "mapping values are not allowed" in message:
        fix = "quote the value if it holds ': '"
    return problem("E004", f"not YAML: {message}", Span(source, line, column, column + 1), fix)


def _too_deep(span: Span) -> Problems:
    fix = "look for brackets that are not closed, or nest less deeply"
    return problem("E008", f"nested deeper than {MAX_DEPTH} levels", span, fix)


class _Open:
    """A list or mapping whose end has not been read yet."""

    __slots__ = ("anchor", "children", "event", "size")

    def __init__(self, event: Any) -> None:
        self.event = event
        self.anchor: str | None = event.anchor
        self.children: list[Node] = []
        self.size = 1


def _build(source: SourceFile) -> Node | None:
    """The node tree of the single document, built without recursion."""
    root: Node | None = None
    documents = 0
    stack: list[_Open] = []
    anchors: dict[str, tuple[Node | None, int]] = {}

    def place(node: Node, size: int, span: Span) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        stack[-1].children.append(node)
        stack[-1].size += size
        if stack[-1].size > MAX_NODES:
            raise problem(
                "E009", f"more than {MAX_NODES:,} values once aliases are followed", span,
                "use fewer aliases: each stands for all that its anchor holds",
            )  # fmt: skip

    event: Any
    for event in yaml.parse(source.text, Loader=_Loader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            span = _span(source, event)
            plain = not event.style and event.implicit[0]
            tag = _tag(event.tag, span) if event.tag is not None else None
            scalar = Scalar(event.value, plain, tag, span)
            _check_scalar(scalar)
            if event.anchor is not None:
                anchors[event.anchor] = (scalar, 1)
            place(scalar, 1, span)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if len(stack) >= MAX_DEPTH:
                raise _too_deep(_span(source, event))
            opened = _Open(event)
            if opened.anchor is not None:
                anchors[opened.anchor] = (None, 0)
            stack.append(opened)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            closed = stack.pop()
            node = _close(source, closed)
            if closed.anchor is not None:
                anchors[closed.anchor] = (node, closed.size)
            place(node, closed.size, node.span)
        elif kind is yaml.AliasEvent:
            span = _span(source, event)
            node_or_open, size = anchors.get(event.anchor, (None, -1))
            if node_or_open is None:
                why = "holds itself" if size == 0 else "is not defined before this line"
                raise problem(
                    "E010", f"the anchor &{event.anchor} {why}", span,
                    f"write the value here, or &{event.anchor} before a value above",
                )  # fmt: skip
            place(node_or_open, size, span)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise problem(
                    "E006",
                    "a second document begins here; a spec is one document",
                    _span(source, event),
                    "remove the --- line, or keep each spec in a file of its own",
                )
    return root


def _close(source: SourceFile, opened: _Open) -> Node:
    span = _span(source, opened.event)
    tag = _tag(opened.event.tag, span) if opened.event.tag is not None else None
    if type(opened.event) is yaml.SequenceStartEvent:
        return Sequence(tuple(opened.children), tag, span)
    return Mapping(_pairs(opened.children), tag, span)


def _pairs(children: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
    pairs: dict[str, tuple[Scalar, Node]] = {}
    merged: list[Mapping] = []
    for key, value in zip(children[::2], children[1::2]):
        if not isinstance(key, Scalar):
            raise problem(
                "E011", "a key has to be a string", key.span,
                "put what begins with [ or { in quotes",
            )  # fmt: skip
        if key.plain and key.text == "<<":
            merged += _merge_sources(key, value)
            continue
        if key.text in pairs:
            first = pairs[key.text][0].span
            raise problem(
                "E005",
                f"the key `{key.text}` is here a second time (first on line {first.line + 1})",
                key.span,
                "keep one of the two",
            )
        pairs[key.text] = (key, value)
    # YAML's merge key: a mapping's own keys take precedence over those merged in.
    for mapping in merged:
        for key, value in mapping.pairs:
            pairs.setdefault(key.text, (key, value))
    return tuple(pairs.values())


def _merge_sources(key: Scalar, value: Node) -> list[Mapping]:
    sources = value.items if isinstance(value, Sequence) else (value,)
    found = [item for item in sources if isinstance(item, Mapping)]
    if len(found) != len(sources):
        raise problem("E013", "`<<` merges mappings only", key.span, "write <<: *anchor")
    return found


def _check_scalar(scalar: Scalar) -> None:
    text = scalar.text
    if "\0" in text:
        raise problem(
            "E003",
            "the value holds a NUL character, which no program can be given",
            scalar.span,
            "remove the \\0 escape",
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise problem(
                "E003", "the value holds half of a surrogate pair, which is no character",
                scalar.span, "write the whole character, or its escape: \\U and eight digits",
            ) from None  # fmt: skip


def _tag(tag: str, span: Span) -> str | None:
    if tag in MERGE_TAGS:
        return tag
    if tag in (_STR_TAG, "!"):
        return None
    if tag in _CORE_TAGS:
        raise problem(
            "E007",
            f"the tag !!{tag[len(_CORE) :]} is not needed: a spec's values have the type of their key",
            span,
            "remove the tag",
        )
    shown = tag.replace(_CORE, "!!")
    raise problem(
        "E007", f"unknown tag {shown}", span, "the tags of a spec are !reset and !override"
    )


def _span(source: SourceFile, event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    stop = end.column if end.line == start.line else start.column + 1
    return Span(source, start.line, start.column, max(stop, start.column + 1))
