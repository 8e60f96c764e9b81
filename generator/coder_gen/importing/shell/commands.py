"""A script's simple commands: a container's start, a call, or something that does not matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from coder_gen.diagnostics import SPEC_AUTHOR
from coder_gen.expression import Ref
from coder_gen.importing.shell.assignments import named
from coder_gen.importing.shell.engine_command import engine_of, engine_or_text
from coder_gen.importing.shell.paths import Paths
from coder_gen.importing.shell.state import Found, State
from coder_gen.importing.shell.words.values import (
    Pieces,
    Unknown,
    Word,
    literal,
    reread,
    shown,
    split,
    unquoted,
)
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CALLS = 16
_READ_AGAIN = "'\"\\$`;&|<>()"


class Commands(Paths):
    """Follows commands."""

    def command(self, node: Node, state: State, following: Iterable[Node]) -> list[State]:
        """A simple command: a container's start, a call, or something that does not matter."""
        states = self.inner_runs(node, [state])
        done: list[State] = []
        for each in states:
            done += self.one_command(node, each, following)
        return done

    def one_command(self, node: Node, state: State, following: Iterable[Node]) -> list[State]:
        self.state = state
        prefix: list[tuple[str, Pieces, Span]] = []
        given: list[Node] = []
        # Some plain words have no name in the grammar: `==`, `$`.
        for child in node.children:
            if child.type == "variable_assignment":
                name, _, _ = self.script.text_of(child).partition("=")
                value = child.child_by_field_name("value")
                pieces = (
                    self.reader.scalar(self.script.start(value), self.script.end(value))
                    if value is not None
                    else ()
                )
                prefix.append((name, pieces, self.script.span_of(child)))
            elif child.type not in {
                "file_redirect",
                "heredoc_redirect",
                "herestring_redirect",
                "comment",
            }:
                given.append(child)
        return self._simple(node, self.reader.words(given), prefix, state, following)

    def _simple(
        self,
        node: Node,
        words: list[Word],
        prefix: list[tuple[str, Pieces, Span]],
        state: State,
        following: Iterable[Node],
    ) -> list[State]:
        name = engine_or_text(words[0]) if words else ""
        if name == "eval" and len(words) > 1:
            again = self._evaluated(words[1:])
            if again is None:
                self.visited.add(node.start_byte)
                self.reporter.error(
                    "E522",
                    "a text that eval reads again holds more than words and quotes",
                    words[1].span,
                    "write the command line out",
                )
                return [state]
            words = again
            name = engine_or_text(words[0]) if words else ""
        found = engine_of(words, prefix, self.reporter)
        if found is not None and any(shown(w.pieces).startswith("instance://") for w in found[2]):
            self.visited.add(node.start_byte)  # it goes into one that runs
            return [state]
        if found is not None:
            engine, verb, rest = found
            rest = [*rest, *self.continued(node, following)]
            self.visited.add(node.start_byte)
            exported = [
                (key, value, span)
                for key, span in state.exported.items()
                if isinstance(value := state.variables.get(key), tuple)
            ]
            folder = state.variables.get("PWD", ())
            self.spend(len(state.found))
            state.found = (
                *state.found,
                Found(engine, verb, tuple(rest), self.script.span_of(node), state.decisions,
                      self.calls[-1] if self.calls else "", (*exported, *prefix),
                      folder if isinstance(folder, tuple) else ()),
            )  # fmt: skip
            if words and name == "exec":
                state.ended = "exit"
            return [state]
        if name in {"exit", "return", "break", "continue"}:
            state.ended = name
        elif name == "exec" and len(words) > 1:
            state.ended = "exit"
        elif name == "shift":
            count = literal(words[1].pieces) if len(words) > 1 else "1"
            number = int(count) if count and count.isdigit() else 1
            if state.positional is not None:
                state.positional = state.positional[number:]
            else:
                state.shifted += number
        elif name == "set" and any(literal(word.pieces) == "--" for word in words):
            at = [literal(word.pieces) for word in words].index("--")
            state.positional = tuple(words[at + 1 :])
        elif name in {"cd", "pushd", "popd"}:
            _change_folder([word.pieces for word in words[1:]], state, self.script.span_of(node))
        elif name in {"read", "mapfile", "readarray"} or _sets_variable(name, words):
            for word in words[1:] if name != "printf" else words[2:3]:
                variable = literal(word.pieces)
                if variable and re.fullmatch(r"[A-Za-z_]\w*", variable):
                    reason = "what the script reads from its input"
                    unknown = Unknown(
                        reason if name != "printf" else "made by printf", word.span, variable
                    )
                    state.variables[variable] = (unknown,)
        elif name == "xhost":
            if any(not shown(word.pieces).startswith("-") for word in words[1:]):
                self.spend(len(state.grants))
                state.grants = (*state.grants, self.script.span_of(node))
        elif name == "xauth":
            file = _cookie_file(words)
            if file is not None:
                state.cookies = (*state.cookies, (shown(file.pieces), file.span))
        elif name in {"source", "."} and len(words) > 1:
            self.reporter.warning(
                "W532", f"{words[1].span.text} is not read: what it sets is taken from the environment",
                words[1].span, "set it there, or under `variables`, or import the two as one text",
                SPEC_AUTHOR,
            )  # fmt: skip
        elif not words:
            for key, value, _ in prefix:
                state.variables[key] = named(key, value)
        elif name in self.functions:
            return self.call(name, words[1:], state)
        return [state]

    @staticmethod
    def _evaluated(words: list[Word]) -> list[Word] | None:
        texts = [unquoted(word.pieces) for word in words]
        if not any(
            isinstance(piece, str) and set(piece) & set(_READ_AGAIN)
            for text in texts
            for piece in text
        ):
            return [
                w for word, text in zip(words, texts, strict=True) for w in split(text, word.span)
            ]
        # One text, as eval joins it.
        whole = [piece for text in texts for piece in (" ", *text)]
        return reread([Word(tuple(whole), words[0].span)])

    def continued(self, node: Node, following: Iterable[Node]) -> list[Word]:
        """Options after a comment between continued lines: bash ends the command there."""
        words: list[Word] = []
        between = False
        for other in following:
            if other.type == "comment":
                between = True
                continue
            text = self.script.text_of(other)
            if not between or other.type != "command" or not text.startswith("-"):
                break
            before = self.script.text[: self.script.end(node)].rstrip()
            rest = self.script.text[len(before) : self.script.end(node) + 2]
            self.reporter.warning(
                "W522",
                "bash ends the command at the comment above; this line is read as part of it",
                self.script.span_of(other),
                "move the comment above the command" if rest else None,
                SPEC_AUTHOR,
            )
            words += self.reader.words(other.children)
        return words

    def call(self, name: str, arguments: list[Word], state: State) -> list[State]:
        """A call of one of the script's functions."""
        self.called.add(name)
        if len(self.calls) >= MAX_CALLS:
            return [state]
        body = self.functions[name].child_by_field_name("body")
        if body is None:
            return [state]
        kept, shifted = state.positional, state.shifted
        state.positional, state.shifted = tuple(arguments), 0
        self.calls.append(name)
        try:
            states = self.statement(body, state)
        finally:
            self.calls.pop()
        for each in states:
            each.positional, each.shifted = kept, shifted
            if each.ended == "return":
                each.ended = ""
        return states


