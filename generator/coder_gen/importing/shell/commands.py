"""A script's simple commands: the start of a container, a function call, or a built-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder_gen.importing.shell.assignments import with_name
from coder_gen.importing.shell.context import ShellContext, SimpleCommand
from coder_gen.importing.shell.engine_command import engine_of, engine_or_text
from coder_gen.importing.shell.state import StartCommand, State
from coder_gen.importing.shell.walk import inner_runs, statement
from coder_gen.importing.shell.words.values import (
    Pieces,
    Word,
    reread,
    shown,
    split,
    unquoted,
)
from coder_gen.text.diagnostics import SPEC_AUTHOR
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_CALLS = 16
_READ_AGAIN = "'\"\\$`;&|<>()"
# Children of a command that are not words of it.
REDIRECTIONS_AND_COMMENTS = frozenset(
    ["file_redirect", "heredoc_redirect", "herestring_redirect", "comment"]
)


def command(context: ShellContext, node: Node, state: State) -> list[State]:
    """Every state after a simple command."""
    done: list[State] = []
    for each in inner_runs(context, node, [state]):
        prefix: list[tuple[str, Pieces, Span]] = []
        given: list[Node] = []
        # Some plain words are anonymous nodes in the grammar: `==`, `$`.
        for child in node.children:
            if child.type == "variable_assignment":
                name, _, _ = context.script.text_of(child).partition("=")
                value = child.child_by_field_name("value")
                pieces = context.value_of(value, each) if value is not None else ()
                prefix.append((name, pieces, context.script.span_of(child)))
            elif child.type not in REDIRECTIONS_AND_COMMENTS:
                given.append(child)
        words = context.reader(each).words(given)
        done += _followed(context, SimpleCommand(node, words, prefix), each)
    return done


def _followed(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    node, words, prefix = command
    name = engine_or_text(words[0]) if words else ""
    if name == "eval" and len(words) > 1:
        again = _evaluated(words[1:])
        if again is None:
            context.visited.add(node.start_byte)
            context.reporter.error(
                "E522",
                "a text that eval reads again holds more than words and quotes",
                words[1].span,
                "write the command line out",
            )
            return [state]
        words = again
        command = command._replace(words=words)
        name = engine_or_text(words[0]) if words else ""
    found = engine_of(words, prefix, context.reporter)
    if found is not None:
        context.visited.add(node.start_byte)
        if not any(shown(word.pieces).startswith("instance://") for word in found[2]):
            _start(context, command, state, found)
            state.ended = "exit" if name == "exec" else state.ended
        return [state]
    if not words:
        for key, value, _ in prefix:
            state.variables[key] = with_name(key, value)
        return [state]
    handler = context.tables.commands.get(name or "")
    states = handler(context, command, state) if handler is not None else None
    if states is None and name and name in context.functions:
        return call(context, name, words[1:], state)
    return [state] if states is None else states


def _start(
    context: ShellContext,
    command: SimpleCommand,
    state: State,
    found: tuple[str, str, list[Word]],
) -> None:
    """Record a container's start, but not a command in a running one (``instance://``)."""
    program, verb, rest = found
    exported = [
        (key, value, span)
        for key, span in state.exported.items()
        if isinstance(value := state.variables.get(key), tuple)
    ]
    folder = state.variables.get("PWD", ())
    words = (*rest, *_continued(context, command.node, state))
    context.spend(len(state.found))
    state.found = (
        *state.found,
        StartCommand(program, verb, words, context.script.span_of(command.node), state.decisions,
              context.calls[-1] if context.calls else "", (*exported, *command.prefix),
              folder if isinstance(folder, tuple) else ()),
    )  # fmt: skip


def _evaluated(words: list[Word]) -> list[Word] | None:
    """The words that ``eval`` reads; None if it would do more than that."""
    texts = [unquoted(word.pieces) for word in words]
    if not any(
        isinstance(piece, str) and set(piece) & set(_READ_AGAIN) for text in texts for piece in text
    ):
        return [w for word, text in zip(words, texts, strict=True) for w in split(text, word.span)]
    # eval joins its arguments with blanks.
    whole = [piece for text in texts for piece in (" ", *text)]
    return reread([Word(tuple(whole), words[0].span)])


def _continued(context: ShellContext, node: Node, state: State) -> list[Word]:
    """Options after a comment between continued lines, where bash ends the command."""
    script = context.script
    words: list[Word] = []
    for other in context.continued.get(node.start_byte, ()):
        before = script.text[: script.end(node)].rstrip()
        rest = script.text[len(before) : script.end(node) + 2]
        context.reporter.warning(
            "W522",
            "bash ends the command at the comment above; this line is read as part of it",
            script.span_of(other),
            "move the comment above the command" if rest else None,
            SPEC_AUTHOR,
        )
        words += context.reader(state).words(other.children)
    return words


def call(context: ShellContext, name: str, arguments: list[Word], state: State) -> list[State]:
    """Every state after a call of a function of the script."""
    context.called.add(name)
    body = context.functions[name].child_by_field_name("body")
    if len(context.calls) >= MAX_CALLS or body is None:
        return [state]
    kept, shifted = state.positional, state.shifted
    state.positional, state.shifted = tuple(arguments), 0
    context.calls.append(name)
    try:
        states = statement(context, body, state)
    finally:
        context.calls.pop()
    for each in states:
        each.positional, each.shifted = kept, shifted
        if each.ended == "return":
            each.ended = ""
    return states
