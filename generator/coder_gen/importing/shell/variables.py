"""The values of a script's variables on one path, and of built-in variables."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter

from coder_gen.expression import Ref
from coder_gen.importing.shell.state import State
from coder_gen.importing.shell.syntax.readme_notation import HOST_VARIABLES
from coder_gen.importing.shell.words.reader import Expansion, Reader
from coder_gen.importing.shell.words.values import (
    Argument,
    Piece,
    Pieces,
    Quoted,
    UnknownValue,
    Word,
    literal,
    shown,
    unknowns,
)
from coder_gen.text.positions import Span

FILLED_ARRAY = "an array that is filled while the script runs"
OWN_FOLDER = "the folder of the script"
_OUTPUTS = {
    "id -u": "UID", "id -g": "GID", "id -un": "USER", "id -u -n": "USER", "whoami": "USER",
    "logname": "USER", "pwd": "PWD", "pwd -P": "PWD", "hostname": "HOSTNAME",
    "realpath .": "PWD", "readlink -f .": "PWD", "hostname -s": "HOSTNAME",
    "uname -n": "HOSTNAME", "id --user": "UID", "id --group": "GID",
}  # fmt: skip
# `id -u $USER` is the same as `id -u`.
_OF_USER = re.compile(
    r"""(?<=^id -[ug]) +["']?(\$\{?(USER|LOGNAME)\}?|\$\(whoami\)|`whoami`)["']?\s*$"""
)
BUILT_IN = {"UID": "UID", "EUID": "UID", "GID": "GID", "USER": "USER", "LOGNAME": "USER",
            "HOME": "HOME", "PWD": "PWD", "HOSTNAME": "HOSTNAME"}  # fmt: skip
_OPTIONAL = (":-", "-", ":=", "=", ":?", "?", ":+", "+")
_NAMED = {"$": "process_id", "#": "count", "?": "status", "!": "job", "-": "flags",
          "RANDOM": "random_number"}  # fmt: skip
_COMPUTED = ("RANDOM", "SECONDS", "LINENO", "BASH_SOURCE", "BASHPID", "FUNCNAME", "REPLY")


class OfferedNames:
    """Names of variables for values that are known only when a script runs."""

    def __init__(self, text: str) -> None:
        self._text = text
        # By the reason why a value is unknown.
        self._names: dict[str, str] = {}
        # The names in use, and how often each base name was requested.
        self._used: set[str] = set()
        self._numbers: Counter[str] = Counter()

    def name_for(self, reason: str, words: str) -> str:
        """A name made of words that the script does not use."""
        offer = self._names.get(reason)
        if offer is None:
            base = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").upper()
            offer = base = base if base[:1].isalpha() else f"VALUE_{base}".rstrip("_")
            if not self._used:
                self._used = {*HOST_VARIABLES, *re.findall(r"\w+", self._text)}
            while offer in self._used:
                self._numbers[base] += 1
                offer = f"{base}_{self._numbers[base] + 1}"
            self._used.add(offer)
            self._names[reason] = offer
        return offer


