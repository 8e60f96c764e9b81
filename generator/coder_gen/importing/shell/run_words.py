"""The words of a container's start as text of a spec; words without such a form are reported."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coder_gen.engines.base import APPTAINER
from coder_gen.engines.names import BUILDERS
from coder_gen.engines.registry import by_program
from coder_gen.expression import Parts, Ref, Text, joined, literal
from coder_gen.importing.shell.engine_command import warn_of_settings
from coder_gen.importing.shell.state import StartCommand
from coder_gen.importing.shell.syntax.readme_notation import placeholders
from coder_gen.importing.shell.variables import FILLED_ARRAY, OWN_FOLDER
from coder_gen.importing.shell.words.values import (
    Argument,
    Condition,
    Conditional,
    Piece,
    Pieces,
    UnknownValue,
    Word,
    shown,
)
from coder_gen.importing.shell.words.values import literal as known
from coder_gen.options.argv import parse
from coder_gen.text.diagnostics import LAUNCHER_AUTHOR, SPEC_AUTHOR, Reporter
from coder_gen.text.positions import Span

_MOUNTS = ("-v", "--volume", "--mount", "-B", "--bind", "--env-file")
_JOINED = ("-v=", "-v", "--volume=", "-B=", "-B", "--bind=", "--env-file=")
# Patterns in the names of variables that hold options.
_OPTIONS = re.compile(r"OPT|ARG|FLAG|PARAM|EXTRA")
# Variables of the host that Apptainer reads like its options --env and --bind.
_APPTAINER_VARIABLES = re.compile(r"(?:SINGULARITY|APPTAINER)(?:ENV_(\w+)|_(BIND|BINDPATH))")


class RunWords:
    """Converts the words of one container's start into text of a spec."""

    def __init__(self, found: StartCommand, assigned: frozenset[str], reporter: Reporter) -> None:
        self.found = found
        # Variables that the script sets on some path; they are empty on other paths.
        self.assigned = assigned
        self.reporter = reporter
        # The values of the script's arguments on this path, by their text.
        self.given = {
            shown(decision.subject): decision.value
            for decision in found.decisions
            if decision.kind == "equals" and not decision.negated
        }

    def words(self) -> tuple[tuple[Text, ...], frozenset[int]]:
        """The words, and the indexes of those that belong to optional mounts."""
        warn_of_settings(self.found.program, self.found.exported, self.reporter)
        source = [*self._handed(), *self.found.words]
        words: list[Text] = []
        optional: set[int] = set()
        under: dict[Condition, list[str]] = {}
        for index, word in enumerate(source):
            rest = [p for p in word.pieces if not (isinstance(p, Argument) and p.number == 0)]
            if len(rest) < len(word.pieces) and all(piece == "" for piece in rest):
                self._arguments(index, source, word, words)
                continue
            if len(rest) < len(word.pieces):
                word = self._without_arguments(word, rest)
            if not word.quoted and self._options_of_host(word):
                continue
            last = index == len(source) - 1  # at least the image must stay
            if (_is_filled(word) or not (word.quoted or last)) and self._built(word, words):
                continue
            pieces = self._placed(word.pieces, index, source)
            text = Text(self._parts(pieces, word.span), word.span)
            for condition in word.conditions:
                if self._same_mount(condition, index, source):
                    optional.add(len(words))
                elif not (name := self._forwarded(condition, index, source)):
                    under.setdefault(condition, []).append(text.source)
                elif text.source.endswith(f"{name}=${{{name}}}"):
                    text = text.split("=")[0] if text.startswith(name) else text
            words.append(text)
        for condition, sources in under.items():
            added = f"`{' '.join(sources)}` is added only under a condition"
            self.reporter.warning(
                "W525", f"{added}; the spec adds it always", condition.span,
                "make a mode of it, or a profile", SPEC_AUTHOR,
            )  # fmt: skip
            self.reporter.warning(
                "W525", f"{added}; it counts as always there", condition.span, None, LAUNCHER_AUTHOR
            )
        return self._exported(words), frozenset(optional)

    def _placed(self, pieces: Pieces, index: int, source: Sequence[Word]) -> Pieces:
        """The word with a host path relative to the launcher's folder, as in a spec."""
        option = shown(source[index - 1].pieces) if index else ""
        if option == "--mount" or shown(pieces[:1]).startswith("--mount="):
            return tuple(
                "." if _is_own(piece) and str(before).endswith(("src=", "source=")) else piece
                for before, piece in zip(("", *pieces), pieces)
            )
        prefix = ""
        if option not in _MOUNTS:
            option = shown(pieces[:1])
            prefix = next((p for p in _JOINED if option.startswith(p)), "")
            if not prefix:
                return pieces
        first, *rest = [piece for piece in pieces if piece != ""] or [""]
        if not prefix and _is_own(first):
            up = bool(rest) and isinstance(rest[0], str) and rest[0].startswith("/..")
            return (*([str(rest.pop(0))[1:]] if up else ["."]), *rest)
        path = first[len(prefix) :] if isinstance(first, str) else ""
        if path == "" and prefix and rest and _is_own(rest[0]):
            return (prefix, ".", *rest[1:])
        relative = path.startswith(("./", "../")) or (
            bool(path) and prefix in ("", "--env-file=") and option.startswith("--env-file")
            and not path.startswith("/")
        )  # fmt: skip
        folder = [piece for piece in self.found.folder if piece != ""]
        if folder and _is_own(folder[0]):
            folder[0] = "."
        if not relative or folder in ([], ["."]):
            return pieces
        return (prefix, *folder, "/" + path.removeprefix("./"), *rest)

    def _arguments(
        self, index: int, source: Sequence[Word], word: Word, before: Sequence[Text]
    ) -> None:
        if index == len(source) - 1:
            return self.reporter.warning(
                "W526",
                "the script's own arguments are passed on to the container",
                word.span,
                "pass them to the launcher that the spec makes, after --",
                SPEC_AUTHOR,
            )
        if self._free(before):
            return self.reporter.warning(
                "W521",
                "options of the script that it passes on to the engine are left out",
                word.span,
                "write those that are always needed into the spec",
            )
        return self.reporter.error(
            "E524",
            "the script's own arguments are in the middle of the command line",
            word.span,
            "write them out, or put $@ at the end",
        )

    def _without_arguments(self, word: Word, rest: list[Piece]) -> Word:
        """A word without the script's arguments in it, as in `bash -c "make $*"`."""
        self.reporter.warning(
            "W526", "the script's own arguments inside this word are left out", word.span,
            "pass a whole command to the launcher that the spec makes, after --", SPEC_AUTHOR,
        )  # fmt: skip
        if rest and isinstance(rest[-1], str):
            rest[-1] = rest[-1].rstrip()
        return word._replace(pieces=tuple(rest))

    def _built(self, word: Word, before: Sequence[Text]) -> bool:
        """Whether the word may stand for several words, from a loop or from a command's output."""
        pieces = [piece for piece in word.pieces if piece != ""]
        if len(pieces) != 1 or not isinstance(pieces[0], UnknownValue):
            return False
        unknown = pieces[0]
        made = unknown.reason.startswith("the output of ") and not unknown.name
        # `docker build -q` and `docker images -q` print an image.
        made = made and not re.match(rf"the output of `({'|'.join(BUILDERS)}) ", unknown.reason)
        many = "loop" in unknown.reason or _is_filled(word)
        if not many and not (made and self._free(before)):
            return False
        if word.conditions and self._free(before):
            self.reporter.warning(
                "W521",
                f"arguments that {unknown.reason} makes, under a condition, are left out",
                unknown.span,
                "write those that are always needed into the spec",
            )
            return True
        self.reporter.error(
            "E528",
            f"{unknown.reason} makes arguments, which are known only when the script runs",
            unknown.span,
            "write the arguments out",
        )
        return True

    def _free(self, before: Sequence[Text]) -> bool:
        """Whether an option may follow: no option lacks its value, and there is no image yet."""
        attempt = Reporter()
        table = by_program()[self.found.program].options.table
        read = parse(before, table, self.found.program, attempt)
        return not (read.rest or attempt.failed)

    def _options_of_host(self, word: Word) -> bool:
        pieces = [piece for piece in word.pieces if piece != ""]
        if len(pieces) != 1 or not isinstance(pieces[0], Ref) or pieces[0].operator == ":?":
            return False
        ref = pieces[0]
        if ref.operator and known(ref.operand) != "":
            return False
        if ref.name not in self.assigned and not _OPTIONS.search(ref.name.upper()):
            return False
        self.reporter.warning(
            "W527",
            f"{ref.name} of the environment may hold any number of options: it is left out",
            word.span,
            "write what it holds into the spec",
        )
        return True

    def _same_mount(self, condition: Condition, index: int, source: Sequence[Word]) -> bool:
        """Whether the word belongs to a mount whose source the condition tests."""
        if condition.kind != "exists" or condition.negated:
            return False
        path = shown(condition.subject)
        before = shown(source[index - 1].pieces) if index else ""
        here = shown(source[index].pieces)
        value = shown(source[index + 1].pieces) if index + 1 < len(source) else ""
        if here not in _MOUNTS:
            value = here
            if before not in _MOUNTS and not here.startswith(_MOUNTS):
                return False
        value = re.sub(r"^(-v=?|--volume=|--mount=|-B=?|--bind=|--env-file=)", "", value)
        return value.split(":")[0] == path or any(
            field in {f"source={path}", f"src={path}"} for field in value.split(",")
        )

    def _forwarded(self, condition: Condition, index: int, source: Sequence[Word]) -> str:
        """The name X of `-e X` under the condition "X is set", which `-e X` already implies."""
        if condition.kind != "set" or condition.negated or len(condition.subject) != 1:
            return ""
        name = getattr(condition.subject[0], "name", "")
        here = shown(source[index].pieces)
        following = shown(source[index + 1].pieces) if index + 1 < len(source) else ""
        value = following if here in {"-e", "--env"} else here
        value = re.sub(r"^(-e=?|--env=)", "", value)
        return name if value in {name, f"{name}=${{{name}}}"} else ""

    def _parts(self, pieces: Pieces, span: Span) -> Parts:
        found: list[str | Ref] = []
        for piece in pieces:
            found += self._piece(piece, span)
        return joined(found)

    def _piece(self, piece: Piece, span: Span) -> Parts:
        if isinstance(piece, str):
            return self._literal(piece, span)
        if isinstance(piece, Ref):
            return (piece._replace(operand=self._parts(piece.operand, piece.span)),)
        if isinstance(piece, Argument):
            return self._argument(piece, span)
        if isinstance(piece, Conditional):
            condition = piece.condition
            subject = condition.subject
            if condition.kind == "set" and not condition.negated and len(subject) == 1:
                ref = subject[0]
                if isinstance(ref, Ref) and not ref.operator:
                    return (Ref(ref.name, ":+", self._parts(piece.pieces, span), condition.span),)
            self.reporter.error(
                "E525",
                "a part of a word that depends on a condition",
                condition.span,
                "write the whole option in each branch",
            )
            return self._parts(piece.pieces, span)
        return self._unknown(piece)

    def _literal(self, text: str, span: Span) -> Parts:
        """Plain text, with a variable for each placeholder of a README."""
        found: list[str | Ref] = []
        for index, part in enumerate(placeholders(text)):
            if index % 2:
                self.reporter.warning(
                    "W533", f"a place to fill in becomes the variable {part}", span,
                    f"set {part} in the environment of the launcher, or write its value",
                    SPEC_AUTHOR,
                )  # fmt: skip
                found.append(Ref(part, ":?", (f"set {part}",), span))
            elif part:
                found.append(str(part))
        return tuple(found)

    def _argument(self, piece: Argument, span: Span) -> Parts:
        given = self.given.get(shown((piece,)))
        if given is not None:
            return (given,)
        name = piece.name or f"ARGUMENT_{piece.number}"
        self.reporter.warning(
            "W528",
            f"an argument of the script becomes the variable {name}",
            piece.span,
            f"set {name} in the environment of the launcher",
            SPEC_AUTHOR,
        )
        if piece.default:
            return (Ref(name, ":-", self._parts(piece.default, span), piece.span),)
        return (Ref(name, ":?", (f"set {name}",), piece.span),)

    def _unknown(self, piece: UnknownValue) -> Parts:
        name = piece.name or piece.offer
        if name:
            self.reporter.warning(
                "W529", f"{name} is {piece.reason}, which an import does not run", piece.span,
                f"{_setting(name, piece.span.text)}, or give it a value",
            )  # fmt: skip
            return (Ref(name, ":?", (f"set {name}",), piece.span),)
        self.reporter.error(
            "E526",
            f"{piece.reason} is known only when the script runs",
            piece.span,
            "put its value there, or into a variable: NAME=$(…)",
        )
        return (piece.span.text,)

    def _handed(self) -> list[Word]:
        """`--env` and `--bind` for the variables that Apptainer reads."""
        if by_program()[self.found.program].family != APPTAINER:
            return []
        words: list[Word] = []
        for name, value, span in self.found.exported:
            match = _APPTAINER_VARIABLES.fullmatch(name)
            if match:
                pieces = (f"{match[1]}=", *value) if match[1] else value
                words += [Word(("--env" if match[1] else "--bind",), span), Word(pieces, span)]
        return words

    def _exported(self, words: list[Text]) -> tuple[Text, ...]:
        """The words, with the script's value of NAME in `-e NAME`."""
        values = {name: value for name, value, _ in self.found.exported}
        result: list[Text] = []
        takes = False
        for word in words:
            text = word.source
            prefix = "" if takes else next((p for p in ("--env=", "-e") if text.startswith(p)), "-")
            name = text.removeprefix(prefix) if prefix != "-" else ""
            takes = text in {"-e", "--env"}
            value = values.get(name)
            if value is not None and not takes:
                parts = self._parts(value, word.span)
                own = len(parts) == 1 and isinstance(parts[0], Ref) and parts[0].name == name
                if not own or (isinstance(parts[0], Ref) and parts[0].operator):
                    word = literal(f"{prefix}{name}=", word.span) + Text(parts, word.span)
            result.append(word)
        return tuple(result)


def _is_filled(word: Word) -> bool:
    return any(
        isinstance(piece, UnknownValue) and piece.reason == FILLED_ARRAY for piece in word.pieces
    )


def _is_own(piece: Piece) -> bool:
    return isinstance(piece, UnknownValue) and piece.reason == OWN_FOLDER


def _setting(name: str, text: str) -> str:
    """The fix: how to give the launcher the value that the script computes."""
    if text.startswith(("$(", "`")) and text.endswith((")", "`")) and "$" not in text[1:]:
        return f"start the launcher with {name}={text}"
    return f"set {name} in the environment of the launcher"
