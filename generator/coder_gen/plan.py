"""The Plan: one mode of a project, merged and checked; it knows no engine.

Each setting carries its provenance, the place in the spec and the layer it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from coder_gen.diagnostics import Reporter
from coder_gen.expression import Parts, Ref, Text
from coder_gen.spec.container import CONFIGS_FOLDER, KEYS, SECRETS_FOLDER
from coder_gen.spec.document import BUILT_IN, MODE
from coder_gen.spec.entries import Entry
from coder_gen.spec.kinds import path, size
from coder_gen.spec.load import Layer, Project
from coder_gen.spec.mounts import one_path
from coder_gen.spec.resources import ulimit
from coder_gen.spec.sections import grant
from coder_gen.spec.shapes import Setting, settle
from coder_gen.text.positions import Span
from coder_gen.values import (
    X11,
    Apptainer,
    Attachment,
    BlockIO,
    FileGrant,
    Healthcheck,
    Logging,
    Mount,
    Port,
    Variable,
)  # fmt: skip

# Where the display's sockets are, on the host and in the container, and the cookie's file.
SOCKETS = "/tmp/.X11-unix"
COOKIE = "/tmp/.Xauthority"


class Plan(NamedTuple):
    """One mode of a spec. ``settings`` hold canonical values in the spec's order."""

    name: str
    mode: str
    description: str
    # Whether the container carries the environment's own name: the spec's default mode does.
    is_named: bool
    settings: Mapping[str, Setting]
    # How many words of ``command`` belong to the entry point.
    entry_arguments: int
    variables: Mapping[str, Variable]

    def value(self, key: str) -> Any:
        """A key's canonical value, None where the spec does not set it."""
        setting = self.settings.get(key)
        return None if setting is None else setting.value

    def text(self, key: str) -> Text | None:
        """The text under a key of one scalar."""
        value = self.value(key)
        return value if isinstance(value, Text) else None

    @property
    def ports(self) -> tuple[Port, ...]:
        """The published ports, each with the address it is published on."""
        address = self.text("publish_address")
        ports: tuple[Port, ...] = self.value("ports") or ()
        if address is None:
            return ports
        return tuple(p if p.host_ip else p._replace(host_ip=address) for p in ports)

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """The mounts under ``volumes``."""
        return self.value("volumes") or ()

    @property
    def x11(self) -> X11:
        """Access to the display."""
        return self.value("x11") or X11()

    @property
    def runs_as_host_user(self) -> bool:
        """Whether the process in the container has the ids of who starts it."""
        user = self.text("user")
        if user is None:
            return False
        return user.source in ("host", "${UID}", "${UID}:${GID}")


def plans(project: Project, reporter: Reporter) -> dict[str, Plan]:
    """Every mode of the project, the default mode first.

    Reports E015, E020 and W031 for what only shows once the layers lie over each other.
    """
    names = [project.default_mode, *(n for n in project.modes if n != project.default_mode)]
    made = {name: _without_sockets(_plan(project, name), reporter) for name in names}
    for plan in made.values():
        _check(plan, project, reporter)
    return made


def _plan(project: Project, mode: str) -> Plan:
    overlay: Layer = {
        key: setting._replace(origin=f"mode {mode}" + _in_profile(setting))
        for key, setting in project.modes[mode].items()
    }
    layer = MODE.merge(project.layer, overlay)
    layer = MODE.merge(layer, project.sets)
    settings: dict[str, Setting] = {}
    for key, setting in layer.items():
        settled = settle(setting)
        if settled is None or key not in KEYS:
            continue
        value = canonical(key, settled)
        if value is not None:
            settings[key] = settled if value is settled.value else settled._replace(value=value)
    entry_arguments = _normal_command(settings)
    own = project.modes[mode].get("description")
    text = settle(own.value) if own is not None else None
    return Plan(
        project.name, mode, text.literal if text is not None else "",
        mode == project.named_mode, settings, entry_arguments, project.variables,
    )  # fmt: skip


def _without_sockets(plan: Plan, reporter: Reporter) -> Plan:
    """``x11`` mounts the display's sockets itself, where the host has them."""
    if plan.x11.access == "off":
        return plan
    own = [mount for mount in plan.mounts if _is_sockets(mount)]
    if not own:
        return plan
    reporter.warning(
        "W031", f"`x11` mounts {SOCKETS} itself: this mount is left out", own[0].span, "remove it"
    )
    settings = dict(plan.settings)
    kept = tuple(mount for mount in plan.mounts if mount not in own)
    settings["volumes"] = settings["volumes"]._replace(value=kept)
    return plan._replace(settings=settings)