class Variables:
    """Looks up the values of a script's expansions on one path: the Scope of a Reader."""

    def __init__(self, state: State, names: OfferedNames) -> None:
        self._state = state
        self._names = names

    def unknown(self, reason: str, span: Span, words: str) -> UnknownValue:
        """An unknown value, with a name for it made of words."""
        return UnknownValue(reason, span, offer=self._names.name_for(reason, words))

    def expand(self, expansion: Expansion, reader: Reader) -> Pieces | list[Word]:
        """The value of a parameter on this path."""
        name, operator, span = expansion.name, expansion.operator, expansion.span
        state = self._state
        if expansion.prefix == "!" or (expansion.prefix == "#" and name not in {"@", "*"}):
            return self._indirect(expansion, reader)
        if name in {"@", "*"}:
            return self._arguments(expansion, reader)
        if name.isdigit():
            value = self._argument(int(name), span)
        elif name in {"#", "?", "$", "!", "-"} or name in _COMPUTED:
            return (self.unknown(f"the value of ${name}", span, _NAMED.get(name, name)),)
        else:
            held = state.variables.get(name)
            if isinstance(held, list):
                if expansion.subscript in {"@", "*"}:
                    some = (
                        held if operator in {"", "-", ":-", "+", ":+"} else _slice(held, operator)
                    )
                    return (
                        (UnknownValue(f"the expansion {span.text}", span),)
                        if some is None
                        else some
                    )
                return self._element(held, expansion)
            if expansion.subscript in {"@", "*"} and held is None:
                return []
            if expansion.subscript in {"@", "*"} and held and unknowns(held):
                return [Word((UnknownValue(FILLED_ARRAY, span),), span, quoted=False)]
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

    def _indirect(self, expansion: Expansion, reader: Reader) -> Pieces | list[Word]:
        """``${!X}``, the value of the variable whose name is in X, and ``${#X}``, a length."""
        held = self._state.variables.get(expansion.name)
        if expansion.prefix == "#" and isinstance(held, list) and expansion.subscript in {"@", "*"}:
            return (str(len(held)),)
        if expansion.prefix == "!" and expansion.subscript in {"@", "*"}:
            return (UnknownValue(f"the expansion {expansion.span.text}", expansion.span),)
        name = literal(held) if isinstance(held, tuple) else None
        if expansion.prefix == "!" and name and not expansion.operator:
            return self.expand(expansion._replace(name=name, prefix=""), reader)
        return (self._changed(expansion),)

    def _element(self, held: list[Word], expansion: Expansion) -> Pieces:
        """``${a[1]}``, or ``${a[key]}`` of an array assigned with its keys."""
        subscript = expansion.subscript.strip("\"'")
        keyed = {
            text.split("]=", 1)[0]: word for word in held if (text := shown(word.pieces))[:1] == "["
        }
        if f"[{subscript}" in keyed:
            word = keyed[f"[{subscript}"]
            return _without(f"[{subscript}]=", word.pieces)
        if subscript.isdigit() or not subscript:
            at = int(subscript or 0)
            return held[at].pieces if at < len(held) else ()
        return (self._changed(expansion),)

    def _arguments(self, expansion: Expansion, reader: Reader) -> Pieces | list[Word]:
        """``$@`` and ``$*``, or a part of them."""
        operator, span = expansion.operator, expansion.span
        given = self._state.positional
        words = list(given) if given is not None else [Word((Argument(0, (), span),), span)]
        if operator in {":-", "-"}:
            default = Word(reader.scalar(expansion.start, expansion.end), span)
            return words if given else [default, *words]
        if not operator or operator in _OPTIONAL:
            return words
        if given is None:
            whole = re.fullmatch(r":\s*\d+", operator)
            return words if whole else (self._changed(expansion),)
        own = Word((self._own_name(span),), span)
        some = _slice([own, *words], operator)
        return (UnknownValue(f"the expansion {span.text}", span),) if some is None else some

    def _own_name(self, span: Span) -> UnknownValue:
        return self.unknown("the script's own name", span, "script_name")

    def _argument(self, number: int, span: Span) -> Pieces:
        state = self._state
        if number == 0:
            return (self._own_name(span),)
        if state.positional is not None:
            for at, word in enumerate(state.positional[:number]):
                if (
                    word.pieces
                    and isinstance(word.pieces[0], Argument)
                    and not word.pieces[0].number
                ):
                    return (Argument(number - at, (), span),)  # an argument of the script
            at = number - 1
            return state.positional[at].pieces if at < len(state.positional) else ()
        return (Argument(number + state.shifted, (), span),)

    def _altered(self, value: Pieces, expansion: Expansion, reader: Reader) -> Pieces:
        """``${X%pattern}`` and similar expansions of a known value."""
        text = literal(value)
        body = reader.text[expansion.start - len(expansion.operator) : expansion.end]
        known = None if text is None else _altered(text, body)
        if known is not None:
            return (known,)
        match = re.match(r"(%%|%|##|#)(.*)", body, re.DOTALL)
        if text is None or match is None:
            return (self._changed(expansion),)
        pattern = match[2].strip("\"'")
        sizes = range(len(text) + 1)
        cuts = reversed(sizes) if match[1] in {"##", "%"} else iter(sizes)
        for cut in cuts:
            piece = text[:cut] if match[1].startswith("#") else text[cut:]
            if fnmatch.fnmatchcase(piece, pattern):
                return (text[cut:] if match[1].startswith("#") else text[:cut],)
        return (text,)

    def substitute(self, command: str, span: Span) -> Pieces:
        """The output of a command: known only if a built-in variable has the same value."""
        words = _OF_USER.sub("", command.split("2>")[0]).split()
        name = _OUTPUTS.get(" ".join(words))
        if name is not None:
            own = (Ref(name, "", (), span),)
            here = self._state.variables.get("PWD", own) if name == "PWD" else own
            return here if isinstance(here, tuple) else own
        text = " ".join(command.split())
        if _is_own_folder(text) or self._is_folder_of_own(text):
            return (self.unknown(OWN_FOLDER, span, "script_dir"),)
        return (self.unknown(f"the output of `{text}`", span, _described(text)),)

    def _is_folder_of_own(self, command: str) -> bool:
        """``dirname "$SCRIPT"`` after ``SCRIPT=$(readlink -f "$0")``."""
        match = re.fullmatch(r"""dirname (?:-- )?["']?\$\{?(\w+)\}?["']?""", command)
        held = self._state.variables.get(match[1], ()) if match else ()
        return len(held) == 1 and isinstance(held[0], UnknownValue) and bool(
            re.search(r"own name|BASH_SOURCE|`(readlink|realpath) .*\$\{?0", held[0].reason)
        )  # fmt: skip

    def _changed(self, expansion: Expansion) -> UnknownValue:
        """A parameter that the shell changes: ``${X//a/b}``."""
        text = expansion.span.text
        if re.fullmatch(r"\$\{(0|BASH_SOURCE(\[0\])?)%/\*\}", text):
            return self.unknown(OWN_FOLDER, expansion.span, "script_dir")
        return self.unknown(f"the expansion {text}", expansion.span, f"part_of_{expansion.name}")


