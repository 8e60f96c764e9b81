"""The value of a word of bash, after quote removal and expansion.

The parser finds where a word begins and ends; this reads its characters, by the rules of the
POSIX shell and bash for quoting, parameter expansion and field splitting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.words.ansi_c import unescaped
from coder_gen.importing.shell.words.arithmetic import value_of
from coder_gen.importing.shell.words.delimiters import (
    MAX_DEPTH,
    after_brace,
    after_parenthesis,
    find,
)
from coder_gen.importing.shell.words.values import (
    Piece,
    Pieces,
    Quoted,
    UnknownValue,
    Word,
    literal,
    split,
    unquoted,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACES = re.compile(r"\{([^{}\s'\"]*)\}")


class Expansion(NamedTuple):
    """A parameter expansion as written."""

    name: str
    subscript: str
    prefix: str
    operator: str
    # The operand's offsets in the text.
    start: int
    end: int
    span: Span


class Scope(Protocol):
    """The source of the values."""

    def expand(self, expansion: Expansion, reader: Reader) -> Pieces | list[Word]:
        """The value of a parameter; words for ``$@`` and whole arrays."""

    def substitute(self, command: str, span: Span) -> Pieces:
        """The output of a command."""

    def unknown(self, reason: str, span: Span, words: str) -> UnknownValue:
        """An unknown value, with a name for it made of words."""


class Reader:
    """Reads the words of one script with the values of one scope."""

    def __init__(self, script: Script, scope: Scope) -> None:
        self.script = script
        self.text = script.text
        self.scope = scope
        self._depth = 0

    def words(self, nodes: Iterable[Node]) -> list[Word]:
        """The words of nodes; the parser splits some words into several nodes."""
        spans: list[tuple[int, int]] = []
        for node in nodes:
            start, end = self.script.start(node), self.script.end(node)
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, end))
        return [word for start, end in spans for word in self.fields(start, end)]

    def fields(self, start: int, end: int) -> list[Word]:
        """The words of the text between two offsets."""
        span = self.script.span(start, end)
        words: list[Word] = []
        current: list[Piece] | None = None
        quoted = False
        place = span

        def put(*pieces: Piece) -> None:
            nonlocal current
            current = current if current is not None else []
            current.extend(pieces)

        def close() -> None:
            nonlocal current, quoted, place
            if current is not None:
                words.append(Word(tuple(current), place, quoted=quoted))
            current, quoted, place = None, False, span

        def add(made: list[Word]) -> None:
            """Join the words of an expansion to the surrounding word."""
            nonlocal current, place
            if not made:
                return
            if len(made) == 1 and not made[0].conditions:
                if current is None:
                    place = made[0].span
                put(*made[0].pieces)
                return
            if current:
                made = [made[0]._replace(pieces=(*current, *made[0].pieces)), *made[1:]]
            words.extend(made[:-1])
            if made[-1].conditions:
                words.append(made[-1])
                current = None
            else:
                current, place = list(made[-1].pieces), made[-1].span

        at = start
        while at < end:
            char = self.text[at]
            if char.isspace():
                close()
                at += 1
            elif char == "\\":
                if self.text[at + 1 : at + 3] == "\r\n":
                    at += 3
                    continue
                if self.text[at + 1 : at + 2] != "\n":
                    put(Quoted(self.text[at + 1 : min(at + 2, end)]))
                at += 2
            elif char == "'":
                close_at = find(self.text, "'", at + 1, end)
                put(Quoted(self.text[at + 1 : close_at]))
                quoted = True
                at = close_at + 1
            elif self.text.startswith("$'", at):
                value, at = self._ansi(at + 2, end)
                put(Quoted(value))
                quoted = True
            elif char == '"' or self.text.startswith('$"', at):
                at, found = self._double(at + (1 if char == '"' else 2), end)
                quoted = True
                if isinstance(found, list):
                    add(found)
                else:
                    put(*found)
            elif self.text.startswith(("<(", ">("), at):
                stop = after_parenthesis(self.text, at + 1, end, self._depth)
                place = self.script.span(at, stop)
                command = " ".join(self.text[at + 2 : stop - 1].split())
                file = self.scope.unknown(f"a file with the output of `{command}`", place, "file")
                put(file)
                at = stop
            elif char in "$`":
                at, found = self._dollar(at, end)
                if isinstance(found, list):
                    made = [
                        w._replace(conditions=(*word.conditions, *w.conditions))
                        for word in found
                        for w in split(unquoted(word.pieces), word.span)
                    ]
                    add(made)
                elif found:
                    leading = isinstance(found[0], str) and not isinstance(found[0], Quoted)
                    if leading and str(found[0])[:1].isspace():
                        close()
                    add(split(found, span))
            elif char == "~" and current is None and self.text[at + 1 : at + 2] in ("", "/", " "):
                put(*self._home(at))
                at += 1
            elif (
                char == "{"
                and (braces := _BRACES.match(self.text, at, end))
                and ("," in braces[1] or ".." in braces[1])
            ):
                place = self.script.span(at, braces.end())
                put(UnknownValue("a brace expansion", place))
                at = braces.end()
            else:
                stop = at + 1
                while stop < end and self.text[stop] not in "\\'\"$`{ \t\r\n":
                    stop += 1
                put(self.text[at:stop])
                at = stop
        close()
        return words

    def scalar(self, start: int, end: int, *, in_double: bool = False) -> Pieces:
        """The text between two offsets as the value of an assignment or an operand."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._depth -= 1
            return (UnknownValue("a deeply nested expansion", self.script.span(start, end)),)
        try:
            return self._scalar(start, end, in_double)
        finally:
            self._depth -= 1

    def _scalar(self, start: int, end: int, in_double: bool) -> Pieces:
        pieces: list[Piece] = []
        at = start
        while at < end:
            char = self.text[at]
            if char == "\\":
                following = self.text[at + 1 : at + 2]
                if following == "\n":
                    pass
                elif in_double and following not in '"\\$`}':
                    pieces.append(Quoted("\\" + following))
                else:
                    pieces.append(Quoted(following))
                at += 2
            elif char == "'" and not in_double:
                close_at = find(self.text, "'", at + 1, end)
                pieces.append(Quoted(self.text[at + 1 : close_at]))
                at = close_at + 1
            elif self.text.startswith("$'", at) and not in_double:
                value, at = self._ansi(at + 2, end)
                pieces.append(Quoted(value))
            elif char == '"':
                at, found = self._double(at + 1, end)
                pieces += _flat(found)
            elif char in "$`":
                at, found = self._dollar(at, end)
                pieces += _flat(found)
            elif char == "~" and at == start and self.text[at + 1 : at + 2] in ("", "/", "}", "\n"):
                pieces += self._home(at)
                at += 1
            else:
                stop = at + 1
                while stop < end and self.text[stop] not in "\\'\"$`":
                    stop += 1
                pieces.append(self.text[at:stop])
                at = stop
        return tuple(pieces)

    def _home(self, at: int) -> Pieces:
        span = self.script.span(at, at + 1)
        found = self.scope.expand(Expansion("HOME", "", "", "", at, at, span), self)
        return _flat(found)

    def _ansi(self, at: int, end: int) -> tuple[str, int]:
        stop = at
        while stop < end and self.text[stop] != "'":
            stop += 2 if self.text[stop] == "\\" else 1
        return unescaped(self.text[at : min(stop, end)]), min(stop, end) + 1

    def _double(self, at: int, end: int) -> tuple[int, Pieces | list[Word]]:
        """Read a double-quoted text, from after its opening quote to after its closing quote."""
        pieces: list[Piece] = [Quoted("")]
        words: list[Word] | None = None
        while at < end and self.text[at] != '"':
            char = self.text[at]
            if char == "\\":
                following = self.text[at + 1 : at + 2]
                if following in {'"', "\\", "$", "`"}:
                    pieces.append(Quoted(following))
                elif following != "\n":
                    pieces.append(Quoted("\\" + following))
                at += 2
            elif char in "$`":
                at, found = self._dollar(at, end, in_double=True)
                if isinstance(found, list):
                    words = words if words is not None else []
                    words += found
                else:
                    pieces += [Quoted(p) if isinstance(p, str) else p for p in found]
            else:
                stop = at + 1
                while stop < end and self.text[stop] not in '"\\$`':
                    stop += 1
                pieces.append(Quoted(self.text[at:stop]))
                at = stop
        if words is not None and all(piece == "" for piece in pieces):
            return at + 1, words
        return at + 1, (*pieces, *_flat(words or ()))

    def _dollar(
        self, at: int, end: int, *, in_double: bool = False
    ) -> tuple[int, Pieces | list[Word]]:
        text = self.text
        if text[at] == "`":
            stop = at + 1
            while stop < end and text[stop] != "`":
                stop += 2 if text[stop] == "\\" else 1
            command = text[at + 1 : stop].replace("\\`", "`")
            return stop + 1, self.scope.substitute(command, self.script.span(at, stop + 1))
        if text.startswith("$((", at):
            stop = after_parenthesis(self.text, at + 1, end, self._depth)
            value = value_of(text[at + 3 : stop - 2], self._number)
            if value is not None:
                return stop, (str(value),)
            reason = f"the arithmetic {text[at:stop]}"
            return stop, (self.scope.unknown(reason, self.script.span(at, stop), "result"),)
        if text.startswith("$(", at):
            stop = after_parenthesis(self.text, at + 1, end, self._depth)
            span = self.script.span(at, stop)
            return stop, self.scope.substitute(text[at + 2 : stop - 1], span)
        if text.startswith("${", at):
            return self._braced(at, end)
        name = _PLAIN.match(text, at + 1, end)
        if name is None:
            return at + 1, (Quoted("$"),)
        stop = name.end()
        expansion = Expansion(name[0], "", "", "", stop, stop, self.script.span(at, stop))
        return stop, self.scope.expand(expansion, self)

    def _number(self, name: str) -> str | None:
        """The value of a variable in arithmetic; None if it is not known."""
        nowhere = Expansion(name, "", "", "", 0, 0, self.script.span(0, 0))
        found = self.scope.expand(nowhere, self)
        return None if isinstance(found, list) else literal(found)

    def _braced(self, start: int, end: int) -> tuple[int, Pieces | list[Word]]:
        text = self.text
        stop = after_brace(self.text, start + 2, end, self._depth)
        span = self.script.span(start, stop)
        at = start + 2
        prefix = ""
        if text[at : at + 1] in {"!", "#"} and text[at + 1 : at + 2] not in {"}", ""}:
            prefix = text[at]
            at += 1
        name = _PARAMETER.match(text, at, stop - 1)
        if name is None:
            return stop, (UnknownValue("an expansion of an unknown form", span),)
        at = name.end()
        subscript = ""
        if text.startswith("[", at):
            close_at = find(text, "]", at, stop - 1)
            subscript = text[at + 1 : close_at]
            at = min(close_at + 1, stop - 1)
        operator = ""
        for known in (":-", ":=", ":?", ":+", "-", "=", "?", "+"):
            if text.startswith(known, at) and at < stop - 1:
                operator = known
                break
        else:
            operator = text[at : stop - 1]
        begin = at + len(operator)
        expansion = Expansion(name[0], subscript, prefix, operator, begin, stop - 1, span)
        return stop, self.scope.expand(expansion, self)


def _flat(found: Pieces | list[Word] | tuple[Word, ...]) -> Pieces:
    """Words as one text, joined by blanks."""
    pieces: list[Piece] = []
    for index, item in enumerate(found):
        if isinstance(item, Word):
            if index:
                pieces.append(" ")
            pieces += item.pieces
        else:
            pieces.append(item)
    return tuple(pieces)