def _is_sockets(mount: Mount) -> bool:
    source = mount.source
    return (
        mount.type == "bind"
        and source is not None
        and source.is_literal
        and one_path(mount.target) == SOCKETS == path(source.literal)
    )


def _mounted(plan: Plan) -> Iterator[tuple[str, str, Span]]:
    """The key, the path in one spelling, and the place of everything that is mounted.

    A device is none: a folder of devices may be mounted so that new ones appear in it.
    """
    for mount in plan.mounts:
        yield "volumes", one_path(mount.target), mount.span
    for text in plan.value("tmpfs") or ():
        yield "tmpfs", one_path(text.split(":", 1)[0]), text.span
    for key in ("secrets", "configs"):
        for item in plan.value(key) or ():
            yield key, one_path(item.target), item.span
    if plan.x11.access != "off":
        yield "x11", SOCKETS, _span(plan, "x11")
    if plan.x11.access == "cookie":
        yield "x11", COOKIE, _span(plan, "x11")


def _check_mounted(plan: Plan, reporter: Reporter) -> None:
    seen: dict[str, tuple[str, Span]] = {}
    for key, target, span in _mounted(plan):
        if target not in seen:
            seen[target] = (key, span)
            continue
        other, first = seen[target]
        # The line that a user wrote is the one to change.
        if key == "x11":
            key, span, other, first = other, first, key, span
        reporter.error(
            "E020", f"`{key}` mounts on {target} what `{other}` mounts there too ({first})", span,
            "an engine takes one mount on a path: remove one of the two",
        )  # fmt: skip


def _in_profile(setting: Setting) -> str:
    return f" of {setting.origin}" if setting.origin.startswith(("profile", "the built-in")) else ""


def canonical(key: str, setting: Setting) -> Any:
    """The typed value of a key whose layers are mappings; other values are typed already."""
    value = setting.value
    if key == "ulimits":
        return tuple(ulimit(name, item) for name, item in value.items())
    if key in ("secrets", "configs"):
        folder = SECRETS_FOLDER if key == "secrets" else CONFIGS_FOLDER
        return tuple(grant(name, item, folder) for name, item in value.items())
    if key == "x11":
        access = Entry(value).fixed("access") or "off"
        return None if access == "off" else X11(access)
    made: dict[str, type[Any]] = {
        "healthcheck": Healthcheck, "logging": Logging, "blkio_config": BlockIO,
        "apptainer": Apptainer,
    }  # fmt: skip
    if key in made:
        return made[key](**_fields(value)) if value else None
    if key == "networks":
        return {name: Attachment(**_fields(item.value)) for name, item in value.items()} or None
    # An empty list is an absent key; an empty entry point is a statement.
    return value if value not in ((), {}) or key == "entrypoint" else None


def _fields(value: Mapping[str, Setting]) -> dict[str, Any]:
    return {name: setting.value for name, setting in value.items()}


def _normal_command(settings: dict[str, Setting]) -> int:
    """Move the entry point's arguments to the command; returns how many there are.

    ``docker run --entrypoint`` takes one word; written so, every engine starts the same process
    and ``inspect`` shows the same two lists.
    """
    entry = settings.get("entrypoint")
    if entry is None or len(entry.value) < 2:
        return 0
    command = settings.pop("command", None)
    words = (*entry.value[1:], *(command.value if command else ()))
    settings["entrypoint"] = entry._replace(value=entry.value[:1])
    settings["command"] = (command or entry)._replace(value=words)
    return len(entry.value) - 1


def resolve(ref: Ref, variables: Mapping[str, Variable]) -> Parts:
    """What a reference comes to once its declaration is taken into account.

    A built-in variable always has a value, and a declared default comes before an operator's: so
    the operator is decided here, and what is left says the same in every target.
    """
    variable = variables.get(ref.name)
    if ref.name not in BUILT_IN and variable is None:
        return (ref,)
    empty = variable is not None and variable.default is not None and not variable.default.parts
    plain = ref._replace(operator="", operand=())
    if not empty:
        return ref.operand if ref.operator in (":+", "+") else (plain,)
    if ref.operator == "+":
        return ref.operand
    return (plain,) if ref.operator in ("", "-", "?") else (ref,)


