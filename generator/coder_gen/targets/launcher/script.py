"""``script``: a bash launcher for users who have only bash and the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coder_gen.engines import docker, registry
from coder_gen.engines.arguments import GeneratedFile, Item, Terminal
from coder_gen.engines.base import APPTAINER, DOCKER, Engine
from coder_gen.engines.names import AUTO, DEFAULT
from coder_gen.language.load import Project
from coder_gen.plan import Plan
from coder_gen.quoting.bash import Bash
from coder_gen.support import Rules
from coder_gen.targets.base import Artifact, Request, Support, report_support
from coder_gen.targets.identity import container_name
from coder_gen.targets.launcher import machinery
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.header import header, next_file, one_line, usage
from coder_gen.targets.launcher.lines import Line
from coder_gen.targets.launcher.machinery import MODULE_OF, Function, array, function, quoted
from coder_gen.targets.launcher.modes import (
    client_files,
    device_files,
    host_ports,
    instance_lines,
    items,
    lines_of,
    url,
)  # fmt: skip
from coder_gen.targets.launcher.sections import Lowered, Sections
from coder_gen.targets.launcher.variables import built_ins, closing, opening, variables
from coder_gen.text.diagnostics import Reporter

SUMMARY = "A bash script that starts the container; needs bash and the engine, nothing else."


def _support(rules: Rules) -> Mapping[str, Support]:
    return {key: rule.support for key, rule in rules.items()}


SUPPORT = _support(docker.RULES)


def engine_support() -> Mapping[str, Mapping[str, Support]]:
    """The support tables of all engines but the default one."""
    return {each.name: _support(each.rules) for each in registry.engines() if each.name != DEFAULT}


# Functions that check this host, which an engine on another host does not use.
_OF_THIS_HOST = frozenset(
    ["bind_mount", "bind_if_exists", "labelled_mount", "labelled_if_exists", "keep_id"]
)
_LOOKS_LIKE_CODE = re.compile(r"""'[^']*[$`\\\\][^']*'|['"]~""")


class Needs(NamedTuple):
    """What at least one mode needs on at least one engine."""

    # A run in the foreground needs a cleanup at its end.
    undoes: bool
    display: bool
    grants_access: bool
    contents: bool
    terminal: bool
    interactive: bool
    files: bool
    ports: bool
    devices: bool
    url: bool
    # A check depends on whether the daemon is on this host.
    finds_daemon: bool

    @property
    def modules(self) -> list[str]:
        """The modules that its steps call, besides those of the engines."""
        wanted = {
            "ports": self.ports,
            "host_files": self.files or self.devices,
            "x11": self.display,
            "private_files": self.contents,
            "grant": self.grants_access,
        }
        return [name for name, is_wanted in wanted.items() if is_wanted]


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the launcher. Reports W101 and W102 by the support table, E019 for reserved names."""
    engines = registry.chosen(request.engine, project.engines)
    notes = _notes(engines, plans, reporter)
    values = Values(project.variables)
    arguments = {(e.name, mode): items(plan, e) for e in engines for mode, plan in plans.items()}
    every = [item for found in arguments.values() for item in found]
    modes = list(dict.fromkeys([project.default_mode, *plans]))
    shape = _shape(plans, every, engines, values)
    lowered: Lowered = {
        (engine.name, mode): lines_of(
            arguments[engine.name, mode],
            plan,
            engine,
            values,
            access=shape.display,
            interactive=shape.interactive,
            terminal=shape.terminal,
        )
        for engine in engines
        for mode, plan in plans.items()
    }
    names: Lowered = {
        (engine.name, mode): instance_lines(plan, engine, values)
        for engine in engines
        for mode, plan in plans.items()
        if engine.family == APPTAINER
    }
    settings, checks = variables(project, values)
    called = _called([line for lines in [*lowered.values(), *names.values()] for line in lines])
    if not shape.finds_daemon and not called.isdisjoint(_OF_THIS_HOST):
        shape = shape._replace(finds_daemon=True)
    sections = Sections(engines, modes, lowered)
    functions = [
        *opening([*built_ins(values, request), *settings], checks),
        function(
            "every_mode", "What every mode has in common, in the spec's order.",
            sections.every_mode(),
        ),
        *(
            function(
                f"mode_{mode}",
                one_line(plans[mode].description) or f"The mode {mode}.",
                sections.mode(mode),
            )
            for mode in modes
        ),
    ]  # fmt: skip
    if names:
        functions.append(_instance(modes, names))
    if not checks:
        functions = [each for each in functions if each.name != "checks"]
    functions.append(_steps(engines, shape, bool(checks)))
    functions.append(function("usage", "What --help prints.", usage(project, plans, engines)))
    literal_code = _code_in(line for each in functions for line in each.lines)
    functions += closing(values)
    families = {engine.family for engine in engines}
    roots = [
        "launch",
        *shape.modules,
        *(MODULE_OF[name] for name in called & MODULE_OF.keys()),
    ]
    roots += [{DOCKER: "containers", APPTAINER: "apptainer"}[family] for family in families]
    if values.kinds:
        roots.append("require")
    if any(variable.auto for variable in project.variables.values()):
        roots.append("ports")
    if shape.undoes:
        roots.append("cleanup")
    if len(engines) > 1:
        roots.append("choose")
    if request.display_name is None:
        roots.append("own_file")
    modules = machinery.selected(roots, engines)
    data = _data(project, plans, request, engines, modes)
    machinery.check_names(project, reporter, modules, data)
    text = machinery.script(
        header=header(project, request, engines, notes),
        data=data,
        functions=functions,
        modules=modules,
        literal_code=literal_code,
    )
    return Artifact(text, True)


def _data(
    project: Project,
    plans: Mapping[str, Plan],
    request: Request,
    engines: tuple[Engine, ...],
    modes: list[str],
) -> dict[str, object]:
    """The spec's data for the modules, as variables."""
    families = {engine.family for engine in engines}
    alone = len(engines) == 1
    host_user = all(plan.runs_as_host_user for plan in plans.values()) or families == {APPTAINER}
    data: dict[str, object] = {}
    if request.display_name is not None:
        data |= {"script_name": request.display_name, "own_command": request.rerun_command}
    data |= {
        "project": quoted(project.name),
        "modes": array(modes),
        "engines": array([engine.name for engine in engines]),
        "engine": engines[0].name if alone else AUTO,
        **({"family": engines[0].family} if alone else {}),
        "instances": _yes(APPTAINER in families),
        "host_user": _yes(host_user),
    }
    # The spec's own outputs that make a missing image.
    for family, name, target in (
        (DOCKER, "build_script", "build-script"),
        (APPTAINER, "convert_script", "convert-script"),
    ):
        if family in families:
            file = next_file(project, target)
            # A launcher that is not run from a file has no folder of its own.
            alone_in_folder = file and request.display_name is not None and "/" not in file
            data[name] = f"./{file}" if alone_in_folder else file
    return data


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _called(lines: list[Line]) -> set[str]:
    """The functions that are called at the start of lines."""
    return {line.line.partition(" ")[0] for line in lines if line.line is not None}


def _instance(modes: list[str], names: Lowered) -> Function:
    """The data for ``--start``, ``--stop`` and ``--list``, set before any check of the host."""
    (engine,) = {engine for engine, _ in names}
    sections = Sections((registry.engine(engine),), modes, names)
    lines = sections.every_mode()
    arms = {mode: sections.mode(mode) for mode in modes}
    if any(arms.values()):
        lines.append(Bash("case ${mode} in"))
        for mode, body in arms.items():
            lines += [Bash(f"{mode})"), *(Bash(f"\t{line}") for line in body), Bash("\t;;")]
        lines += [Bash("*) ;;"), Bash("esac")]
    return function("instance", "What --stop and --list have to know.", lines)


def _steps(engines: tuple[Engine, ...], shape: Needs, checks: bool) -> Function:
    """The steps of a start, in order."""
    lines = ["checks"] if checks else []
    families = list(dict.fromkeys(engine.family for engine in engines))
    steps = {
        family: _apptainer_steps(shape) if family == APPTAINER else _container_steps(engines, shape)
        for family in families
    }
    if len(engines) > 1:
        lines.append("choose_engine")
    if len(families) == 1:
        if len(engines) > 1:
            lines.append(f"family={families[0]}")
        lines += steps[families[0]]
    else:
        clients = " | ".join(engine.name for engine in engines if engine.family == DOCKER)
        lines.append("case ${engine} in")
        for family, pattern in ((DOCKER, clients), (APPTAINER, "*")):
            arm = [f"family={family}", *(["refuse_verbs"] if family == DOCKER else [])]
            lines += [f"{pattern})", *(f"\t{step}" for step in [*arm, *steps[family]]), "\t;;"]
        lines.append("esac")
    return function("steps", "What a start does.", [Bash(line) for line in lines])


def _container_steps(engines: tuple[Engine, ...], shape: Needs) -> list[str]:
    questions = {
        "check_engine": True,
        "check_files": shape.files,
        "check_ports": shape.ports,
        "check_devices": shape.devices,
    }
    return [
        *(["find_daemon"] if shape.finds_daemon or len(engines) > 1 else []),
        "every_mode",
        '"mode_${mode}"',
        *(["add_terminal"] if shape.terminal else []),
        _look_ahead(questions),
        *(["display"] if shape.display else []),
        "container_command",
        "prepare_engine",
        *_last_steps(shape),
        *(
            ['[[ -n ${cleanup} ]] || exec "${command[@]}"', 'supervise "${command[@]}"']
            if shape.undoes
            else ['exec "${command[@]}"']
        ),
    ]


def _apptainer_steps(shape: Needs) -> list[str]:
    questions = {
        "check_apptainer": True,
        "check_ports": shape.ports,
        "check_devices": shape.devices,
    }
    return [
        "find_apptainer",
        "instance",
        "manage",
        "every_mode",
        '"mode_${mode}"',
        "choose_home",
        _look_ahead(questions),
        *(["display"] if shape.display else []),
        "as_instance",
        "apptainer_command",
        *_last_steps(shape),
        "hand_over",
        *(
            ['[[ -n ${cleanup} ]] || exec "${command[@]}"', 'supervise limited "${command[@]}"']
            if shape.undoes
            else ['exec "${command[@]}"']
        ),
    ]


def _look_ahead(questions: Mapping[str, bool]) -> str:
    return " ".join(["run_preflight", *(name for name, is_asked in questions.items() if is_asked)])


def _last_steps(shape: Needs) -> list[str]:
    """The last steps: those that change the host, and the message about the address."""
    steps = {
        "fill_private": shape.contents,
        "grant_display": shape.grants_access,
        "print_address": shape.url,
    }
    return [name for name, is_there in steps.items() if is_there]


def _notes(engines: tuple[Engine, ...], plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """The settings that the engines do not support exactly, as lines for the header."""
    notes: list[str] = []
    for engine in engines:
        rules = engine.rules

        def support_of(key: str, value: object, plan: Plan, rules: Rules = rules) -> Support:
            return rules[key].support_of(value, plan)

        found = report_support(f"{engine.name} run", support_of, plans, reporter)
        prefix = f"{engine.name}: " if len(engines) > 1 else ""
        notes += [prefix + line for line in found]
    return notes


def _code_in(lines: Iterable[Bash]) -> bool:
    """Whether shellcheck would report quoted text of the spec as a mistake."""
    return any(_LOOKS_LIKE_CODE.search(line) for line in lines)


def _shape(
    plans: Mapping[str, Plan], every: list[Item], engines: tuple[Engine, ...], values: Values
) -> Needs:
    access = frozenset(plan.x11.access for plan in plans.values()) - {"off"}
    contents = any(isinstance(item, GeneratedFile) for item in every)
    grants_access = bool(access & {"host", "user"})
    undoes = contents or "cookie" in access or grants_access
    families = {engine.family for engine in engines}
    on_each = [(plan, engine) for plan in plans.values() for engine in engines]
    ports = any(host_ports(plan, engine) for plan, engine in on_each)
    devices = any(device_files(plan) for plan in plans.values())
    return Needs(
        undoes=undoes,
        display=bool(access),
        grants_access=grants_access,
        contents=contents,
        terminal=any(isinstance(item, Terminal) for item in every) and DOCKER in families,
        # Needed only if there is a cleanup after the container, or if the engine would leave the
        # input open.
        interactive=APPTAINER in families
        or (undoes and any(plan.value("stdin_open") for plan in plans.values())),
        files=any(client_files(plan, engine) for plan, engine in on_each),
        ports=ports,
        devices=devices,
        url=any(url(plan, engine, values) for plan, engine in on_each),
        finds_daemon=ports
        or devices
        or any(container_name(plan) is not None for plan in plans.values()),
    )
