"""Handlers of commands that change a path without starting a container: built-ins, and X11's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from coder_gen.expression import Ref
from coder_gen.importing.shell.context import CommandHandler, ShellContext, SimpleCommand
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.words.values import UnknownValue, Word, literal, shown
from coder_gen.text.diagnostics import SPEC_AUTHOR

_FROM_INPUT = "what the script reads from its input"


def _end(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    """``exit``, ``return``, ``break``, ``continue``."""
    state.ended = literal(command.words[0].pieces) or ""
    return [state]


def _exec(context: ShellContext, command: SimpleCommand, state: State) -> list[State] | None:
    """``exec`` of a program that is not an engine."""
    if len(command.words) < 2:
        return None
    state.ended = "exit"
    return [state]


def _shift(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    words = command.words
    count = literal(words[1].pieces) if len(words) > 1 else "1"
    number = int(count) if count and count.isdigit() else 1
    if state.positional is not None:
        state.positional = state.positional[number:]
    else:
        state.shifted += number
    return [state]


def _set(context: ShellContext, command: SimpleCommand, state: State) -> list[State] | None:
    """``set -- …`` sets the positional parameters."""
    texts = [literal(word.pieces) for word in command.words]
    if "--" not in texts:
        return None
    state.positional = tuple(command.words[texts.index("--") + 1 :])
    return [state]


def _change_folder(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    """``cd``, ``pushd`` and ``popd`` set PWD."""
    span = context.script.span_of(command.node)
    given = [word.pieces for word in command.words[1:]]
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
    return [state]


def _read(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    """``read``, ``mapfile`` and ``readarray`` set their variables to unknown values."""
    _set_unknown(command.words[1:], _FROM_INPUT, state)
    return [state]


def _printf(context: ShellContext, command: SimpleCommand, state: State) -> list[State] | None:
    """``printf -v NAME …`` sets a variable."""
    words = command.words
    if len(words) < 3 or literal(words[1].pieces) != "-v":
        return None
    _set_unknown(words[2:3], "made by printf", state)
    return [state]


def _set_unknown(names: list[Word], reason: str, state: State) -> None:
    for word in names:
        name = literal(word.pieces)
        if name and re.fullmatch(r"[A-Za-z_]\w*", name):
            state.variables[name] = (UnknownValue(reason, word.span, name),)


def _xhost(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    """``xhost +…`` opens the display."""
    if any(not shown(word.pieces).startswith("-") for word in command.words[1:]):
        context.spend(len(state.grants))
        state.grants = (*state.grants, context.script.span_of(command.node))
    return [state]


def _xauth(context: ShellContext, command: SimpleCommand, state: State) -> list[State]:
    """``xauth -f FILE nmerge -`` puts the display's cookie into a file."""
    words = command.words
    texts = [literal(word.pieces) for word in words]
    if {"nmerge", "merge", "add", "generate"} & set(texts) and "-f" in texts[:-1]:
        file = words[texts.index("-f") + 1]
        state.cookies = (*state.cookies, (shown(file.pieces), file.span))
    return [state]


def _source(context: ShellContext, command: SimpleCommand, state: State) -> list[State] | None:
    """``source FILE`` is not followed, because no file is read."""
    if len(command.words) < 2:
        return None
    file = command.words[1]
    context.reporter.warning(
        "W532", f"{file.span.text} is not read: what it sets is taken from the environment",
        file.span, "set it there, or under `variables`, or import the two as one text",
        SPEC_AUTHOR,
    )  # fmt: skip
    return [state]


BUILTINS: Mapping[str, CommandHandler] = {
    "exit": _end,
    "return": _end,
    "break": _end,
    "continue": _end,
    "exec": _exec,
    "shift": _shift,
    "set": _set,
    "cd": _change_folder,
    "pushd": _change_folder,
    "popd": _change_folder,
    "read": _read,
    "mapfile": _read,
    "readarray": _read,
    "printf": _printf,
    "xhost": _xhost,
    "xauth": _xauth,
    "source": _source,
    ".": _source,
}
