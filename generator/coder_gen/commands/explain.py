"""``coder-gen explain``: each part of the launcher, or the meaning of one word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import settings
from coder_gen.engines.names import DEFAULT, NAMES

if TYPE_CHECKING:
    from coder_gen.explaining.parts import Part
    from coder_gen.explaining.topics import Topic
    from coder_gen.language.load import Project


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text",
    help="text is for people, json for programs.",
)  # fmt: skip
@click.option(
    "--engine",
    type=click.Choice(NAMES),
    default=DEFAULT,
    help="The engine whose launcher is explained.",
)
@click.option(
    "--why-not", nargs=2, metavar="KEY TARGET", help="How far a target supports a key, and why."
)
@spec_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[WORD]...")
def explain(
    style: str, engine: str, why_not: tuple[str, str] | None, words: tuple[str, ...]
) -> None:
    """Show where each part of the launcher comes from, what it does, and its risks.

    A WORD selects one thing: a variable, a flag, a key of the spec, an audit rule, an error
    code, or any text in the command line.

    \b
    coder-gen explain
    coder-gen explain PORT --cap-add
    coder-gen explain --why-not healthcheck apptainer
    """
    from coder_gen.audit.findings import findings
    from coder_gen.commands.common.compiling import deliver_text
    from coder_gen.commands.common.messages import output_style
    from coder_gen.commands.common.planning import planned
    from coder_gen.engines.registry import engine as find
    from coder_gen.explaining.parts import parts
    from coder_gen.explaining.records import record
    from coder_gen.explaining.text import ExplanationWriter
    from coder_gen.plan.image import with_image

    chosen = settings()
    if why_not is not None:
        deliver_text(_why_not(*why_not), chosen)
        return
    project, plans = planned(chosen)
    plan = plans[project.default_mode]
    found = findings(with_image(project, {plan.mode: plan}), project.span)
    apart = parts(plan, find(engine).rules, found)
    topics = [_topic(word, project, apart) for word in words]
    shown = [part for topic in topics for part in topic.parts] if words else apart
    if style == "json":
        text = json.dumps([record(part) for part in shown], indent=2) + "\n"
        deliver_text(text, chosen)
        return
    writer = ExplanationWriter(output_style(chosen).color)
    if words:
        for topic in topics:
            writer.topic(topic)
    else:
        for part in shown:
            writer.part(part)
        writer.missing([finding for finding in found if finding.hit.span is None])
    deliver_text(writer.text(), chosen)


def _topic(word: str, project: Project, apart: list[Part]) -> Topic:
    from coder_gen.explaining.topics import guess, topic
    from coder_gen.text.diagnostics import problem

    found = topic(word, project, apart)
    if found is None:
        nearest = guess(word, project, apart)
        raise problem(
            "E603", f"no part of this launcher matches `{word}`", None,
            f"did you mean {nearest}?" if nearest else "without a word, every part is explained",
        )  # fmt: skip
    return found


def _why_not(field: str, target: str) -> str:
    from coder_gen.explaining.support import NotKnown, answer, sentence
    from coder_gen.targets import registry
    from coder_gen.text.diagnostics import problem

    try:
        return sentence(answer(field, target, registry.columns())) + "\n"
    except NotKnown as unknown:
        fix = (
            f"did you mean {unknown.guess}?" if unknown.guess else "`coder-gen targets` lists both"
        )
        raise problem("E604", unknown.what, None, fix) from None
