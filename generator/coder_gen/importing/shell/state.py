"""The state of a script on one path: its variables and the containers it has started."""

from __future__ import annotations

from typing import NamedTuple, Union

from coder_gen.expression import Ref
from coder_gen.importing.shell.words.values import (
    Argument,
    Condition,
    Conditional,
    Piece,
    Pieces,
    Word,
    literal,
    shown,
    unknowns,
)
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.text.positions import Span

Value = Union[Pieces, "list[Word]"]


class StartCommand(NamedTuple):
    """A command that starts a container, on one path through the script."""

    program: str
    verb: str
    words: tuple[Word, ...]
    span: Span
    decisions: tuple[Condition, ...]
    function: str
    # Variables that the engine finds in its environment, with their values.
    exported: tuple[tuple[str, Pieces, Span], ...]
    # The working folder, if the script changes it.
    folder: Pieces = ()


class State:
    """The variables of one path, and the containers it has started."""

    def __init__(self) -> None:
        self.variables: dict[str, Value] = {}
        self.exported: dict[str, Span] = {}
        self.found: tuple[StartCommand, ...] = ()
        self.decisions: tuple[Condition, ...] = ()
        self.ended = ""
        # The positional parameters after `set --` or in a call; None for the script's arguments.
        self.positional: tuple[Word, ...] | None = None
        self.shifted = 0
        self.grants: tuple[Span, ...] = ()
        # Files for the display's cookie, as written in the script.
        self.cookies: tuple[tuple[str, Span], ...] = ()

    def copy(self) -> State:
        """An independent state."""
        other = State()
        other.variables = dict(self.variables)
        other.exported = dict(self.exported)
        other.found = self.found
        other.decisions = self.decisions
        other.ended = self.ended
        other.positional = self.positional
        other.shifted = self.shifted
        other.grants = self.grants
        other.cookies = self.cookies
        return other

    def assuming(self, condition: Condition) -> State:
        """A copy for which a condition holds."""
        other = self.copy()
        other.decisions = (*self.decisions, condition)
        return other

    def known(self, condition: Condition) -> bool | None:
        """The value of a condition by earlier decisions; None if it is open."""
        subject = shown(condition.subject)
        for earlier in self.decisions:
            if earlier.kind != condition.kind or shown(earlier.subject) != subject:
                continue
            if earlier.value == condition.value:
                return earlier.negated == condition.negated
            if earlier.kind == "equals" and not earlier.negated:
                return condition.negated
        return None


def without_empty_pieces(value: Value) -> Value:
    """A value without empty pieces, for comparison."""
    if isinstance(value, list):
        return value
    return tuple(piece for piece in value if piece != "")


def join(condition: Condition, before: State, yes: State, no: State) -> State | None:
    """One state for both branches, with differences under the condition; None if impossible."""
    if yes.ended or no.ended or yes.found != no.found or yes.positional != no.positional:
        return None
    if yes.shifted != no.shifted:
        return None
    result = before.copy()
    result.found = yes.found
    result.grants = tuple(dict.fromkeys((*yes.grants, *no.grants)))
    result.cookies = tuple(dict.fromkeys((*yes.cookies, *no.cookies)))
    result.exported = {**yes.exported, **no.exported}
    for name in dict.fromkeys((*yes.variables, *no.variables)):
        first, second = yes.variables.get(name), no.variables.get(name)
        if first == second and first is not None:
            result.variables[name] = first
            continue
        if depends_on_arguments(condition):
            return None
        both = _both(name, condition, before, first, second)
        if both is None:
            return None
        result.variables[name] = both
    return result


def depends_on_arguments(condition: Condition) -> bool:
    """Whether a condition depends on the script's arguments."""
    return any(isinstance(piece, Argument) for piece in condition.subject)


def _both(
    name: str, condition: Condition, before: State, first: Value | None, second: Value | None
) -> Value | None:
    default = _default(name, condition, before, first, second)
    if default is not None:
        return default
    if isinstance(first, list) or isinstance(second, list):
        if isinstance(first, tuple) or isinstance(second, tuple):
            return None
        return _both_lists(condition, first or [], second or [])
    one, two = without_empty_pieces(first or ()), without_empty_pieces(second or ())
    if not isinstance(one, tuple) or not isinstance(two, tuple):
        return None
    if len(one) < len(two):
        one, two, condition = two, one, condition.inverted()
    if one[: len(two)] != two:
        return None
    return (*two, Conditional(condition, one[len(two) :]))


def _both_lists(condition: Condition, first: list[Word], second: list[Word]) -> Value | None:
    if len(first) < len(second):
        first, second, condition = second, first, condition.inverted()
    if first[: len(second)] != second:
        return None
    return [
        *second,
        *(w._replace(conditions=(condition, *w.conditions)) for w in first[len(second) :]),
    ]


def _default(
    name: str, condition: Condition, before: State, first: Value | None, second: Value | None
) -> Pieces | None:
    """``${X:-d}`` for ``[ -z "$X" ] && X=d``; None if the branches are no default."""
    if condition.kind != "set":
        return None
    given, kept = (first, second) if condition.negated else (second, first)
    subject = [piece for piece in condition.subject if piece != ""]
    if len(subject) != 1 or not isinstance(subject[0], Ref) or not isinstance(given, tuple):
        return None
    ref = subject[0]
    if ref.name == name in BUILT_IN:
        return (ref._replace(operator="", operand=()),)
    if isinstance(kept, tuple) and name not in before.variables:
        held = [piece for piece in kept if piece != ""]
        if len(held) == 1 and isinstance(held[0], Ref) and held[0][:3] == (ref.name, "", ()):
            # `if [ -n "$X" ]; then v=$X; else v=d; fi`
            operator = "-" if condition.value == "+" else ":-"
            return (ref._replace(operator=operator, operand=given),)  # type: ignore[arg-type]
    if ref.name != name or (ref.operator and literal(ref.operand) != ""):
        return None
    if kept is not None and kept != before.variables.get(name):
        return None
    operator = "-" if condition.value == "+" else ":-"
    return (ref._replace(operator=operator, operand=given),)  # type: ignore[arg-type]


def uncertain(value: Value) -> bool:
    """Whether a value comes from the script's arguments, or is unknown."""
    pieces: list[Piece] = (
        [p for word in value for p in word.pieces] if isinstance(value, list) else list(value)
    )
    return bool(unknowns(pieces)) or any(isinstance(piece, Argument) for piece in pieces)
