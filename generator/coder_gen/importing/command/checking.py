"""Check that the spec of an import starts the containers of the original."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from coder_gen.engines import docker
from coder_gen.engines.arguments import LAUNCHER_FOLDER, items_of, lowered, option
from coder_gen.engines.base import DOCKER, Engine
from coder_gen.expression import Part, Parts, Ref, Text, joined
from coder_gen.importing.command.meaning import (
    Fact,
    Meaning,
    MeaningDifference,
    differences,
    meaning,
)
from coder_gen.importing.pipeline import Imported
from coder_gen.importing.result import Run
from coder_gen.language.load import Options, Project, load
from coder_gen.language.values import Variable
from coder_gen.plan import Plan, plans
from coder_gen.support import UNSUPPORTED
from coder_gen.text.diagnostics import ERROR, Diagnostic, Problems, Reporter

# A launcher always stays attached.
_ALWAYS_ATTACHED = frozenset([("detach", "true")])
_BY_HAND = "write that part by hand"
_SOCKETS = (
    r"(?:readonly='true' )?source='/+tmp/+\.X11-unix/*' target='/+tmp/+\.X11-unix/*' type='bind'"
)


def check(imported: Imported) -> list[Diagnostic]:
    """The faults of the spec, with spans in the original; empty if it starts the same containers.

    The spec is loaded and planned, and the meaning of its engine arguments is compared with the
    original's. Compose files, inspect's JSON and Apptainer's command lines have no such arguments:
    their specs are only loaded and planned.
    """

    def nothing(path: str) -> bytes:
        raise FileNotFoundError(path)  # an import extends no file

    try:
        # First report errors with spans in the original; then check the printed spec.
        _planned(imported.project("<import>"))
        planned = _planned(load("<import>", imported.spec_text.encode(), Options(), nothing))
    except Problems as problems:
        return list(problems.diagnostics)
    return [found for run in imported.runs for found in _compared(run, planned)]


def _planned(project: Project) -> dict[str, Plan]:
    reporter = Reporter()
    found = plans(project, reporter)
    reporter.stop_if_failed()
    return found


def compared(imported: Imported) -> bool:
    """Whether ``check`` has arguments of the original to compare, for every container."""
    return all(_is_comparable(run) for run in imported.runs)


def _is_comparable(run: Run) -> bool:
    """Whether the meaning of a run's options is known: for engines of Docker's family."""
    return run.engine is not None and run.engine.family == DOCKER and bool(run.words)


def _compared(run: Run, planned: Mapping[str, Plan]) -> Iterator[Diagnostic]:
    plan = planned.get(run.mode)
    if plan is None:
        message = f"the mode {run.mode} is not in the spec"
        yield Diagnostic("E504", ERROR, message, run.span, _BY_HAND)
        return
    if not _is_comparable(run):
        return
    for found in compare(run, plan):
        yield Diagnostic("E504", ERROR, _sentence(found), run.span, _BY_HAND)


def _sentence(found: MeaningDifference) -> str:
    if found.original is None:
        return f"only the spec's launcher says {found.name}: {found.now}"
    if found.now is None:
        return f"the spec's launcher does not say {found.name}: {found.original}"
    return f"{found.name} is {found.now}, and was {found.original}"


def compare(run: Run, plan: Plan) -> list[MeaningDifference]:
    """The differences in meaning between a run of the original and a mode of the spec."""
    assert run.engine is not None
    words = tuple(_settled(word, plan.variables) for word in run.words)
    original = meaning(words, run.engine)
    now = meaning(words_of(plan, run.engine), run.engine)
    facts: set[Fact] = set(original.facts) - _ALWAYS_ATTACHED
    ours = set(now.facts)
    if plan.x11.access != "off":
        facts = {fact for fact in facts if not (_of_display(fact) or _of_cookie(fact, run))}
        ours = {fact for fact in ours if not _of_display(fact)}
    if "container_name" not in plan.settings:
        facts.discard(("name", f"{plan.name}-${{UID}}"))  # a launcher's default name
    return differences(
        Meaning(frozenset(facts), original.image, original.command),
        Meaning(frozenset(ours), now.image, now.command),
    )


def _of_display(fact: Fact) -> bool:
    """Whether a fact is about DISPLAY or the X11 sockets, which `x11` passes on; in any spelling."""
    name, value = fact
    if name == "mount":
        return re.fullmatch(_SOCKETS, value) is not None
    return fact == ("env", "DISPLAY=${DISPLAY}")


def _of_cookie(fact: Fact, run: Run) -> bool:
    """Whether a fact is about the script's own file for the display's cookie."""
    name, value = fact
    if run.x11 != "cookie":
        return False
    return (name == "mount" and f"source={run.x11_file!r} " in value) or (
        name == "env" and value.startswith("XAUTHORITY=")
    )


def words_of(plan: Plan, engine: Engine) -> tuple[Text, ...]:
    """The arguments that a launcher gives the engine after ``run``, with variables."""
    rules = engine.rules
    items = lowered(plan, rules)
    name = plan.text("container_name")
    if name is not None:
        items.append(option("--name", name))
    # A key that the engine does not support is written as Docker's option, as in the original.
    for key, setting in plan.settings.items():
        if rules[key].support_of(setting.value, plan).level == UNSUPPORTED:
            items += items_of(key, setting, plan, docker.RULES)
    image = plan.text("image")
    assert image is not None
    command: tuple[Text, ...] = plan.value("command") or ()
    options = (word for item in items for word in item.argv())
    words = (*options, *option("--").words, image, *command)
    return tuple(_settled(word, plan.variables) for word in words)


def _settled(word: Text, variables: Mapping[str, Variable]) -> Text:
    return Text(joined(each for part in word.parts for each in _part(part, variables)), word.span)


def _part(part: Part, variables: Mapping[str, Variable]) -> Parts:
    if not isinstance(part, Ref):
        return (part,)
    if part.name == LAUNCHER_FOLDER:
        return (".",)
    declared = variables.get(part.name)
    if declared is None or declared.default is None or part.operator:
        return (part,)
    return (part._replace(operator=":-", operand=declared.default.parts),)
