"""``--set PATH=VALUE`` and ``--var NAME=VALUE``: one more layer, from the command line."""

from __future__ import annotations

import re
from typing import NamedTuple

from coder_gen.expression import Parts
from coder_gen.language.context import ParseContext
from coder_gen.language.keys.container import KEYS as CONTAINER
from coder_gen.text.diagnostics import Problems, Reporter
from coder_gen.text.positions import SourceFile, Span
from coder_gen.yaml.nodes import Mapping, Node, Scalar
from coder_gen.yaml.reader import read

# Limit of layers: each --set is one.
MAX_LAYERS = 1000
_VAR = r"(?s)([A-Za-z_][A-Za-z0-9_]*)=(.*)"
# A step of a path ends at the next dot, or is in double quotes (labels contain dots).
_STEP = r'"([^"]*)"|([^."=]+)'


class Sets(NamedTuple):
    """The trees of ``--set``: those for the whole spec, and those for the container."""

    project: list[Mapping]
    container: list[Mapping]


def read_vars(arguments: tuple[str, ...], reporter: Reporter) -> dict[str, Parts]:
    """The frozen variables; E024 for an argument that is not NAME=VALUE."""
    frozen: dict[str, Parts] = {}
    for argument in arguments:
        match = re.fullmatch(_VAR, argument)
        if match is None or "\0" in argument or not _encodable(argument):
            reporter.error(
                "E024",
                f"--var takes NAME=VALUE, not `{_shown(argument)}`",
                _span("--var", argument),
                "for example: --var PORT=8080",
            )
            continue
        frozen[match[1]] = (match[2],) if match[2] else ()
    return frozen


def read_sets(arguments: tuple[str, ...], ctx: ParseContext) -> Sets:
    """The trees of the arguments; E024 for one that is not PATH=VALUE."""
    sets = Sets([], [])
    if len(arguments) > MAX_LAYERS:
        ctx.reporter.error(
            "E024", f"more than {MAX_LAYERS} times --set", None,
            "write them into a spec of their own that extends this one",
        )  # fmt: skip
        return sets
    for argument in arguments:
        found = _path(argument)
        if found is None or not _encodable(argument):
            ctx.reporter.error(
                "E024", f"--set takes PATH=VALUE, not `{_shown(argument)}`", _span("--set", argument),
                "for example: --set mem_limit=4g or --set modes.shell.working_dir=/tmp",
            )  # fmt: skip
            continue
        steps, value = found
        try:
            _, node = read("--set", value.encode())
        except Problems as problems:
            ctx.reporter.error(
                "E024", f"--set {_shown(argument)}: {problems.diagnostics[0].message}",
                _span("--set", argument), problems.diagnostics[0].fix,
            )  # fmt: skip
            continue
        span = Span(SourceFile("--set", argument), 0, 0, max(1, len(argument)))
        tree: Node = _moved(node, span) if node is not None else Scalar("", False, None, span)
        for step in reversed(steps):
            tree = Mapping(((Scalar(step, False, None, span), tree),), None, span)
        assert isinstance(tree, Mapping)
        (sets.container if steps[0] in CONTAINER else sets.project).append(tree)
    return sets


def _path(argument: str) -> tuple[list[str], str] | None:
    steps: list[str] = []
    at = 0
    while True:
        match = re.compile(_STEP).match(argument, at)
        if match is None:
            return None
        steps.append(match[1] if match[1] is not None else match[2])
        at = match.end()
        if argument.startswith("=", at):
            return steps, argument[at + 1 :]
        if not argument.startswith(".", at):
            return None
        at += 1


def _moved(node: Node, span: Span) -> Node:
    """The node with the places of the argument, which messages point to."""
    if isinstance(node, Scalar):
        return node._replace(span=span)
    if isinstance(node, Mapping):
        pairs = tuple((key._replace(span=span), _moved(value, span)) for key, value in node.pairs)
        return node._replace(pairs=pairs, span=span)
    return node._replace(items=tuple(_moved(item, span) for item in node.items), span=span)


def _encodable(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(argument: str) -> str:
    return argument.encode("utf-8", "replace").decode()


def _span(option: str, argument: str) -> Span:
    return Span(SourceFile(option, _shown(argument)), 0, 0, max(1, len(argument)))
