"""``script``: a bash launcher around an engine, for colleagues who have bash and the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

from coder_gen.diagnostics import Reporter
from coder_gen.engines import docker, registry
from coder_gen.engines.arguments import GeneratedFile, Item, Terminal
from coder_gen.engines.base import APPTAINER, DOCKER, Engine
from coder_gen.engines.names import DEFAULT
from coder_gen.languages.bash import Bash, word
from coder_gen.plan import Plan
from coder_gen.render import render
from coder_gen.spec.load import Project
from coder_gen.support import Rules
from coder_gen.targets.base import Artifact, Request, Support, report_support
from coder_gen.targets.bash_values import Values
from coder_gen.targets.engine_words import engine_words
from coder_gen.targets.identity import container_name
from coder_gen.targets.script_functions import PRIVATE_PLACES, PRIVATE_SETTINGS, Functions, linked
from coder_gen.targets.script_modes import (
    client_files,
    device_files,
    host_ports,
    instance_lines,
    items,
    lines_of,
    url,
)  # fmt: skip
from coder_gen.targets.script_sections import Lowered, setting_up
from coder_gen.targets.script_text import header, next_file, usage
from coder_gen.targets.script_variables import built_ins, check_names, variables

SUMMARY = "A bash script that starts the container; needs bash and the engine, nothing else."


def _support(rules: Rules) -> Mapping[str, Support]:
    return {key: rule.support for key, rule in rules.items()}


SUPPORT = _support(docker.RULES)


def engine_support() -> Mapping[str, Mapping[str, Support]]:
    """The tables of the other engines than the default one."""
    return {each.name: _support(each.rules) for each in registry.engines() if each.name != DEFAULT}


# What these look at is not there for an engine on another host.
_OF_THIS_HOST = {"usable_source", "labelled_mount", "keep_id", "port_ready", "device_ready"}
_LOOKS_LIKE_CODE = re.compile(r"""'[^']*[$`\\\\][^']*'|['"]~""")


class Shape(NamedTuple):
    """Which of the script's larger parts are there."""

    access: frozenset[str]
    # Something has to be undone after a run in the foreground.
    undoes: bool
    grants_access: bool
    terminal: bool
    interactive: bool


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the launcher. Reports W101 and W102 by the support table, E019 for names it needs."""
    engines = registry.chosen(request.engine, project.engines)
    notes = _notes(engines, plans, reporter)
    values = Values(project.variables)
    told = {(e.name, mode): items(plan, e) for e in engines for mode, plan in plans.items()}
    every = [item for found in told.values() for item in found]
    shape = _shape(plans, every, engines)
    lowered: Lowered = {
        (engine.name, mode): lines_of(
            told[engine.name, mode],
            plan,
            engine,
            values,
            access=bool(shape.access),
            interactive=shape.interactive,
            terminal=shape.terminal,
        )
        for engine in engines
        for mode, plan in plans.items()
    }
    first: Lowered = {
        (engine.name, mode): instance_lines(plan, engine, values)
        for engine in engines
        for mode, plan in plans.items()
    }
    set_up = setting_up(engines, plans, project.default_mode, first, lowered)
    settings, checks, checks_used = variables(project, values)
    if values.asks_for_values:
        checks_used.add("required")
    help_lines = usage(project, plans, engines)
    check_names(project, reporter)
    features: list[str] = []
    if any(host_ports(plan, engine) for plan in plans.values() for engine in engines):
        features.append("port_ready")
    if any(device_files(plan) for plan in plans.values()):
        features.append("device_ready")
    if any(client_files(plan, engine) for plan in plans.values() for engine in engines):
        features.append("file_ready")
    has_url = any(url(plan, engine, values) for plan in plans.values() for engine in engines)
    families = {engine.family for engine in engines}
    names = DOCKER in families and any(container_name(plan) is not None for plan in plans.values())
    one = engines[0] if len(engines) == 1 else None
    in_text = Bash(one.name if one is not None and one.family == DOCKER else "${engine}")
    beside = "${again%/*}" if request.self is None else "."
    render_with = partial(
        render,
        "script.sh.j2",
        header=header(project, request, engines, notes),
        literal_code=_code_in([*settings, *checks, *help_lines, *set_up]),
        called=Bash('"${0##*/}"') if request.self is None else word(request.self),
        own_file=request.self is None,
        again=request.again,
        default_mode=project.default_mode,
        usage=help_lines,
        line_continues=Bash(" \\"),
        nothing=Bash(""),
        settings=[
            *built_ins(
                values,
                request,
                features,
                url=has_url,
                asks_port=has_url and DOCKER in families,
            ),
            *settings,
        ],
        checks=checks,
        checks_used=checks_used,
        set_up=set_up,
        x11=shape.access,
        undoes=shape.undoes,
        private_places=PRIVATE_PLACES,
        private_settings=PRIVATE_SETTINGS,
        has_traps=False,
        grants_access=shape.grants_access,
        terminal=shape.terminal,
        interactive=shape.interactive,
        host_user=all(plan.runs_as_host_user for plan in plans.values()) or families == {APPTAINER},
        url=has_url,
        kinds=list(values.kinds.values()),
        bounded=values.has_bounds,
        names=names,
        file_name=project.name,
        **engine_words(engines),
        finds_daemon=DOCKER in families,
        of_image=False,
        docker=DOCKER in families,
        apptainer=APPTAINER in families,
        launch=_launch(one),
        if_apptainer=Bash("" if one is not None else "[[ ${engine_title} != Apptainer ]] || "),
        engine=Bash('"${engine}"') if in_text == "${engine}" else in_text,
        engine_name=in_text,
        # Which of the spec's own outputs makes what is missing.
        build_command=next_file(project, "build-script", "{}", beside=beside)
        or Bash(in_text + " build -t ${image} ."),
        convert_command=next_file(project, "convert-script", "'{}', or ", beside=beside),
        title=Bash(one.title if one is not None else "${engine_title}"),
    )

    def made(functions: Functions) -> str:
        remote = names or not _OF_THIS_HOST.isdisjoint(functions)
        return render_with(functions=functions, remote=remote)

    return Artifact(linked(made, *features), True)


def _notes(engines: tuple[Engine, ...], plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """What the engines cannot say exactly, as lines for the header."""
    notes: list[str] = []
    for engine in engines:
        rules = engine.rules

        def support_of(key: str, value: object, plan: Plan, rules: Rules = rules) -> Support:
            return rules[key].support_of(value, plan)

        found = report_support(f"{engine.name} run", support_of, plans, reporter)
        said = f"{engine.name}: " if len(engines) > 1 else ""
        notes += [said + line for line in found]
    return notes


def _launch(engine: Engine | None) -> Bash:
    """The words that start the container; with several engines, the array that holds them."""
    if engine is None:
        return Bash('"${command[@]}"')
    if engine.family == APPTAINER:
        return Bash('"${engine}" "${action[@]}" "${args[@]}" "${sif}" "$@"')
    return Bash(f'{engine.name} run "${{args[@]}}" -- "${{image}}" "$@"')


def _code_in(lines: Iterable[Bash]) -> bool:
    """Whether shellcheck would take text of the spec in quotes for a slip of the pen."""
    return any(_LOOKS_LIKE_CODE.search(line) for line in lines)


def _shape(plans: Mapping[str, Plan], every: list[Item], engines: tuple[Engine, ...]) -> Shape:
    access = frozenset(plan.x11.access for plan in plans.values()) - {"off"}
    contents = any(isinstance(item, GeneratedFile) for item in every)
    private = contents or "cookie" in access
    grants_access = bool(access & {"host", "user"})
    apptainer = any(engine.family == APPTAINER for engine in engines)
    return Shape(
        access=access,
        undoes=private or grants_access,
        grants_access=grants_access,
        terminal=any(isinstance(item, Terminal) for item in every)
        and any(engine.family == DOCKER for engine in engines),
        # Asked only where something has to be undone after the container, and where the engine
        # would leave the input open.
        interactive=apptainer
        or (
            (private or grants_access) and any(plan.value("stdin_open") for plan in plans.values())
        ),
    )
