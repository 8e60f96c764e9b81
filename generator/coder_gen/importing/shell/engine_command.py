"""Split a command into the engine, its verb and the words after it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from coder_gen.engines.base import DOCKER
from coder_gen.engines.registry import by_program
from coder_gen.expression import Ref
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.syntax.tree import descendants
from coder_gen.importing.shell.words.values import (
    Pieces,
    UnknownValue,
    Word,
    literal,
    shown,
)
from coder_gen.text.diagnostics import SPEC_AUTHOR, Reporter
from coder_gen.text.positions import Span

if TYPE_CHECKING:
    from tree_sitter import Node

# The programs of all engines.
ENGINES = tuple(by_program())
# Commands that run the command after their options, with other rights or resources or elsewhere:
# each is reported in a warning.
_REPORTED = ("sudo", "doas", "timeout", "nice", "ionice", "srun", "mpirun", "mpiexec", "numactl",
            "taskset", "prlimit", "newgrp", "sg", "ssh", "winpty", "xvfb-run", "chrt", "caffeinate",
            "systemd-run", "systemd-inhibit")  # fmt: skip
# All commands that run the command after their options.
_WRAPPERS = ("exec", "env", "command", "nohup", "time", "setsid", "stdbuf", *_REPORTED)
# Variables of the environment that the engines' clients read.
_OF_CLIENTS = re.compile(
    r"DOCKER_(HOST|CONTEXT|CONFIG|TLS|TLS_VERIFY|CERT_PATH|API_VERSION|DEFAULT_PLATFORM)"
    r"|CONTAINER_(HOST|CONNECTION|SSHKEY)|CONTAINERS_(CONF|REGISTRIES_CONF|STORAGE_CONF)"
)


def engine_of(
    words: list[Word], prefix: list[tuple[str, Pieces, Span]], reporter: Reporter
) -> tuple[str, str, list[Word]] | None:
    """The engine, its verb and the words after it; None if the command starts no container."""
    at = 0
    wrappers: list[Word] = []
    texts = [engine_or_text(word) for word in words]
    wrapped = False
    while at < len(words):
        text = texts[at]
        if text in ENGINES:
            break
        if text in _WRAPPERS:
            wrapped = True
            wrappers += [words[at]] if text in _REPORTED else []
        elif wrapped and text and re.match(r"[A-Za-z_]\w*=", text):
            key, _, value = text.partition("=")
            prefix.append((key, (value,), words[at].span))
        elif not wrapped:
            return None
        at += 1
    else:
        return None
    engine = texts[at] or ""
    found = verb_of(engine, texts[at + 1 :])
    if found is None:
        return None
    verb, skipped = found
    for word in wrappers:
        reporter.warning(
            "W523", f"`{shown(word.pieces)}` before {engine} is left out", word.span,
            "where the launcher needs it, start it so", SPEC_AUTHOR,
        )  # fmt: skip
    between = words[at + 1 : at + 1 + skipped]
    known = {"container", "instance", *by_program()[engine].verbs, "start"}
    for word in between:
        if literal(word.pieces) not in known and shown(word.pieces).startswith("-"):
            reporter.warning(
                "W523",
                f"the option {shown(word.pieces)} of {engine} itself is left out",
                word.span,
                "choose the engine and its host where the launcher is started: "
                "DOCKER_HOST, DOCKER_CONTEXT",
                SPEC_AUTHOR,
            )
    return engine, verb, list(words[at + 1 + skipped :])


def warn_of_settings(
    engine: str, exported: Sequence[tuple[str, Pieces, Span]], reporter: Reporter
) -> None:
    """Warn of settings of the engine's client, which concern a host, not a container."""
    if by_program()[engine].family != DOCKER:
        return
    for name, value, span in exported:
        if _OF_CLIENTS.fullmatch(name):
            reporter.warning(
                "W523", f"{name}={shown(value)} is a setting of {engine} itself: it is left out",
                span, f"set {name} where the launcher is started", SPEC_AUTHOR,
            )  # fmt: skip


def engine_or_text(word: Word) -> str | None:
    """The literal text of a word, or the engine of ``${ENGINE:-docker}`` or ``/usr/bin/docker``."""
    pieces = tuple(piece for piece in word.pieces if piece != "")
    text = literal(pieces)
    if text is not None:
        base = text.rsplit("/", 1)[-1]
        return base if base in ENGINES else text
    if len(pieces) == 1 and isinstance(pieces[0], Ref) and pieces[0].operator in {":-", "-"}:
        default = literal(pieces[0].operand)
        return default if default in ENGINES else None
    if len(pieces) == 1 and isinstance(pieces[0], UnknownValue | Ref):
        name = pieces[0].name.lower()
        if isinstance(pieces[0], UnknownValue) and re.search(
            r"`(which|command -v) ", pieces[0].reason
        ):
            name += pieces[0].reason  # `$(which podman || which docker)`
        return next((engine for engine in ENGINES if engine in name), None)
    return None


def verb_of(engine: str, texts: Sequence[str | None]) -> tuple[str, int] | None:
    """The verb and the number of words up to it; options of the engine may precede it."""
    at = 0
    is_client = by_program()[engine].family == DOCKER
    while at < len(texts):
        text = texts[at]
        if text == "container" and is_client:
            at += 1
            continue
        if text == "instance" and not is_client:
            following = texts[at + 1] if at + 1 < len(texts) else None
            return ("instance", at + 2) if following in {"start", "run"} else None
        if text in by_program()[engine].verbs:
            return text, at + 1
        if text is None or not text.startswith("-"):
            return None
        takes = text in {"-H", "--host", "-c", "--context", "--config", "-l", "--log-level",
                         "--connection", "--url", "--root", "--runroot", "--storage-driver"}  # fmt: skip
        at += 2 if takes else 1
    return None


class ContainerStarts:
    """The commands of a script whose text shows that they start a container."""

    def __init__(self, script: Script) -> None:
        self._script = script

    @cached_property
    def _commands(self) -> tuple[list[Node], list[int]]:
        every = descendants(self._script.root, "command")
        found = [command for command in every if self._is_start(command)]
        return found, [command.start_byte for command in found]

    def within(self, node: Node) -> bool:
        """Whether a node contains one."""
        return self.between(node.start_byte, node.end_byte)

    def between(self, start: int, end: int) -> bool:
        """Whether there is one between two byte offsets."""
        return any(True for _ in self._found(start, end))

    def every(self) -> Sequence[Node]:
        """All such commands, in the order of the text."""
        return self._commands[0]

    def _found(self, start: int, end: int) -> Iterator[Node]:
        commands, starts = self._commands
        at = bisect_left(starts, start)
        while at < len(commands) and starts[at] < end:
            if commands[at].end_byte <= end:
                yield commands[at]
            at += 1

    def _is_start(self, command: Node) -> bool:
        words = self._script.text_of(command).split()
        if words and words[0] in {"echo", "printf"}:
            return False
        for index, word in enumerate(words[:-1]):
            base = word.rsplit("/", 1)[-1].strip("\"'")
            if base in ENGINES and verb_of(base, words[index + 1 :]) is not None:
                return True
        return False
