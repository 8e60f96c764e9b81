"""Find the containers that a shell script or a command line starts; nothing is executed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from coder_gen.engines.names import NAMES
from coder_gen.engines.registry import by_program
from coder_gen.expression import Text
from coder_gen.importing.result import Run
from coder_gen.importing.shell.commands import call
from coder_gen.importing.shell.context import ShellContext, TooMuch
from coder_gen.importing.shell.generated_launchers import (
    environment_of,
    follow,
    is_generated,
    without_own,
)
from coder_gen.importing.shell.handlers import ANY_SCRIPT
from coder_gen.importing.shell.run_words import RunWords
from coder_gen.importing.shell.state import StartCommand, State
from coder_gen.importing.shell.syntax.script import Script
from coder_gen.importing.shell.syntax.tree import MAX_NESTED, too_deep
from coder_gen.importing.shell.walk import block
from coder_gen.importing.shell.words.values import (
    Argument,
    Condition,
    Word,
    shown,
)
from coder_gen.text.diagnostics import SPEC_AUTHOR, Reporter

_TRUE = ("1", "true", "yes", "y", "on")
_SHELLS = ("sh", "bash", "zsh", "fish", "ash", "dash")
_SHELL_WORDS = ("sh", "bash", "interactive", "it", "i", "s")


class _Variant(NamedTuple):
    found: StartCommand
    words: tuple[Text, ...]
    optional: frozenset[int]
    chosen: tuple[str, ...]


def runs(text: str, name: str, reporter: Reporter) -> list[Run]:
    """Every container that a script, or a command line, may start, as modes.

    ``name`` is the text's name in messages. Words are those after the engine's verb, each with its
    span, and with variables of the host as references. A value that only the shell knows is
    reported: as an error if it changes the meaning of a word, otherwise as a warning.
    """
    script = Script(text, name)
    context = ShellContext(script, reporter, ANY_SCRIPT)
    if is_generated(text):
        return _generated(script, reporter)
    deepest = too_deep(script.root)
    if deepest is not None:
        reporter.error(
            "E521",
            f"nested deeper than {MAX_NESTED} levels",
            script.span_of(deepest),
            "import the engine's command line, as `bash -x` shows it",
        )
        return []
    try:
        states = block(context, script.root.children, [State()])
        states += _uncalled(context, states)
        variants = _variants(states, context, reporter)
    except (TooMuch, RecursionError):
        reporter.error(
            "E521",
            "the script has too many paths to follow",
            script.span(0, len(text)),
            "import the engine's command line, as `bash -x` shows it",
        )
        return []
    _unreached(context, reporter)
    _broken(script, context, reporter)
    _unparsed(script, context, reporter)
    if not variants and not reporter.failed:
        reporter.error(
            "E523",
            "no command that starts a container was found",
            script.span(0, len(text)),
            "give a script or a command line with "
            f"{', '.join(f'`{name} run`' for name in NAMES)} or the like",
        )
    grants = [grant for state in states for grant in state.grants]
    at = min(grants, key=lambda grant: grant.line, default=None)
    cookie, cookie_at = next((c for state in states for c in state.cookies), ("", None))
    x11 = "host" if at is not None else "cookie" if cookie else ""
    comments = _comments(script)
    return [
        Run(
            mode,
            by_program()[v.found.program],
            v.words,
            v.found.span,
            v.found.verb,
            v.optional,
            x11,
            comments,
            x11_at=at or cookie_at,
            x11_file=cookie,
            program=v.found.program,
        )
        for mode, v in zip(_modes(variants), variants, strict=True)
    ]


def _generated(script: Script, reporter: Reporter) -> list[Run]:
    """The runs of a launcher that this tool generated."""
    made: list[Run] = []
    for mode, x11, found in follow(script, reporter):
        environment = environment_of(found.words)
        found = found._replace(words=without_own(found.words))
        words, optional = RunWords(found, frozenset(), reporter).words()
        made.append(
            Run(mode, by_program()[found.program], words, found.span, found.verb, optional, x11,
                environment=environment, program=found.program)
        )  # fmt: skip
    if not made:
        reporter.error(
            "E529",
            "coder-gen wrote this launcher, for an engine whose launchers it does not read back",
            script.span(0, len(script.text)),
            "use the spec that its first lines name",
        )
    return made


def _uncalled(context: ShellContext, states: list[State]) -> list[State]:
    """The states after functions that the script does not call, because the user calls them."""
    end = next((state for state in states if not state.ended), None)
    found: list[State] = []
    seen: set[str] = set()
    # A function may define other functions.
    waiting = list(context.functions)
    for name in waiting:
        if name in seen:
            continue
        node = context.functions[name]
        seen.add(name)
        if name in context.called or not context.starts.within(node):
            continue
        start = end.copy() if end is not None else State()
        start.found = ()
        start.decisions = ()
        span = context.script.span_of(node)
        # Not $1, which is the function's argument.
        chosen = Condition("equals", (Argument(0, (), span),), name, False, span)
        theirs = Word((Argument(0, (), span),), span)
        known = len(context.functions)
        found += call(context, name, [theirs], start.assuming(chosen))
        waiting += islice(context.functions, known, None)
    return found


def _unreached(context: ShellContext, reporter: Reporter) -> None:
    for node in context.starts.every():
        first = context.script.text_of(node).split()[0]
        if node.start_byte not in context.visited and first not in context.functions:
            reporter.warning(
                "W524",
                "this command is never reached, or cannot be followed: it is left out",
                context.script.span_of(node),
                "import it as a command line of its own",
            )


def _broken(script: Script, context: ShellContext, reporter: Reporter) -> None:
    """Report lines of a container's command that bash does not continue."""
    for node in context.starts.every():
        for at in script.broken:
            if script.start(node) < at < script.end(node):
                reporter.warning(
                    "W522",
                    "bash ends the command here: what follows is read as part of it",
                    script.span(at, at + 1),
                    "let the backslash be the last character of the line",
                    SPEC_AUTHOR,
                )


