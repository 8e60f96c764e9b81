"""``script``: a bash launcher around ``docker run``, for colleagues who have bash and the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Ref, Text
from coder_gen.languages.bash import Bash, word
from coder_gen.languages.bash import words as bash_words
from coder_gen.plan import Plan
from coder_gen.render import render
from coder_gen.spec.load import Project
from coder_gen.targets import docker_run
from coder_gen.targets.base import Artifact, Request, Support, report_support
from coder_gen.targets.bash_values import Values
from coder_gen.targets.docker_run import (
    NOWHERE,
    Bind,
    Content,
    Display,
    Fields,
    Forward,
    Item,
    LabelledBind,
    ShellCommand,
    Terminal,
    WhenThere,
    text,
)  # fmt: skip
from coder_gen.targets.script_lines import Line, assignment, line_of, plain, section
from coder_gen.targets.script_text import header, usage
from coder_gen.values import Port

NAME = "script"
SUMMARY = "A bash script that starts the container; needs bash and the engine, nothing else."
SUPPORT: Mapping[str, Support] = {key: rule.support for key, rule in docker_run.RULES.items()}

LABEL = "coder-gen"
_LOOKS_LIKE_CODE = re.compile(r"""'[^']*[$`\\\\][^']*'|['"]~""")

# The script's own variables: a variable of the spec or of the host may not have these names.
OWN_NAMES = frozenset(
    [
        "address",
        "after",
        "again",
        "answer",
        "args",
        "at",
        "before",
        "child",
        "choice",
        "client_port",
        "devices",
        "dry_run",
        "entries",
        "entry",
        "field",
        "file",
        "fix",
        "gid",
        "granted",
        "help",
        "here",
        "holder",
        "holders",
        "i",
        "image",
        "interactive",
        "line",
        "listening",
        "mode",
        "name",
        "network",
        "option",
        "other",
        "owner",
        "port",
        "ports",
        "preflight",
        "private",
        "private_names",
        "private_values",
        "problems",
        "protocol",
        "pull",
        "quote",
        "remote",
        "self",
        "signalled",
        "start",
        "state",
        "status",
        "try",
        "tty",
        "uid",
        "undo",
        "url_host",
        "url_port",
        "url_scheme",
        "url_target",
        "user",
        "value",
        "word",
        "x11",
    ]
)


class Branch(NamedTuple):
    """One arm of the case over modes."""

    name: str
    lines: list[Bash]


class Shape(NamedTuple):
    """Which of the script's larger parts are there."""

    access: frozenset[str]
    contents: bool
    private: bool
    grants_access: bool
    terminal: bool
    interactive: bool


class Uses(NamedTuple):
    """Which of the script's functions are needed."""

    fields: bool
    bind: bool
    optional_bind: bool
    labelled: bool
    optional_labelled: bool
    forward: bool
    shell_command: bool
    when_there: bool
    name: bool
    ports: bool
    devices: bool


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the launcher. Reports W101 and W102 by the support table, E019 for names it needs."""
    notes = report_support("docker run", SUPPORT, plans, reporter)
    values = Values(project.variables)
    items = {name: docker_run.items(plan) for name, plan in plans.items()}
    every = [item for found in items.values() for item in found]
    shape = _shape(plans, every)
    lowered = {name: _lower_mode(plan, items[name], values, shape) for name, plan in plans.items()}
    first = plans[project.default_mode]
    common = set.intersection(*({line.key for line in lines} for lines in lowered.values()))
    shared_lines = [line for line in lowered[first.mode] if line.key in common]
    shared = section(shared_lines, set(), first_chunk=True)
    done = {name for line in shared_lines for name in line.needed}
    branches = [
        Branch(
            name,
            section([li for li in lines if li.key not in common], set(done), first_chunk=False),
        )
        for name, lines in lowered.items()
    ]
    settings, checks, checks_used = _variables(project, values)
    if values.asks_for_values:
        checks_used.add("required")
    help_lines = usage(project, plans)
    _check_names(project, reporter)
    lines = [*settings, *checks, *help_lines, *shared, *(li for b in branches for li in b.lines)]
    uses = _uses(every, plans)
    url = any(_url(plan, values) for plan in plans.values())
    script = render(
        "script.sh.j2",
        header=header(project, request, notes),
        literal_code=_code_in(lines),
        called=Bash('"${0##*/}"') if request.self is None else word(request.self),
        own_file=request.self is None,
        default_mode=project.default_mode,
        usage=help_lines,
        line_continues=Bash(" \\"),
        nothing=Bash(""),
        settings=[*_built_ins(values, request, uses, url), *settings],
        checks=checks,
        checks_used=checks_used,
        shared=shared,
        branches=branches,
        mode_names=Bash(", ".join(plans)),
        uses=uses,
        x11=shape.access,
        contents=shape.contents,
        private=shape.private,
        grants_access=shape.grants_access,
        terminal=shape.terminal,
        interactive=shape.interactive,
        host_user=all(plan.runs_as_host_user for plan in plans.values()),
        and_readable=Bash(" and readable" if first.runs_as_host_user else ""),
        url=url,
        device_hint=Bash(
            ": load its module (for /dev/fuse: sudo modprobe fuse), or remove it from the spec"
        ),
        example_port=8080,
        file_name=project.name,
    )
    return Artifact(script, True)


def _code_in(lines: Iterable[Bash]) -> bool:
    """Whether shellcheck would take text of the spec in quotes for a slip of the pen."""
    return any(_LOOKS_LIKE_CODE.search(line) for line in lines)


def _shape(plans: Mapping[str, Plan], items: list[Item]) -> Shape:
    access = frozenset(plan.x11.access for plan in plans.values()) - {"off"}
    contents = any(isinstance(item, Content) for item in items)
    private = contents or "cookie" in access
    grants_access = bool(access & {"host", "user"})
    return Shape(
        access=access,
        contents=contents,
        private=private,
        grants_access=grants_access,
        terminal=any(isinstance(item, Terminal) for item in items),
        # Asked only where something has to be undone after the container.
        interactive=(private or grants_access)
        and any(plan.value("stdin_open") for plan in plans.values()),
    )


def _lower_mode(plan: Plan, items: list[Item], values: Values, shape: Shape) -> list[Line]:
    lines = [line_of(item, values) for item in [*_identity(plan), *items]]
    lines += [_needs_port(port, plan, values) for port in plan.ports if port.published is not None]
    lines += [assignment("devices+=(", [path], values, ")") for path in _device_files(plan)]
    image = plan.text("image")
    assert image is not None
    lines.append(assignment("image=", [image], values))
    pull = plan.text("pull_policy")
    lines.append(plain("pull=", pull.literal if pull is not None else ""))
    name = container_name(plan)
    lines.append(assignment("name=", [name if name is not None else text("")], values))
    if shape.access:
        network = plan.text("network_mode")
        known = network.literal if network is not None and network.is_literal else ""
        lines += [plain("x11=", plan.x11.access), plain("network=", known)]
    if shape.terminal:
        lines.append(plain("tty=", "yes" if plan.value("tty") else "no"))
    if shape.interactive:
        lines.append(plain("interactive=", "yes" if plan.value("stdin_open") else "no"))
    lines += _url(plan, values)
    lines += _command(plan, values)
    return lines


def _device_files(plan: Plan) -> list[Text]:
    """The devices that are files of the host; others are names for the engine."""
    sources = (device.source for device in plan.value("devices") or ())
    return [source for source in sources if source.startswith("/") or not source.is_literal]


def container_name(plan: Plan) -> Text | None:
    """The spec's name for it; else the environment's, with the uid: each user has their own."""
    name = plan.text("container_name")
    if name is not None or not plan.is_named:
        return name
    return f"{plan.name}-" + Text((Ref("UID", "", (), NOWHERE),), NOWHERE)


def _identity(plan: Plan) -> list[Item]:
    """What tells this container from others: its name, and whose it is."""
    owner = f"{LABEL}.owner=" + Text((Ref("UID", "", (), NOWHERE),), NOWHERE)
    name = container_name(plan)
    return [
        *([docker_run.option("--name", name)] if name is not None else []),
        docker_run.option("--label", f"{LABEL}.environment={plan.name}"),
        docker_run.option("--label", owner),
    ]


def _needs_port(port: Port, plan: Plan, values: Values) -> Line:
    published = port.published
    assert published is not None
    variable = ""
    if len(published.parts) == 1 and isinstance(published.parts[0], Ref):
        variable = published.parts[0].name
    address = port.host_ip or text("")
    texts = [text(variable), text(port.protocol), address, published]
    return assignment("ports+=(", texts, values, ")")


def _url(plan: Plan, values: Values) -> list[Line]:
    """Where the first web port is reached from this host; nothing where the engine picks it."""
    web = [p for p in plan.ports if p.app_protocol is not None] or list(plan.ports)
    web = [p for p in web if p.protocol == "tcp" and p.published is not None]
    if not web:
        return []
    port = web[0]
    scheme = (
        port.app_protocol.literal if port.app_protocol and port.app_protocol.is_literal else "http"
    )
    host = port.host_ip
    if host is None or (
        host.is_literal and host.literal in ("", "0.0.0.0", "127.0.0.1", "::", "::1")
    ):
        host = text("localhost")
    elif host.is_literal and ":" in host.literal:
        host = text(f"[{host.literal}]")
    assert port.published is not None
    return [
        plain("url_scheme=", "https" if scheme == "https" else "http"),
        assignment("url_host=", [host], values),
        assignment("url_port=", [port.published], values),
        assignment("url_target=", [port.target], values),
    ]


def _command(plan: Plan, values: Values) -> list[Line]:
    """The command: what comes after -- on the command line takes the place of the spec's."""
    command: tuple[Text, ...] = plan.value("command") or ()
    fixed, own = command[: plan.entry_arguments], command[plan.entry_arguments :]
    lines = []
    if own:
        lines.append(assignment("(($# > 0)) || set -- ", own, values))
    if fixed:
        lines.append(assignment("set -- ", fixed, values, ' "$@"'))
    return lines


def _built_ins(values: Values, request: Request, uses: Uses, url: bool) -> list[Bash]:
    lines = ["uid=$(id -u)"]
    if "GID" in values.used:
        lines.append("gid=$(id -g)")
    lines.append("user=$(id -un 2>/dev/null) || user=${uid}")
    if "USER" in values.used:
        lines.append("[[ -n ${USER-} ]] || USER=${user}")
    if "HOME" in values.used:
        lines.append("[[ -n ${HOME-} ]] || HOME=~")
    if docker_run.HERE in values.used:
        if request.here is None:
            lines.append('here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)')
        else:
            lines.append(f"here={word(request.here)}")
    if uses.ports:
        lines.append("ports=()")
    if uses.devices:
        lines.append("devices=()")
    if url:
        lines += ["url_port=''", "url_host=''", "url_target=''", "url_scheme=http"]
    return [Bash(line) for line in lines]


def _variables(project: Project, values: Values) -> tuple[list[Bash], list[Bash], set[str]]:
    """Assignments of the defaults, checks, and which check functions they call."""
    settings: list[Bash] = []
    checks: list[Bash] = []
    used: set[str] = set()
    autos = [v.name for v in project.variables.values() if v.auto]
    for variable in project.variables.values():
        name = variable.name
        if variable.default is not None:
            needed: dict[str, list[str]] = {}
            default = values.word(variable.default, needed)
            settings += [Bash(s) for statements in needed.values() for s in statements]
            settings.append(Bash(f"[[ -n ${{{name}-}} ]] || {name}={default}"))
        elif variable.auto:
            used.add("auto")
            checks.append(
                Bash(
                    f"[[ -n ${{{name}-}} ]] || {name}=$(own_port {autos.index(name)} {len(autos)})"
                )
            )
        else:
            used.add("required")
            settings.append(Bash(f"{name}=${{{name}-}}"))
            checks.append(
                Bash(
                    f"[[ -n ${{{name}}} ]] || missing {name} {word(variable.help or 'the spec gives it no default')}"
                )
            )
        if variable.type != "string":
            used.add(variable.type)
            choices = " " + bash_words(variable.choices) if variable.choices else ""
            checks.append(Bash(f'want_{variable.type} {name} "${{{name}}}"{choices}'))
    return settings, checks, used


def _uses(items: list[Item], plans: Mapping[str, Plan]) -> Uses:
    binds = [item for item in items if isinstance(item, Bind)]
    labelled = [item for item in items if isinstance(item, LabelledBind)]

    def any_of(kind: type[object]) -> bool:
        return any(isinstance(item, kind) for item in items)

    return Uses(
        fields=any_of(Fields) or any_of(Content) or any_of(Display),
        bind=bool(binds),
        optional_bind=any(item.optional for item in binds),
        labelled=bool(labelled),
        optional_labelled=any(item.optional for item in labelled),
        forward=any_of(Forward),
        shell_command=any_of(ShellCommand),
        when_there=any_of(WhenThere),
        name=True,
        ports=any(port.published is not None for plan in plans.values() for port in plan.ports),
        devices=any(_device_files(plan) for plan in plans.values()),
    )


def _check_names(project: Project, reporter: Reporter) -> None:
    """A name that the script sets itself would not reach the container as the host has it."""
    places = {v.name: v.span for v in project.variables.values()} | dict(project.names)
    for name, span in places.items():
        if (name in OWN_NAMES or name.startswith("value_")) and name not in project.frozen:
            reporter.error(
                "E019", f"the script uses the name {name} itself", span, "choose another name"
            )