def _altered(text: str, body: str) -> str | None:
    """A text in upper or lower case, a part of it, or with a literal text replaced."""
    if body in {",,", "^^"}:
        return text.lower() if body == ",," else text.upper()
    if match := re.fullmatch(r":\s*(\d+)(?::\s*(\d+))?", body):
        start = int(match[1])
        return text[start : start + int(match[2])] if match[2] else text[start:]
    if match := re.fullmatch(r"(//?)([^/*?\[\]\\$\"'`]+)(?:/([^\\$\"'`&]*))?", body):
        return text.replace(match[2], match[3] or "", -1 if match[1] == "//" else 1)
    return None


def _without(prefix: str, pieces: Pieces) -> Pieces:
    """Pieces without a literal prefix."""
    found: list[Piece] = list(pieces)
    while prefix and found and isinstance(first := found[0], str):
        del found[0]
        common = min(len(prefix), len(first))
        rest = Quoted(first[common:]) if isinstance(first, Quoted) else first[common:]
        prefix = prefix[common:]
        found[:0] = [rest] if rest else []
    return tuple(found)


def _slice(words: list[Word], operator: str) -> list[Word] | None:
    """Some of the words: ``${a[@]:1:2}``."""
    match = re.fullmatch(r":\s*(\d+)(?::\s*(\d+))?", operator)
    if match is None:
        return None
    start = int(match[1])
    return words[start : start + int(match[2])] if match[2] else words[start:]


def _is_own_folder(command: str) -> bool:
    """``dirname "$0"``, ``cd "$(dirname "${BASH_SOURCE[0]}")" && pwd`` and the like."""
    plain = re.sub(r"\d?>+ ?/dev/null|2>&1", "", command)
    return bool(re.search(r"\bdirname\b.*(\$\{?0|BASH_SOURCE)", plain)) and "/" not in plain


def _described(command: str) -> str:
    """The words of a command that describe its output: `git rev-parse` for `git rev-parse -q`."""
    words = re.split(r"[|;&<>$]", re.sub(r"^(command -v|which|type -p) ", "", command))[0].split()
    plain = [word.rsplit("/", 1)[-1] for word in words if re.fullmatch(r"[A-Za-z./][\w./-]*", word)]
    return " ".join(plain[:3])


def _apply(value: Pieces, operator: str, operand: Pieces, span: Span) -> Pieces:
    """A value with ``:-`` or a similar operator."""
    # One that is set to nothing has an empty piece, one that is not set has none.
    is_set = bool(value)
    value = tuple(piece for piece in value if piece != "")
    known = literal(value)
    adds = operator in {":+", "+"}
    if known is not None:
        there = bool(known) if operator.startswith(":") else is_set
        if adds:
            return operand if there else ()
        return value if there else operand
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
    if len(value) == 1 and isinstance(first, UnknownValue) and not adds:
        return value
    return (UnknownValue(f"the expansion {span.text}", span),)
