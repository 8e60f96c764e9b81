"""Parsing an engine's command line by the rules of pflag, which all the engines use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from coder_gen.expression import Text, literal
from coder_gen.language.context import guess
from coder_gen.options.flag_table import Flag, Table
from coder_gen.options.text_parts import drop, fields, known, lead
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import Span

_TRUE = frozenset(["1", "t", "T", "true", "TRUE", "True"])
_FALSE = frozenset(["0", "f", "F", "false", "FALSE", "False"])


class Option(NamedTuple):
    """An option of a command line, under its long name without dashes.

    The value of a switch is ``true`` or ``false``. ``words`` are the option's own words;
    ``at`` is the index of the first one on the command line.
    """

    name: str
    value: Text
    span: Span
    words: tuple[Text, ...]
    at: int


class ParsedArguments(NamedTuple):
    """A command line: options, and the words after them."""

    options: tuple[Option, ...]
    rest: tuple[Text, ...]


def parse(words: Sequence[Text], table: Table, command: str, reporter: Reporter) -> ParsedArguments:
    """Parse a command line. What the engine would refuse is an error with its place."""
    parser = _Parser(words, table, command, reporter)
    parser.run()
    return ParsedArguments(tuple(parser.found), tuple(words[parser.at :]))


class LooseArguments(NamedTuple):
    """The result of parsing words that an engine may refuse.

    ``ends`` has for each word that begins options (by index) the index after them; ``unread`` are
    the indexes of words that are not options of the table.
    """

    options: tuple[Option, ...]
    ends: Mapping[int, int]
    unread: tuple[int, ...]


def parse_loosely(words: Sequence[Text], table: Table) -> LooseArguments:
    """Parse words that are passed on to an engine; words that are not options go to ``unread``."""
    parser = _LooseParser(words, table)
    parser.run()
    return LooseArguments(tuple(parser.found), parser.ends, tuple(parser.unread))


class _Parser:
    def __init__(
        self, words: Sequence[Text], table: Table, command: str, reporter: Reporter
    ) -> None:
        self.words = words
        self.table = table
        self.command = command
        self.reporter = reporter
        self.at = 0
        self.found: list[Option] = []

    def run(self) -> None:
        """Read up to the first word that is not an option."""
        while self.at < len(self.words):
            word = self.words[self.at]
            first = lead(word)
            if known(word) == "--":
                self.at += 1
                return
            if not first.startswith("-") or known(word) == "-":
                return
            self.option(word)

    def option(self, word: Text) -> None:
        """Read one word that begins with a dash, and the value that may follow it."""
        start = self.at
        self.at += 1
        if lead(word).startswith("--"):
            self.long(word, start)
        else:
            self.letters(word, start)

    def long(self, word: Text, start: int) -> None:
        """``--name``, ``--name=value`` or ``--name value``."""
        head, *value = drop(word, 2).split("=", 1)
        name = known(head)
        flag = self.table.long.get(name) if name is not None else None
        if flag is None:
            near = guess(name, self.table.long, self.reporter) if name else None
            self.wrong(
                f"{self.command} has no option {word.source}", word,
                f"did you mean --{near}?" if near else "check it against the engine's --help",
            )  # fmt: skip
        elif value:
            self.add(flag, value[0], start)
        elif flag.alone:
            self.add(flag, literal("true", word.span), start)
        else:
            self.following(flag, f"--{name}", word, start)

    def letters(self, word: Text, start: int) -> None:
        """``-itd``, ``-p80:80``, ``-p=80:80``, ``-p 80:80``, or several at once."""
        rest = drop(word, 1)
        while rest.parts:
            letter = lead(rest)[:1]
            flag = self.table.short.get(letter) if letter else None
            if flag is None:
                shown = f"-{letter}" if letter else word.source
                self.wrong(
                    f"{self.command} has no option {shown}", word,
                    "a long option begins with two dashes; check it against the engine's --help",
                )  # fmt: skip
                return
            rest = drop(rest, 1)
            if lead(rest).startswith("="):
                self.add(flag, drop(rest, 1), start)
                return
            if flag.alone:
                self.add(flag, literal("true", word.span), start)
                continue
            if rest.parts:
                self.add(flag, rest, start)
            else:
                self.following(flag, f"-{letter}", word, start)
            return

    def following(self, flag: Flag, shown: str, word: Text, start: int) -> None:
        """Read an option whose value is the next word."""
        if self.at >= len(self.words):
            self.wrong(f"the option {shown} needs a value", word, "add it, or remove the option")
            return
        value = self.words[self.at]
        self.at += 1
        self.add(flag, value, start)

    def add(self, flag: Flag, value: Text, start: int) -> None:
        """Add an option; a list of several values becomes as many options."""
        words = tuple(self.words[start : self.at])
        if flag.alone and value.is_literal:
            if value.literal not in _TRUE | _FALSE:
                self.wrong(f"--{flag.name}={value.source} is neither true nor false", value,
                           f"write --{flag.name} or --{flag.name}=false")  # fmt: skip
                return
            value = literal("true" if value.literal in _TRUE else "false", value.span)
        values = [value]
        if flag.listed:
            try:
                values = fields(value)
            except ValueError as error:
                self.wrong(f"the value of --{flag.name} is no CSV: {error}", value,
                           "quote the whole field, and double the quotes in it")  # fmt: skip
                return
        for each in values:
            own = words if len(values) == 1 else (literal(f"--{flag.name}", value.span), each)
            self.found.append(Option(flag.name, each, words[0].span, own, start))

    def wrong(self, message: str, word: Text, fix: str) -> None:
        self.reporter.error("E507", message, word.span, fix)


class _LooseParser(_Parser):
    """A parser that continues after an unknown word."""

    def __init__(self, words: Sequence[Text], table: Table) -> None:
        super().__init__(words, table, "", Reporter())
        self.ends: dict[int, int] = {}
        self.unread: list[int] = []
        self.failed = False

    def run(self) -> None:
        """Read every word."""
        while self.at < len(self.words):
            start, known_before = self.at, len(self.found)
            word = self.words[start]
            self.failed = not lead(word).startswith("-") or known(word) in ("-", "--")
            if self.failed:
                self.at += 1
            else:
                self.option(word)
            if self.failed:
                # The engine refuses the whole word.
                del self.found[known_before:]
                self.unread += range(start, self.at)
            else:
                self.ends[start] = self.at

    def wrong(self, message: str, word: Text, fix: str) -> None:
        self.failed = True
