"""The values of a script on the path that is followed: its variables, and the built-in ones."""

from __future__ import annotations

import fnmatch
import re

from coder_gen.expression import Ref
from coder_gen.importing.shell_state import State
from coder_gen.importing.shell_text import Script
from coder_gen.importing.shell_values import (
    Argument,
    Pieces,
    Unknown,
    Word,
    literal,
)
from coder_gen.importing.shell_words import Expansion, Reader
from coder_gen.source.text import Span

_OUTPUTS = {
    "id -u": "UID", "id -g": "GID", "id -un": "USER", "id -u -n": "USER", "whoami": "USER",
    "logname": "USER", "pwd": "PWD", "pwd -P": "PWD", "hostname": "HOSTNAME",
    "hostname -s": "HOSTNAME", "uname -n": "HOSTNAME", "id --user": "UID", "id --group": "GID",
}  # fmt: skip
BUILT_IN = {"UID": "UID", "EUID": "UID", "GID": "GID", "USER": "USER", "LOGNAME": "USER",
            "HOME": "HOME", "PWD": "PWD", "HOSTNAME": "HOSTNAME"}  # fmt: skip
_OPTIONAL = (":-", "-", ":=", "=", ":?", "?", ":+", "+")
_COMPUTED = ("RANDOM", "SECONDS", "LINENO", "BASH_SOURCE", "BASHPID", "FUNCNAME", "REPLY")


class Values:
    """Looks up what a script's expansions stand for; ``state`` is the present path."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.state = State()
        self.reader = Reader(script, self)

    def expand(self, expansion: Expansion, reader: Reader) -> Pieces | list[Word]:
        """The value of a parameter on the present path."""
        name, operator, span = expansion.name, expansion.operator, expansion.span
        state = self.state
        if expansion.prefix == "!" or (expansion.prefix == "#" and name not in {"@", "*"}):
            return (Unknown(f"the expansion {span.text}", span),)
        if name in {"@", "*"}:
            if state.positional is not None:
                return list(state.positional)
            return [Word((Argument(0, (), span),), span)]
        if name.isdigit():
            value = self._argument(int(name), span)
        elif name in {"#", "?", "$", "!", "-"} or name in _COMPUTED:
            return (Unknown(f"the value of ${name}", span),)
        else:
            held = state.variables.get(name)
            if isinstance(held, list):
                if expansion.subscript in {"@", "*"}:
                    return list(held) if operator in {"", "-", ":-", "+", ":+"} else (
                        Unknown(f"the expansion {span.text}", span),
                    )  # fmt: skip
                if expansion.subscript.isdigit() and int(expansion.subscript) < len(held):
                    return held[int(expansion.subscript)].pieces
                return held[0].pieces if held and not expansion.subscript else ()
            if expansion.subscript in {"@", "*"} and held is None:
                return []
            value = held if held is not None else (Ref(BUILT_IN.get(name, name), "", (), span),)
        if not operator:
            return value
        if operator not in _OPTIONAL:
            return self._altered(value, expansion, reader)
        operand = reader.scalar(expansion.start, expansion.end)
        if operator in {":=", "="}:
            operator = ":-" if operator == ":=" else "-"
            value = _apply(value, operator, operand, span)
            state.variables[name] = value
            return value
        return _apply(value, operator, operand, span)

    def _argument(self, number: int, span: Span) -> Pieces:
        state = self.state
        if number == 0:
            return (Unknown("the script's own name", span),)
        if state.positional is not None:
            at = number - 1
            return state.positional[at].pieces if at < len(state.positional) else ()
        return (Argument(number + state.shifted, (), span),)

    def _altered(self, value: Pieces, expansion: Expansion, reader: Reader) -> Pieces:
        """``${X%pattern}`` and its kin, on a text that is known."""
        text = literal(value)
        body = reader.text[expansion.start - len(expansion.operator) : expansion.end]
        match = re.match(r"(%%|%|##|#)(.*)", body, re.DOTALL)
        if text is None or match is None:
            return (Unknown(f"the expansion {expansion.span.text}", expansion.span),)
        pattern = match[2].strip("\"'")
        sizes = range(len(text) + 1)
        cuts = reversed(sizes) if match[1] in {"##", "%"} else iter(sizes)
        for cut in cuts:
            piece = text[:cut] if match[1].startswith("#") else text[cut:]
            if fnmatch.fnmatchcase(piece, pattern):
                return (text[cut:] if match[1].startswith("#") else text[:cut],)
        return (text,)

    def substitute(self, command: str, span: Span) -> Pieces:
        """The output of a command: known only for what every host has a name for."""
        words = command.split("2>")[0].split()
        name = _OUTPUTS.get(" ".join(words))
        if name is not None:
            return (Ref(name, "", (), span),)
        return (Unknown(f"the output of `{' '.join(command.split())}`", span),)


def _apply(value: Pieces, operator: str, operand: Pieces, span: Span) -> Pieces:
    """A value with ``:-`` and its kin."""
    value = tuple(piece for piece in value if piece != "")
    known = literal(value)
    adds = operator in {":+", "+"}
    if known is not None:
        there = bool(known)
        if adds:
            return operand if there else ()
        return value if there or (operator == "-" and value) else operand
    first = value[0]
    if len(value) == 1 and isinstance(first, Ref):
        if first.name in BUILT_IN.values():
            return operand if adds else value
        if first.operator == "":
            return (Ref(first.name, operator, operand, span),)  # type: ignore[arg-type]
        if first.operator in {":-", "-"}:
            if literal(first.operand):
                return operand if adds else value
            return (Ref(first.name, operator, operand, span),)  # type: ignore[arg-type]
    if len(value) == 1 and isinstance(first, Argument) and not adds:
        return (first._replace(default=operand) if not operator.endswith("?") else first,)
    if any(isinstance(piece, str) for piece in value):
        return operand if adds else value
    if len(value) == 1 and isinstance(first, Unknown) and not adds:
        return value
    return (Unknown(f"the expansion {span.text}", span),)
