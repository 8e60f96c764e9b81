"""A shell script as text and as a syntax tree, with character offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from coder_gen.importing.shell.syntax.readme_notation import Mark, marks, readable, without_prompt
from coder_gen.text.positions import SourceFile, Span

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = re.compile(r"[^\x00-\x7f]")
_STAND_IN = "\xbf"
_WIDTH = len(_STAND_IN.encode("utf-8"))
# `$'…\\'`: the grammar takes the last two characters for an escaped quote.
_ANSI = re.compile(r"\$'(?:[^'\\]|\\.)*'", re.DOTALL)
_TEXTS = frozenset(
    ["string", "raw_string", "ansi_c_string", "comment", "heredoc_body", "command_substitution",
     "process_substitution"]
)  # fmt: skip
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class Script:
    """The text of a script and its tree, with character offsets."""

    def __init__(self, text: str, name: str) -> None:
        self.source = SourceFile(name, text)
        self._lines = [0, *(match.end() for match in _BREAK.finditer(text))]
        text = without_prompt(text)
        found = marks(text)
        self._read(readable(text, found))
        kept = [mark for mark in found if not self._within_text(mark)]
        if kept != found:
            self._read(readable(text, kept))
        # The comments in kept marks, each with its offset.
        self.remarks = [(mark.start, mark.remark) for mark in kept if mark.remark]
        self.broken = [mark.start for mark in kept if text[mark.start] == "\\"]

    def _read(self, text: str) -> None:
        from tree_sitter import Language, Parser
        from tree_sitter_bash import language

        self.text = text
        # To bash all of these are plain characters of a word. The scanner takes some for blanks or
        # letters, and calls C's <ctype.h> with code points out of its range.
        parsed = _ANSI.sub(lambda match: match[0].replace("\\\\", "--"), text)
        encoded = _PLAIN.sub(_STAND_IN, parsed).encode("utf-8")
        self._offsets: list[int] | None = None
        self._bytes: list[int] | None = None
        if len(encoded) != len(text):
            self._offsets = []
            self._bytes = []
            for index, char in enumerate(text):
                self._bytes.append(len(self._offsets))
                self._offsets += [index] * (1 if char.isascii() else _WIDTH)
            self._offsets.append(len(text))
            self._bytes.append(len(encoded))
        self.root: Node = Parser(Language(language())).parse(encoded).root_node

    def _within_text(self, mark: Mark) -> bool:
        """Whether a mark is in quotes, a comment or similar, and therefore literal."""
        start, end = mark.start, mark.end
        if self._bytes:
            start, end = self._bytes[start], self._bytes[end]
        node = self.root.descendant_for_byte_range(start, end)
        while node is not None and node.type not in _TEXTS:
            node = node.parent
        return node is not None

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
        """The span between two offsets, up to the end of its first line."""
        line = bisect_right(self._lines, start) - 1
        column = start - self._lines[line]
        length = len(self.source.line(line))
        stop = min(end - self._lines[line], length)
        return Span(self.source, line, column, max(stop, column + 1))

    def span_of(self, node: Node) -> Span:
        """The span of a node."""
        return self.span(self.start(node), self.end(node))
