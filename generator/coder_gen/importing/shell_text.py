"""A shell script as text and as a tree, with one way to say where something is."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from coder_gen.source.text import SourceFile, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = re.compile(r"[^\x00-\x7f]")
_STAND_IN = "\xbf"
_WIDTH = len(_STAND_IN.encode("utf-8"))
# `$'…\\'`: the grammar takes the last two for an escaped quote, and reads on to the next one.
_ANSI = re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL)
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class Script:
    """The text of a script, its tree, and places in it by character offset."""

    def __init__(self, text: str, name: str) -> None:
        from tree_sitter import Language, Parser
        from tree_sitter_bash import language

        self.text = text
        self.source = SourceFile(name, text)
        self._lines = [0, *(match.end() for match in _BREAK.finditer(text))]
        # To bash all of these are plain characters of a word. The scanner takes some for blanks or
        # letters, and asks C's <ctype.h> about code points that its tables do not reach.
        parsed = _ANSI.sub(lambda match: match[0].replace("\\\\", "--"), text)
        encoded = _PLAIN.sub(_STAND_IN, parsed).encode("utf-8")
        self._offsets: list[int] | None = None
        if len(encoded) != len(text):
            self._offsets = []
            for index, char in enumerate(text):
                self._offsets += [index] * (1 if char.isascii() else _WIDTH)
            self._offsets.append(len(text))
        self.root: Node = Parser(Language(language())).parse(encoded).root_node

    def start(self, node: Node) -> int:
        """The offset of a node's first character."""
        return self._offsets[node.start_byte] if self._offsets else node.start_byte

    def end(self, node: Node) -> int:
        """The offset after a node's last character."""
        return self._offsets[node.end_byte] if self._offsets else node.end_byte

    def text_of(self, node: Node) -> str:
        """The characters of a node."""
        return self.text[self.start(node) : self.end(node)]

    def span(self, start: int, end: int) -> Span:
        """The place between two offsets, up to the end of its first line."""
        line = bisect_right(self._lines, start) - 1
        column = start - self._lines[line]
        length = len(self.source.line(line))
        stop = min(end - self._lines[line], length)
        return Span(self.source, line, column, max(stop, column + 1))

    def span_of(self, node: Node) -> Span:
        """The place of a node."""
        return self.span(self.start(node), self.end(node))
