"""One mode of a spec for one engine, as lines of bash."""

from __future__ import annotations

from coder_gen.engines import docker
from coder_gen.engines.arguments import Item, file_path, host_text, lowered, option, text
from coder_gen.engines.base import APPTAINER, DOCKER, Engine
from coder_gen.expression import Ref, Text
from coder_gen.language.values import Port
from coder_gen.plan import Plan
from coder_gen.plan.labels import ENVIRONMENT_LABEL, OWNER_LABEL
from coder_gen.quoting.bash import Bash
from coder_gen.targets.identity import container_name
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.lines import Line, assignment, late_lines, line_of, plain

# Keys that no launcher of this family uses, or that ``instance_lines`` checks already.
_ASKED_BEFORE = {DOCKER: ("apptainer",), APPTAINER: ("container_name",)}


def items(plan: Plan, engine: Engine) -> list[Item]:
    """The engine's arguments: those of the spec, and those that every container needs."""
    found = lowered(plan, engine.rules)
    if engine.family == APPTAINER:
        from coder_gen.engines.apptainer import isolation

        return [*isolation(plan), *found]
    return [*_identity(plan), *map(option, engine.always), *found]


def lines_of(
    arguments: list[Item],
    plan: Plan,
    engine: Engine,
    values: Values,
    *,
    access: bool,
    interactive: bool,
    terminal: bool,
) -> list[Line]:
    """The lines that set up one mode.

    ``arguments`` are its items. The flags tell which variables some mode needs: for a display, for
    whether the program reads its input, for a terminal. A variable is set only if its value differs
    from the initial one in its module.
    """
    lines = [
        line
        for key, setting in plan.settings.items()
        if key not in _ASKED_BEFORE[engine.family]
        for line in late_lines(key, setting.value, values)
    ]
    lines += [line_of(item, values) for item in arguments]
    lines += [_needs_port(port, plan, values) for port in host_ports(plan, engine)]
    lines += [assignment("devices+=(", [path], values, ")") for path in device_files(plan)]
    lines += [assignment("files+=(", [path], values, ")") for path in client_files(plan, engine)]
    image = plan.text("image")
    assert image is not None
    lines.append(assignment("image=", [image], values))
    if engine.family == APPTAINER:
        lines += _of_apptainer(plan, values)
    else:
        pull = plan.text("pull_policy")
        if pull is not None:
            lines.append(plain("pull=", pull.literal))
        name = container_name(plan)
        if name is not None:
            lines.append(assignment("name=", [name], values))
    if access and plan.x11.access != "off":
        known = "host" if engine.family == APPTAINER else plan.literal("network_mode")
        lines += [plain("x11=", plan.x11.access), *([plain("network=", known)] if known else [])]
    # Apptainer's process always has the terminal of its caller.
    if terminal and plan.value("tty") and engine.family != APPTAINER:
        lines.append(plain("tty=", "yes"))
    if interactive and plan.value("stdin_open"):
        lines.append(plain("interactive=", "yes"))
    lines += url(plan, engine, values)
    lines += _command(plan, engine, values)
    return lines


def instance_lines(plan: Plan, engine: Engine, values: Values) -> list[Line]:
    """The data for ``--stop`` and ``--list``, set before any check of the host."""
    if engine.family != APPTAINER:
        return []
    name = container_name(plan) or f"{plan.name}-{plan.mode}-" + host_text("UID")
    signal, seconds = plan.literal("stop_signal"), _grace_period(plan)
    return [
        *late_lines("container_name", plan.value("container_name"), values),
        assignment("name=", [name], values),
        *([plain("stop_signal=", signal)] if signal else []),
        *([plain("stop_seconds=", str(seconds))] if seconds != 10 else []),
    ]


def _of_apptainer(plan: Plan, values: Values) -> list[Line]:
    from coder_gen.engines.apptainer import home_value, settings_of, sif

    home, inside, entry = settings_of(plan).home, home_value(plan), plan.value("entrypoint")
    return [
        assignment("sif=", [sif(plan)], values),
        *([assignment("home=", [home], values)] if home else []),
        *([assignment("home_inside=", [inside], values)] if inside else []),
        *([Line(None, Bash("action=(exec)"), {})] if entry is not None else []),
    ]


def _grace_period(plan: Plan) -> int:
    period = plan.literal("stop_grace_period")
    return docker.whole_seconds(period) if period else 10


def host_ports(plan: Plan, engine: Engine) -> tuple[Port, ...]:
    """The ports that have to be free on the host."""
    if engine.family == APPTAINER:
        from coder_gen.engines.apptainer import ports

        return ports(plan)
    return tuple(port for port in plan.ports if port.published is not None)


def device_files(plan: Plan) -> list[Text]:
    """The devices that are files of the host; the others are names that the engine resolves."""
    sources = (device.source for device in plan.value("devices") or ())
    return [source for source in sources if source.startswith("/") or not source.is_literal]


def client_files(plan: Plan, engine: Engine) -> list[Text]:
    """The files that the engine's client reads before it starts the container."""
    if engine.family == APPTAINER:
        return []
    files = [file.path for file in plan.value("env_file") or () if file.required]
    return [file_path(file) for file in (*files, *(plan.value("label_file") or ()))]


def _identity(plan: Plan) -> list[Item]:
    """The container's name, and labels for its environment and its owner."""
    name = container_name(plan)
    return [
        *([option("--name", name)] if name is not None else []),
        option("--label", f"{ENVIRONMENT_LABEL}={plan.name}"),
        option("--label", f"{OWNER_LABEL}=" + host_text("UID")),
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


def url(plan: Plan, engine: Engine, values: Values) -> list[Line]:
    """The URL of the first web port on this host; nothing if the engine chooses the port."""
    ports = host_ports(plan, engine)
    web = [p for p in ports if p.app_protocol is not None] or list(ports)
    web = [p for p in web if p.protocol == "tcp"]
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
    lines = [
        *([plain("url_scheme=", "https")] if scheme == "https" else []),
        assignment("url_host=", [host], values),
        assignment("url_port=", [port.published], values),
    ]
    if engine.family != APPTAINER:
        lines.append(assignment("url_target=", [port.target], values))
    return lines


def _command(plan: Plan, engine: Engine, values: Values) -> list[Line]:
    """The command's arguments; those after -- on the command line replace the spec's."""
    command: tuple[Text, ...] = plan.value("command") or ()
    fixed, own = command[: plan.entry_arguments], command[plan.entry_arguments :]
    if engine.family == APPTAINER:
        # Apptainer's `exec` ignores the entry point, so its words come first.
        fixed = (*(plan.value("entrypoint") or ()), *fixed)
    lines = []
    if own:
        lines.append(assignment("default_arguments ", own, values))
    if fixed:
        lines.append(assignment("first_arguments ", fixed, values))
    return lines