def _change_folder(given: list[Pieces], state: State, span: Span) -> None:
    """What `cd`, `pushd` and `popd` do to PWD."""
    held = {name: state.variables.get(name) for name in ("PWD", "OLDPWD")}
    here, before = (
        value if isinstance(value, tuple) else (Ref(name, "", (), span),)
        for name, value in held.items()
    )
    path = tuple(piece for piece in given[-1] if piece != "") if given else ()
    first = path[0] if path else ""
    if literal(path) == "-" or not given:
        path = before if given or held["OLDPWD"] else (Ref("HOME", "", (), span),)
    elif literal(path) in {"", "."}:
        path = here
    elif isinstance(first, str) and not first.startswith("/"):
        path = (*here, "/", *path)
    state.variables.update({"PWD": path, "OLDPWD": here})


def _sets_variable(name: str | None, words: list[Word]) -> bool:
    return name == "printf" and len(words) > 2 and literal(words[1].pieces) == "-v"


def _cookie_file(words: list[Word]) -> Word | None:
    """The file of `xauth -f FILE nmerge -`, which gets a cookie."""
    texts = [literal(word.pieces) for word in words]
    if not {"nmerge", "merge", "add", "generate"} & set(texts) or "-f" not in texts[:-1]:
        return None
    return words[texts.index("-f") + 1]
