"""``coder-gen diff``: differences in meaning, and which of them weaken the isolation."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

import click

from coder_gen.commands.common.options import spec_options
from coder_gen.commands.common.settings import Settings, settings

if TYPE_CHECKING:
    from coder_gen.audit.launchers.read import Foreign
    from coder_gen.comparing.changes import Side
    from coder_gen.language.load import Project


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
    """Compare two launchers in meaning: specs, profiles or modes, or a spec and a launcher.

    The spec is BEFORE unless it is named; AFTER is a spec, or the same one with the --to options.
    Order, comments and the form of values do not count. Exit status 1 if the two differ.

    \b
    coder-gen diff --to-profile hardened
    coder-gen diff --mode service --to-mode shell
    coder-gen diff old.yaml new.yaml --format markdown
    docker inspect coder-1000 | coder-gen diff coder.yaml -
    """
    from coder_gen.commands.common.compiling import deliver_text
    from coder_gen.commands.common.messages import output_style
    from coder_gen.comparing.changes import compare
    from coder_gen.comparing.formats import for_review, records, text
    from coder_gen.text.diagnostics import FOUND

    chosen = settings()
    changed = bool(to_profile or to_mode or to_set or to_var)
    if len(sides) > 2 or (len(sides) == 0 and not changed):
        raise click.UsageError("name one or two files, or the --to options of the second side")
    first = sides[0] if len(sides) == 2 or (len(sides) == 1 and changed) else chosen.file
    last = sides[-1] if sides else chosen.file
    second = _second(chosen, to_profile, to_mode, to_set, to_var)
    before = _named(first, chosen)
    after = before._replace(chosen=second) if first == last else _named(last, second)
    found = compare(*_sides(before, after, alone=to_mode is not None))
    rendered = text(found, output_style(chosen).color) if style == "text" else (
        records(found) if style == "json" else for_review(found)
    )  # fmt: skip
    deliver_text(rendered, chosen)
    raise click.exceptions.Exit(0 if found.same else FOUND)


def _second(
    chosen: Settings,
    profiles: tuple[str, ...],
    mode: str | None,
    sets: tuple[str, ...],
    variables: tuple[str, ...],
) -> Settings:
    """The settings of the second side: the shared ones, changed by the --to options."""
    second = Settings()
    second.loaded = chosen.loaded
    second.profile = list(profiles) if profiles else list(chosen.profile)
    second.mode = mode if mode is not None else chosen.mode
    second.shell = chosen.shell and mode is None
    second.set = [*chosen.set, *sets]
    second.var = [*chosen.var, *variables]
    return second


class _Named(NamedTuple):
    """The name of a side's file, its data, and the side's settings."""

    name: str
    data: bytes
    chosen: Settings

    def is_spec(self) -> bool:
        """Whether it is a spec, not a launcher."""
        from coder_gen.commands.common.launchers import is_spec

        return is_spec(self.name, self.data)


def _named(file: str | None, chosen: Settings) -> _Named:
    from coder_gen.commands.common.launchers import taken

    return _Named(*taken(file), chosen)


def _sides(before: _Named, after: _Named, *, alone: bool) -> tuple[Side, Side]:
    """Both sides as plans; a spec beside a launcher as a launcher of that kind expresses it.

    ``alone`` takes only the default mode of the first side: the other side names its own mode.
    """
    if before.is_spec():
        spec = _spec(before, alone)
        return (spec, _spec(after)) if after.is_spec() else _with_launcher(spec, after)
    if after.is_spec():
        spec, launcher = _with_launcher(_spec(after), before)
        return launcher, spec
    return _read(before), _read(after)


def _spec(named: _Named, alone: bool = False) -> Side:
    from coder_gen.commands.common.planning import planned
    from coder_gen.comparing.changes import Side

    own = copy(named.chosen)
    own.taken = (named.name, named.data)
    project, plans = planned(own)
    if alone:
        plans = {project.default_mode: plans[project.default_mode]}
    return Side(_called(project, own), project, plans)


def _with_launcher(spec: Side, named: _Named) -> tuple[Side, Side]:
    from coder_gen.audit.launchers.recompiled import is_made_from, launched
    from coder_gen.commands.common.launchers import from_text
    from coder_gen.host.files import text_of
    from coder_gen.plan import plans
    from coder_gen.text.diagnostics import Reporter

    name, text = named.name, text_of(named.name, named.data)
    if is_made_from(text, spec.project, plans(spec.project, Reporter())):
        return spec, spec._replace(name=name, foreign=True)
    launcher = from_text(text, name, None, named.chosen)
    other = _side_of(launcher)
    both = launched(spec.project, spec.plans, launcher)
    if both is None:
        return spec, other
    return spec._replace(plans=both.spec, original=spec.plans), other._replace(plans=both.launcher)


def _read(named: _Named) -> Side:
    from coder_gen.commands.common.launchers import from_bytes

    return _side_of(from_bytes(named.name, named.data, None, named.chosen))


def _side_of(launcher: Foreign) -> Side:
    from coder_gen.comparing.changes import Side

    return Side(launcher.name, launcher.project, launcher.plans, foreign=True)


def _called(project: Project, chosen: Settings) -> str:
    """The spec's name, and the options of this side."""
    from coder_gen.commands.common.compiling import options

    words = [project.origins[0].name]
    own = options(chosen)
    words += [f"--mode {own.mode}"] if own.mode is not None else []
    for flag, values in (("--profile", own.profiles), ("--set", own.sets), ("--var", own.vars)):
        words += [f"{flag} {value}" for value in values]
    return " ".join(words)
