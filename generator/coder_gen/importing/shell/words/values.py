"""The values of a script that are known without running it: text, words, conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Union

from coder_gen.expression import Ref
from coder_gen.text.positions import Span


class Quoted(str):
    """Text from quotes, which the shell does not split into words."""

    __slots__ = ()


class UnknownValue(NamedTuple):
    """A value that is known only when the script runs.

    ``name`` is the variable that holds it; ``offer`` is a name for a new variable.
    """

    reason: str
    span: Span
    name: str = ""
    offer: str = ""


class Argument(NamedTuple):
    """An argument of the script: ``$1``, with the default of ``${1:-x}``."""

    number: int
    default: tuple[Piece, ...]
    span: Span
    # The variable that holds it.
    name: str = ""


class Condition(NamedTuple):
    """A condition on the host that runs the script.

    ``kind`` is ``set`` (the text is not empty), ``exists`` (a file of that name exists), ``equals``
    (subject and value are the same) or ``other``, for which only the script's text is kept.
    """

    kind: str
    subject: Pieces
    value: str
    negated: bool
    span: Span

    def inverted(self) -> Condition:
        """The opposite condition."""
        return self._replace(negated=not self.negated)


class Conditional(NamedTuple):
    """Text that is present only under a condition."""

    condition: Condition
    pieces: tuple[Piece, ...]


Piece = Union[str, Ref, UnknownValue, Argument, Conditional]  # noqa: UP007 - forward reference
Pieces = tuple[Piece, ...]


class Word(NamedTuple):
    """One word of a command line, and the conditions it depends on."""

    pieces: Pieces
    span: Span
    conditions: tuple[Condition, ...] = ()
    quoted: bool = True


def literal(pieces: Pieces) -> str | None:
    """The text if all of it is known, else None."""
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(str(piece) for piece in pieces)
    return None


def unknowns(pieces: Iterable[Piece]) -> list[UnknownValue]:
    """Every unknown value in pieces."""
    found: list[UnknownValue] = []
    for piece in pieces:
        if isinstance(piece, UnknownValue):
            found.append(piece)
        elif isinstance(piece, Ref):
            found += unknowns(piece.operand)
        elif isinstance(piece, Conditional):
            found += unknowns(piece.pieces)
    return found


def shown(pieces: Iterable[Piece]) -> str:
    """Pieces as text, for a message or a comparison."""
    return "".join(map(_shown, pieces))


def _shown(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Ref):
        return f"${{{piece.name}{piece.operator}{shown(piece.operand)}}}"
    if isinstance(piece, Argument):
        return f"${{{piece.number}}}"
    if isinstance(piece, UnknownValue):
        return f"${{{piece.name or piece.offer or piece.reason}}}"
    return shown(piece.pieces)


def split(pieces: Iterable[Piece], span: Span) -> list[Word]:
    """The words after field splitting of an unquoted expansion.

    The value of a variable of the host is taken for one word; a text under a condition gives
    words under that condition.
    """
    words: list[Word] = []
    current: list[Piece] | None = None

    def close() -> None:
        nonlocal current
        if current is not None:
            words.append(Word(tuple(current), span, quoted=False))
        current = None

    for piece in pieces:
        if isinstance(piece, Ref) and current is None and _several(piece):
            close()
            words += [
                word._replace(conditions=(_depends(piece), *word.conditions))
                for word in split(piece.operand, span)
            ]
        elif isinstance(piece, Quoted) or not isinstance(piece, (str, Conditional)):
            current = current if current is not None else []
            current.append(piece)
        elif isinstance(piece, Conditional):
            inner = split(piece.pieces, span)
            if current and inner and not _spaced(piece.pieces):
                current.append(piece)
                continue
            close()
            words += [
                word._replace(conditions=(piece.condition, *word.conditions)) for word in inner
            ]
        else:
            for index, run in enumerate(_runs(piece)):
                if index:
                    close()
                if run:
                    current = current if current is not None else []
                    current.append(run)
    close()
    return words


def reread(words: Iterable[Word]) -> list[Word] | None:
    """The words as `eval` reads them, with quotes in their text; None if it would do more."""
    found: list[Word] = []
    for span, text in ((word.span, word.pieces) for word in words):
        current: _Reread | None = None
        quote = ""
        escaped = False
        for piece in text:
            for item in piece if isinstance(piece, str) else [piece]:
                if not isinstance(item, str) or escaped or (quote and item not in (quote, "\\")):
                    if item in ("$", "`") and quote != "'" and not escaped:
                        return None
                    current = current or _Reread()
                    current.add(item)
                    escaped = False
                elif item == "\\" and quote != "'":
                    escaped = True
                elif item == quote:
                    quote = ""
                elif item in "'\"" and not quote:
                    quote, current = item, current or _Reread("")
                elif item.isspace() and not quote:
                    found += [Word(current.pieces(), span)] if current is not None else []
                    current = None
                elif item in "$`;&|<>()":
                    return None
                else:
                    current = current or _Reread()
                    current.add(item)
        if quote or escaped:
            return None
        found += [Word(current.pieces(), span)] if current is not None else []
    return found


class _Reread:
    """Collects the pieces of one word; characters become one text."""

    def __init__(self, *letters: str) -> None:
        self._found: list[Piece] = []
        self._letters = list(letters)

    def add(self, item: Piece) -> None:
        if isinstance(item, str):
            self._letters.append(item)
            return
        if self._letters:
            self._found.append(Quoted("".join(self._letters)))
            self._letters.clear()
        self._found.append(item)

    def pieces(self) -> Pieces:
        if not self._letters and self._found:
            return tuple(self._found)
        return (*self._found, Quoted("".join(self._letters)))


def _several(ref: Ref) -> bool:
    """Whether the operand gives options, as in ``${GPU:+--gpus all}``."""
    if ref.operator.endswith("?"):
        return False  # a message
    text = "".join(
        p if isinstance(p, str) and not isinstance(p, Quoted) else "x" for p in ref.operand
    )
    return any(char.isspace() for char in text) or text.startswith("-")


def _depends(ref: Ref) -> Condition:
    """The condition under which the operand is used: the variable is set, or is not set."""
    subject = (ref._replace(operator="", operand=()),)
    if ref.operator in {":+", "+"}:
        return Condition("set", subject, "", False, ref.span)
    return Condition("other", (f"{ref.name} is not set",), "", False, ref.span)


def _spaced(pieces: Pieces) -> bool:
    first = pieces[0] if pieces else ""
    return isinstance(first, str) and first[:1] in {" ", "\t", "\n"}


def unquoted(pieces: Pieces) -> Pieces:
    """Pieces as the value of a variable, without their quotes."""
    return tuple(
        str(piece)
        if isinstance(piece, str)
        else piece._replace(operand=unquoted(piece.operand))  # type: ignore[arg-type]
        if isinstance(piece, Ref)
        else piece
        for piece in pieces
    )


def _runs(text: str) -> list[str]:
    """Split at blanks; the first or last piece is empty if the text begins or ends with one."""
    pieces = text.split()
    if text[:1].isspace():
        pieces.insert(0, "")
    if text[-1:].isspace():
        pieces.append("")
    return pieces
