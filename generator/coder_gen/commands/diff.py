"""``coder-gen diff``: what differs in meaning, and which of it opens the container."""

from __future__ import annotations

import sys
from copy import copy
from typing import TYPE_CHECKING

import click

from coder_gen.commands.settings import Settings, settings, spec_options

if TYPE_CHECKING:
    from coder_gen.comparing.changes import Side
    from coder_gen.foreign.reading import Foreign
    from coder_gen.spec.load import Project


@click.command()
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text",
    help="text and markdown are for people, json for programs.",
)  # fmt: skip
@click.option("--to-profile", multiple=True, metavar="NAME", help="A profile of the second side.")
@click.option("--to-mode", metavar="NAME", help="The mode of the second side.")
@click.option("--to-set", multiple=True, metavar="PATH=VALUE", help="A change of the second side.")
@click.option(
    "--to-var", multiple=True, metavar="NAME=VALUE", help="A variable of the second side."
)
@spec_options
@click.argument("sides", nargs=-1, metavar="[BEFORE] [AFTER]")
def diff(
    style: str,
    to_profile: tuple[str, ...],
    to_mode: str | None,
    to_set: tuple[str, ...],
    to_var: tuple[str, ...],
    sides: tuple[str, ...],
) -> None:
    """Compare two launchers in meaning: two specs, profiles or modes, or a spec and what is there.

    The spec is BEFORE unless it is named; AFTER is a spec, or the same one with the --to options.
    Order, comments and the form of values do not count. Exit status 1 where the two differ.

    \b
    coder-gen diff --to-profile hardened
    coder-gen diff --mode service --to-mode shell
    coder-gen diff old.yaml new.yaml --format markdown
    """
    from coder_gen.commands.compiling import deliver
    from coder_gen.commands.talk import use_color
    from coder_gen.comparing.changes import compare
    from coder_gen.comparing.formats import for_review, records, text
    from coder_gen.diagnostics import FOUND, Reporter
    from coder_gen.targets.base import Artifact

    chosen = settings()
    changed = bool(to_profile or to_mode or to_set or to_var)
    if len(sides) > 2 or (len(sides) == 0 and not changed):
        raise click.UsageError("name one or two files, or the --to options of the second side")
    first = sides[0] if len(sides) == 2 or (len(sides) == 1 and changed) else chosen.file
    last = sides[-1] if sides else chosen.file
    second = _second(chosen, to_profile, to_mode, to_set, to_var)
    before, after = _side(first, chosen, alone=to_mode is not None), _side(last, second)
    found = compare(*_alike(before, after))
    color = chosen.output in (None, "-") and use_color(chosen, sys.stdout)
    rendered = text(found, color) if style == "text" else (
        records(found) if style == "json" else for_review(found)
    )  # fmt: skip
    deliver(Artifact(rendered, False), Reporter(), chosen)
    raise click.exceptions.Exit(0 if found.same else FOUND)


def _second(
    chosen: Settings,
    profiles: tuple[str, ...],
    mode: str | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
) -> Settings:
    """The settings of the second side: the shared ones but for what the --to options replace."""
    second = Settings()
    second.profile = list(profiles) if profiles else list(chosen.profile)
    second.mode = mode if mode is not None else chosen.mode
    second.shell = chosen.shell and mode is None
    second.set = [*chosen.set, *sets]
    second.var = [*chosen.var, *variables]
    return second


def _side(name: str | None, chosen: Settings, *, alone: bool = False) -> Side | Foreign:
    """A side: a spec with its settings, or a launcher that is read as one.

    ``alone`` takes the default mode only: the other side names one to compare it with.
    """
    from coder_gen.commands.foreign import is_spec, read_launcher
    from coder_gen.commands.planning import planned
    from coder_gen.comparing.changes import Side

    if name is not None and not is_spec(name):
        return read_launcher(name, None, chosen)
    own = copy(chosen)
    own.file = name
    project, plans = planned(own)
    if alone:
        plans = {project.default_mode: plans[project.default_mode]}
    return Side(_called(project, own), project, plans)


def _alike(before: Side | Foreign, after: Side | Foreign) -> tuple[Side, Side]:
    """Both sides as plans; where one is a launcher, the spec as such a launcher says it."""
    from coder_gen.foreign.reading import Foreign

    if isinstance(before, Foreign):
        if isinstance(after, Foreign):
            return _of_launcher(before), _of_launcher(after)
        spec, launcher = _spec_and_launcher(after, before)
        return launcher, spec
    return (before, after) if not isinstance(after, Foreign) else _spec_and_launcher(before, after)


def _spec_and_launcher(spec: Side, launcher: Foreign) -> tuple[Side, Side]:
    from coder_gen.foreign.launched import brought, knowing, launched

    said = launched(spec.project, spec.plans, launcher)
    other = _of_launcher(launcher)
    if said is None:
        return spec, other
    if launcher.imported.kind == "compose":
        variables = brought(spec.project, spec.plans)
        said = knowing(said, variables)
        other = other._replace(plans=knowing(other.plans, variables))
    return spec._replace(plans=said, original=spec.plans), other


def _of_launcher(launcher: Foreign) -> Side:
    from coder_gen.comparing.changes import Side

    return Side(
        launcher.name, launcher.project, launcher.plans, foreign=True, place=launcher.place
    )


def _called(project: Project, chosen: Settings) -> str:
    """The spec's name, and the options that set this side apart."""
    from coder_gen.commands.compiling import options

    words = [project.origins[0].name]
    said = options(chosen)
    words += [f"--mode {said.mode}"] if said.mode is not None else []
    for flag, values in (("--profile", said.profiles), ("--set", said.sets), ("--var", said.vars)):
        words += [f"{flag} {value}" for value in values]
    return " ".join(words)