def grants_of(plan: Plan) -> tuple[FileGrant, ...]:
    """Secrets and configs together: what appears as a file."""
    return (*(plan.value("secrets") or ()), *(plan.value("configs") or ()))


def _check(plan: Plan, project: Project, reporter: Reporter) -> None:
    if "image" not in plan.settings:
        reporter.error(
            "E015",
            "the spec names no image",
            project.span,
            "add a line such as: image: coder:latest",
        )

    def conflict(first: str, second: str, why: str, fix: str) -> None:
        reporter.error(
            "E020", f"`{first}` and `{second}` exclude each other: {why}", _span(plan, second), fix
        )

    _check_mounted(plan, reporter)
    _check_memory(plan, reporter)
    logging: Logging | None = plan.value("logging")
    driver = logging.driver.source if logging and logging.driver else ""
    if logging is not None and logging.options and driver == "none":
        reporter.error(
            "E020", "the log driver `none` keeps nothing, so it has no `options`",
            _span(plan, "logging"), "remove them, or name another driver",
        )  # fmt: skip
    _check_ports(plan, reporter)
    network = plan.text("network_mode")
    mode = network.literal if network is not None and network.is_literal else ""
    if plan.value("rm") and _literal(plan, "restart") not in ("", "no"):
        conflict(
            "rm", "restart", "a container that is removed cannot start again", "keep one of them"
        )
    if network is not None and plan.value("networks"):
        conflict(
            "network_mode", "networks", "a container has one way to its network", "keep one of them"
        )
    for name in ("host", "none"):
        if name in (plan.value("networks") or {}):
            reporter.error(
                "E014",
                f"`{name}` is no network to join, but a way to do without",
                _span(plan, "networks"),
                f"write network_mode: {name}",
            )
    if mode.startswith("container:"):
        for key in ("ports", "hostname", "mac_address", "dns", "extra_hosts"):
            if plan.value(key):
                conflict(
                    "network_mode", key, "they belong to the container it joins", f"remove `{key}`"
                )
    if _literal(plan, "uts") == "host" and plan.value("hostname"):
        conflict("uts", "hostname", "the host's name would change", "remove one of them")
    for item in grants_of(plan):
        if sum(x is not None for x in (item.file, item.environment, item.content)) != 1:
            reporter.error(
                "E015",
                f"`{item.name}` needs one source",
                item.span,
                "add file: PATH or environment: NAME",
            )


def _check_memory(plan: Plan, reporter: Reporter) -> None:
    """The relations that Docker and Podman ask for; 0 and -1 are no limit."""
    limit, both, reserved = (
        size(_literal(plan, key)) or 0 for key in ("mem_limit", "memswap_limit", "mem_reservation")
    )
    if 0 < both < limit:
        reporter.error(
            "E020", "`memswap_limit` is below `mem_limit`", _span(plan, "memswap_limit"),
            "it counts memory and swap together: make it at least as large",
        )  # fmt: skip
    elif both and "mem_limit" not in plan.settings:
        reporter.error(
            "E020", "`memswap_limit` stands without `mem_limit`", _span(plan, "memswap_limit"),
            "add `mem_limit`: what is between the two is swap",
        )  # fmt: skip
    if 0 < limit < reserved:
        reporter.error(
            "E020", "`mem_reservation` is above `mem_limit`", _span(plan, "mem_reservation"),
            "make it smaller",
        )  # fmt: skip


def _check_ports(plan: Plan, reporter: Reporter) -> None:
    """A port of the host leads to one of the container."""
    seen: dict[tuple[str, str, str], Port] = {}
    for port in plan.ports:
        if port.published is None or not port.published.is_literal:
            continue
        number = port.published.literal
        address = port.host_ip.source if port.host_ip is not None else ""
        if not number.isdecimal():
            continue  # a range, of which the engine picks one that is free
        first = seen.setdefault((number, address, port.protocol), port)
        if first.target.source != port.target.source:
            reporter.error(
                "E020", f"port {number} of the host is published twice (first: {first.span})",
                port.span, "publish one of the two on another port",
            )  # fmt: skip


def _literal(plan: Plan, key: str) -> str:
    text = plan.text(key)
    return text.literal if text is not None and text.is_literal else ""


def _span(plan: Plan, key: str) -> Span:
    return plan.settings[key].span