def _unparsed(script: Script, context: ShellContext, reporter: Reporter) -> None:
    """Report syntax errors; those that may belong to a container's command are errors."""
    if not script.root.has_error:
        return
    commands = [(node.start_point.row, node.end_point.row + 1) for node in context.starts.every()]
    waiting = [script.root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        if not (node.is_error or node.is_missing):
            continue
        first, last = node.start_point.row, node.end_point.row
        near = any(first <= end and last >= start for start, end in commands)
        report = reporter.error if near else reporter.warning
        report(
            "E527" if near else "W530",
            "bash would not read this, or its parser here does not",
            script.span_of(node),
            "check the quotes and brackets with `bash -n`",
        )


def _comments(script: Script) -> Mapping[int, str]:
    """Comments by the line that they describe: the next line with code, or their own line."""
    found: dict[int, list[str]] = {}
    waiting = [script.root]
    while waiting:
        node = waiting.pop()
        waiting += reversed(node.children)
        if node.type != "comment":
            continue
        text = script.text_of(node).lstrip("#").strip()
        line = script.span_of(node).line
        if not text or text.startswith(("!", "shellcheck ")):
            continue
        if not script.source.line(line)[: script.span_of(node).column].strip():
            line += 1
            while script.source.line(line).lstrip().startswith("#"):
                line += 1
        found.setdefault(line, []).append(text)
    for start, text in script.remarks:
        found.setdefault(script.span(start, start + 1).line, []).append(text)
    return {line: "\n".join(texts) for line, texts in found.items()}


def _variants(states: Sequence[State], context: ShellContext, reporter: Reporter) -> list[_Variant]:
    """Each different run once; first those with the fewest choices of the user."""
    assigned = context.assigned() - context.folded
    every: list[tuple[StartCommand, tuple[str, ...]]] = []
    for state in states:
        every += [(found, _chosen(found.decisions)) for found in state.found]
    seen: dict[tuple[object, ...], None] = {}
    result: list[_Variant] = []
    for found, chosen in sorted(every, key=lambda pair: len(pair[1])):
        words, optional = RunWords(found, assigned, reporter).words()
        mark = (found.verb, tuple(word.source for word in words), optional)
        if mark not in seen:
            seen[mark] = None
            result.append(_Variant(found, words, optional, chosen))
    return result


def _chosen(decisions: Sequence[Condition]) -> tuple[str, ...]:
    """The choices of the user that lead to a path, as a name."""
    found: list[str] = []
    for decision in decisions:
        if decision.negated:
            continue
        name = decision.value
        if decision.kind == "equals" and name.lower() in _TRUE:
            name = shown(decision.subject)
        elif decision.kind == "set":
            name = "with-" + shown(decision.subject)
        elif decision.kind == "exists":
            name = "with-" + shown(decision.subject).rsplit("/", 1)[-1]
        elif decision.kind == "other":
            name = "variant"
        name = re.sub(r"\$\{(\w+)[^}]*\}", r"\1", name)
        name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        if name and name not in found:
            found.append(name)
    return tuple(found)


def _modes(variants: Sequence[_Variant]) -> list[str]:
    names: dict[str, None] = {}
    shells = sum(map(_is_shell, variants))
    numbers: Counter[str] = Counter()
    for variant in variants:
        name = "-".join(variant.chosen)
        shell = len(variants) > 1 and _is_shell(variant)
        alone = shell and shells == 1
        if "shell" in variant.chosen or (shell and (alone or name in {"", *_SHELL_WORDS})):
            name = "shell"
        name = name or "service"
        if name in names and variant.found.function:
            name = re.sub(r"[^a-z0-9]+", "-", variant.found.function.lower()).strip("-") or name
        base = name
        while name in names:
            numbers[base] += 1
            name = f"{base}-{numbers[base] + 1}"
        names[name] = None
    return list(names)


def _is_shell(variant: _Variant) -> bool:
    if variant.found.verb == "shell":
        return True
    texts = [word.source for word in variant.words]
    ends = texts[-1].rsplit("/", 1)[-1] if texts else ""
    for index, text in enumerate(texts):
        option, _, value = text.partition("=")
        if option == "--entrypoint":
            value = value or (texts[index + 1] if index + 1 < len(texts) else "")
            if value.rsplit("/", 1)[-1] in _SHELLS:
                return True
    return ends in _SHELLS and any(re.fullmatch(r"-\w*t\w*|--tty", text) for text in texts)
