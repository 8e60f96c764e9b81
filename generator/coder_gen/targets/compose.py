"""``compose``: a Compose file with a service per mode.

The default mode is a service of the environment's name; the others are services under a Compose
profile of their own, for ``docker compose run --rm NAME``.

Two forms, by the oldest Compose that has to read the file. Compose 1.29 rejects
``create_host_path``, ``host_ip`` and every newer key; Compose 5.1 and newer create a missing
source, owned by root, unless ``create_host_path: false`` says no. No file serves both: the form
for 1.29 names the propagation (then 2.26 to 2.40 refuse a missing source), and ``coder-gen env``
looks for the sources; a spec with a newer key, or ``--min-version 2``, gets the newer form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from coder_gen import __version__
from coder_gen.diagnostics import Reporter
from coder_gen.expression import Parts, Ref, Text, literal, source
from coder_gen.languages import compose as language
from coder_gen.languages.yaml import Yaml, block, comment
from coder_gen.plan import Plan, resolve
from coder_gen.render import render
from coder_gen.source.text import Span
from coder_gen.spec.container import KEYS
from coder_gen.spec.document import BUILT_IN
from coder_gen.spec.load import Project
from coder_gen.spec.shapes import Scalars
from coder_gen.targets.base import (
    APPROXIMATE,
    EXACT,
    UNSUPPORTED,
    Artifact,
    Request,
    Support,
    report_support,
)  # fmt: skip
from coder_gen.targets.docker_run import NOWHERE
from coder_gen.targets.script import LABEL, container_name
from coder_gen.values import (
    Attachment,
    BlockIO,
    Device,
    EnvFile,
    FileGrant,
    Gpu,
    Healthcheck,
    Inherit,
    Logging,
    Mount,
    Port,
    Ulimit,
    Variable,
)  # fmt: skip

NAME = "compose"
SUMMARY = "A Compose file; the other modes are services under Compose profiles."
HOW = "run: coder-gen env > .env"
LEGACY = "1.29"
SOCKET_FOLDER = "/tmp/.X11-unix"
COOKIE = "X11_COOKIE"


class Need(NamedTuple):
    """A variable that ``.env`` has to bring: its value as text, or what to find out on the host.

    ``kind`` is built-in, text, auto, required, cookie, mount and mount-at (the two paths of an
    optional mount) or source (of a mount that has to be there: only looked for).
    """

    name: str
    kind: str
    value: Text | None


class Writer:
    """Writes the services; collects what ``.env`` has to bring."""

    def __init__(self, variables: Mapping[str, Variable], modern: bool) -> None:
        self.variables = variables
        self.modern = modern
        self.needs: dict[str, Need] = {}
        self._names: dict[str, str] = {}

    def text(self, text: Text) -> str:
        """A string in which Compose finds the same variables."""
        return self._parts(text.parts)

    def scalar(self, key: str, text: Text) -> object:
        """A scalar of the key's own type where it is known."""
        shape = KEYS[key].shape
        native = shape.kind.native if isinstance(shape, Scalars) else "string"
        return self.native(text, native)

    def native(self, text: Text, native: str) -> object:
        """A number or boolean where it is known, else a string."""
        if text.is_literal and (native == "number" or text.literal == "-1"):
            return Yaml(text.literal)
        if text.is_literal and native == "boolean":
            return text.literal == "true"
        return self.text(text)

    def need(self, name: str, kind: str, value: Text | None = None) -> str:
        """A variable that has to come from ``.env``."""
        self.needs.setdefault(name, Need(name, kind, value))
        return f"${{{name}:?{HOW}}}"

    def name_for(self, prefix: str, what: Parts) -> str:
        """A variable name made of the words in a text, the same each time and no other's."""
        key = prefix + source(what)
        if key not in self._names:
            words = "_".join(p if isinstance(p, str) else p.name for p in what).upper()
            name = "_".join([prefix, *re.findall("[A-Z0-9]+", words)])
            taken = {*self._names.values(), *self.variables}
            while name in taken:
                name += "_"
            self._names[key] = name
        return self._names[key]

    def _parts(self, parts: Parts) -> str:
        return language.text(parts, self._variable)

    def _variable(self, ref: Ref) -> str:
        found = resolve(ref, self.variables)
        if found != (ref,):
            return self._parts(found)
        if ref.name in BUILT_IN:
            return self.need(ref.name, "built-in")
        variable = self.variables.get(ref.name)
        if variable is not None and not ref.operator:
            return self._declared(variable)
        if ref.operator.endswith("?"):
            said = "".join(p if isinstance(p, str) else p.name for p in ref.operand)
            return f"${{{ref.name}{ref.operator}{language.message(said) or 'a value is needed'}}}"
        if ref.operator.endswith("+") or not language.fits_in_braces(ref.operand):
            # Not every reader knows + or nested variables: the host's .env holds the value.
            return self.need(
                self.name_for("VALUE", (ref, *ref.operand)), "text", Text((ref,), ref.span)
            )
        return f"${{{ref.name}{ref.operator}{self._parts(ref.operand)}}}"

    def _declared(self, variable: Variable) -> str:
        if variable.default is None:
            kind = "auto" if variable.auto else "required"
            said = HOW if variable.auto else language.message(variable.help) or "a value is needed"
            self.needs.setdefault(variable.name, Need(variable.name, kind, None))
            return f"${{{variable.name}:?{said}}}"
        if not language.fits_in_braces(variable.default.parts):
            return self.need(variable.name, "text", variable.default)
        return f"${{{variable.name}:-{self._parts(variable.default.parts)}}}"


Lower = Callable[[Any, Plan, Writer], object]


class Rule(NamedTuple):
    """How a key is said in a service: the keys it becomes, and how exactly."""

    lower: Lower
    support: Support


def _texts(values: tuple[Text, ...], plan: Plan, to: Writer) -> object:
    return [to.text(value) for value in values]


def _pairs(values: Mapping[str, Text | Inherit], plan: Plan, to: Writer) -> object:
    """A mapping; a list where a name holds a dollar, since readers differ on names in mappings."""
    written = {k: None if isinstance(v, Inherit) else to.text(v) for k, v in values.items()}
    if not any("$" in name for name in written):
        return written
    return [
        name.replace("$", "$$") + ("" if value is None else f"={value}")
        for name, value in written.items()
    ]


def _user(value: Text, plan: Plan, to: Writer) -> object:
    if value.is_literal and value.literal == "host":
        return ":".join(to.need(name, "built-in") for name in ("UID", "GID"))
    return to.text(value)


def _pull_policy(value: Text, plan: Plan, to: Writer) -> object:
    # The older word for the same; every version reads it.
    return "if_not_present" if value.literal == "missing" else value.literal


def _ports(_: object, plan: Plan, to: Writer) -> object:
    return [_port(port, to) for port in plan.ports]


def _port(port: Port, to: Writer) -> object:
    if port.host_ip is not None and not to.modern:
        # 1.29 takes an address in the short form only.
        published = to.text(port.published) if port.published is not None else ""
        return f"{to.text(port.host_ip)}:{published}:{to.text(port.target)}/{port.protocol}"
    entry: dict[str, object] = {"target": to.native(port.target, "number")}
    if port.published is not None:
        entry["published"] = to.text(port.published)
    if port.host_ip is not None:
        entry["host_ip"] = to.text(port.host_ip)
    entry["protocol"] = port.protocol
    for key, value in (("app_protocol", port.app_protocol), ("name", port.name)):
        if value is not None:
            entry[key] = to.text(value)
    return entry


def _volumes(mounts: tuple[Mount, ...], plan: Plan, to: Writer) -> object:
    return [_mount(mount, to) for mount in mounts]


def _mount(mount: Mount, to: Writer) -> dict[str, object]:
    entry: dict[str, object] = {"type": mount.type}
    if mount.optional:
        entry |= _optional(mount, to)
    else:
        if mount.source is not None:
            entry["source"] = to.text(mount.source)
        entry["target"] = to.text(mount.target)
    if mount.type == "bind" and mount.source is not None and not mount.optional:
        key = source(mount.source.parts)
        to.needs.setdefault(key, Need(key, "source", mount.source))
    if mount.read_only:
        entry["read_only"] = True
    if mount.consistency:
        entry["consistency"] = mount.consistency
    if mount.type == "bind":
        # Either keeps Compose from making a missing source: see the module's text.
        # It applies an SELinux label only where it may make the source.
        bind: dict[str, object] = (
            {"create_host_path": mount.selinux is not None}
            if to.modern
            else {"propagation": "rprivate"}
        )
        for key in ("propagation", "recursive", "selinux"):
            if getattr(mount, key):
                bind[key] = getattr(mount, key)
        entry["bind"] = bind
    volume: dict[str, object] = {"nocopy": True} if mount.nocopy else {}
    if mount.subpath is not None:
        volume["subpath"] = to.text(mount.subpath)
    tmpfs: dict[str, object] = {"size": to.native(mount.size, "string")} if mount.size else {}
    if mount.mode is not None:
        tmpfs["mode"] = int(mount.mode.removeprefix("0o"), 8)
    entry |= {key: value for key, value in (("volume", volume), ("tmpfs", tmpfs)) if value}
    return entry


def _optional(mount: Mount, to: Writer) -> dict[str, object]:
    """Variables for both paths, so that ``.env`` can move a mount out of the way.

    Where the source is missing, an empty file appears at a path that nobody looks at, and the
    target stays absent, as it is without the mount.
    """
    assert mount.source is not None
    name = to.name_for("MOUNT", mount.target.parts)
    to.needs.setdefault(name, Need(name, "mount", mount.source))
    to.needs.setdefault(f"{name}_AT", Need(f"{name}_AT", "mount-at", mount.target))

    def or_default(variable: str, text: Text) -> str:
        if language.fits_in_braces(text.parts):
            return f"${{{variable}:-{to.text(text)}}}"
        return f"${{{variable}:?{HOW}}}"

    return {
        "source": or_default(name, mount.source),
        "target": or_default(f"{name}_AT", mount.target),
    }


def _devices(devices: tuple[Device, ...], plan: Plan, to: Writer) -> object:
    return [_device(device, to) for device in devices]


def _device(device: Device, to: Writer) -> object:
    origin, target = to.text(device.source), to.text(device.target or device.source)
    permissions = device.permissions or "rwm"
    if device.source.is_literal and ":" in device.source.literal:
        return {"source": origin, "target": target, "permissions": permissions}
    return f"{origin}:{target}:{permissions}"


def _ulimits(limits: tuple[Ulimit, ...], plan: Plan, to: Writer) -> object:
    return {
        limit.name: to.native(limit.soft, "number")
        if limit.hard is None
        else {"soft": to.native(limit.soft, "number"), "hard": to.native(limit.hard, "number")}
        for limit in limits
    }


def _healthcheck(check: Healthcheck, plan: Plan, to: Writer) -> object:
    if check.disable or (check.test and check.test[0].source == "NONE"):
        return {"disable": True}
    entry: dict[str, object] = {}
    if check.test is not None:
        words = [to.text(word) for word in check.test]
        # A string is CMD-SHELL; podman-compose does not know the word.
        entry["test"] = words[1] if words[0] == "CMD-SHELL" else words
    for key in ("interval", "timeout", "retries", "start_period", "start_interval"):
        value = getattr(check, key)
        if value is not None:
            entry[key] = to.native(value, "number" if key == "retries" else "string")
    return entry


def _logging(logging: Logging, plan: Plan, to: Writer) -> object:
    entry: dict[str, object] = {}
    if logging.driver is not None:
        entry["driver"] = to.text(logging.driver)
    if logging.options:
        entry["options"] = _pairs(logging.options, plan, to)
    return entry


def _networks(networks: Mapping[str, Attachment], plan: Plan, to: Writer) -> object:
    return {name: _attachment(each, plan, to) or None for name, each in networks.items()}


def _attachment(attachment: Attachment, plan: Plan, to: Writer) -> dict[str, object]:
    entry: dict[str, object] = {}
    for key, value in attachment._asdict().items():
        if value is None:
            continue
        if isinstance(value, Text):
            entry[key] = to.native(value, "number" if key == "gw_priority" else "string")
        else:
            entry[key] = (
                _pairs(value, plan, to) if isinstance(value, dict) else _texts(value, plan, to)
            )
    return entry


def _blkio(limits: BlockIO, plan: Plan, to: Writer) -> object:
    entry: dict[str, object] = {}
    for key, value in limits._asdict().items():
        if isinstance(value, Text):
            entry[key] = to.native(value, "number")
        elif value:
            entry[key] = [
                {
                    n: to.native(t, "number" if n == "weight" else "string")
                    for n, t in v._asdict().items()
                }
                for v in value
            ]
    return entry


def _gpus(requests: tuple[Gpu, ...], plan: Plan, to: Writer) -> object:
    return [_gpu(request, plan, to) for request in requests]


def _gpu(gpu: Gpu, plan: Plan, to: Writer) -> dict[str, object]:
    entry: dict[str, object] = {}
    if gpu.driver is not None:
        entry["driver"] = to.text(gpu.driver)
    if gpu.number is not None:
        entry["count"] = "all" if gpu.number.source == "all" else to.native(gpu.number, "number")
    if gpu.device_ids:
        entry["device_ids"] = _texts(gpu.device_ids, plan, to)
    if gpu.capabilities:
        entry["capabilities"] = _texts(gpu.capabilities, plan, to)
    if gpu.options:
        entry["options"] = _pairs(gpu.options, plan, to)
    return entry


def _grants(grants: tuple[FileGrant, ...], plan: Plan, to: Writer) -> object:
    return [{"source": grant.name, "target": to.text(grant.target)} for grant in grants]


def _env_files(files: tuple[EnvFile, ...], plan: Plan, to: Writer) -> object:
    entries: list[object] = []
    for file in files:
        entry: dict[str, object] = {"path": to.text(file.path)}
        if not file.required:
            entry["required"] = False
        if file.raw:
            entry["format"] = "raw"
        entries.append(entry if len(entry) > 1 else entry["path"])
    return entries


def _hosts(pairs: Iterable[tuple[Text, Text]], plan: Plan, to: Writer) -> object:
    return [f"{to.text(host)}:{to.text(address)}" for host, address in pairs]


def _nothing(value: object, plan: Plan, to: Writer) -> object:
    """Keys that other keys take care of, or that Compose has not."""
    return None


def _flag(value: bool, plan: Plan, to: Writer) -> object:
    return value


_SPECIAL: dict[str, Rule] = {
    "user": Rule(_user, Support(EXACT)),
    "pull_policy": Rule(_pull_policy, Support(EXACT)),
    "ports": Rule(_ports, Support(EXACT)),
    "publish_address": Rule(_nothing, Support(EXACT)),
    "publish_all": Rule(_nothing, Support(UNSUPPORTED, "Compose publishes the ports it is told")),
    "volumes": Rule(_volumes, Support(EXACT)),
    "devices": Rule(_devices, Support(EXACT)),
    "gpus": Rule(_gpus, Support(EXACT)),
    "secrets": Rule(_grants, Support(EXACT)),
    "configs": Rule(_grants, Support(EXACT)),
    "ulimits": Rule(_ulimits, Support(EXACT)),
    "healthcheck": Rule(_healthcheck, Support(EXACT)),
    "logging": Rule(_logging, Support(EXACT)),
    "networks": Rule(_networks, Support(EXACT)),
    "blkio_config": Rule(_blkio, Support(EXACT)),
    "env_file": Rule(_env_files, Support(EXACT)),
    "extra_hosts": Rule(_hosts, Support(EXACT)),
    "stdin_open": Rule(_flag, Support(EXACT)),
    "tty": Rule(_flag, Support(EXACT)),
    "container_name": Rule(_nothing, Support(EXACT)),
    "forward_environment": Rule(_nothing, Support(EXACT)),
    "cpuset_mems": Rule(_nothing, Support(UNSUPPORTED, "Compose has no word for NUMA nodes")),
    "engine_options": Rule(
        _nothing, Support(UNSUPPORTED, "they are words of the engine's command line")
    ),
    "rm": Rule(
        _nothing,
        Support(APPROXIMATE, "say --rm when you run the service: docker compose run --rm NAME"),
    ),
    "x11": Rule(
        _nothing,
        Support(
            APPROXIMATE,
            "Compose cannot open the display; the comment in the file says what to run first",
        ),
    ),
}


def _rule(key: str) -> Rule:
    if key in _SPECIAL:
        return _SPECIAL[key]
    shape = KEYS[key].shape
    if isinstance(shape, Scalars):
        return Rule(lambda value, plan, to: to.scalar(key, value), Support(EXACT))
    pairs = type(shape).__name__ == "Pairs"
    return Rule(_pairs if pairs else _texts, Support(EXACT))


RULES: dict[str, Rule] = {key: _rule(key) for key in KEYS}
SUPPORT: Mapping[str, Support] = {key: rule.support for key, rule in RULES.items()}


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the Compose file. Reports W101 and W102 by the support table and per value."""
    notes = report_support("Compose", SUPPORT, plans, reporter)
    notes += _report_optional(plans, reporter)
    notes += _report_values(plans, reporter)
    to = Writer(project.variables, request.min_version != LEGACY or needs_modern(plans))
    services = {
        Yaml(name): _service(name, plan, project, to) for name, plan in named(project, plans)
    }
    top = _top_level(plans, to)
    text = render(
        "compose.yaml.j2",
        header=[comment(line) for line in _header(project, request, notes, plans, to)],
        services=services,
        top=top,
    )
    return Artifact(text, False)


def needs(project: Project, plans: Mapping[str, Plan]) -> list[Need]:
    """What ``.env`` has to bring for this Compose file."""
    to = Writer(project.variables, True)
    for name, plan in named(project, plans):
        _service(name, plan, project, to)
    _top_level(plans, to)
    return list(to.needs.values())


# Keys that Compose 1.29 does not know.
_MODERN_KEYS = frozenset(["annotations", "cgroup", "gpus", "label_file", "use_api_socket", "uts"])


def needs_modern(plans: Mapping[str, Plan]) -> bool:
    """Whether Compose 1.29 could not read the file anyway."""
    return any(_needs_modern(plan) for plan in plans.values())


def _needs_modern(plan: Plan) -> bool:
    check, networks = plan.value("healthcheck"), plan.value("networks") or {}
    return (
        not _MODERN_KEYS.isdisjoint(plan.settings)
        or any(m.selinux or m.recursive or m.subpath or m.mode for m in plan.mounts)
        or any(
            p.app_protocol or p.name or (p.host_ip and ":" in p.host_ip.source.split("}")[-1])
            for p in plan.ports
        )
        or any(
            p.published and "-" in p.published.source and p.published.is_literal for p in plan.ports
        )
        or any(":" in d.source.source and d.source.is_literal for d in plan.value("devices") or ())
        or any(not f.required or f.raw for f in plan.value("env_file") or ())
        or any(
            g.file is None for g in (*(plan.value("secrets") or ()), *(plan.value("configs") or ()))
        )
        or any(n.mac_address or n.driver_opts or n.gw_priority for n in networks.values())
        or (check is not None and check.start_interval is not None)
        or any(t is not None and not t.is_literal for t in map(plan.text, _LITERAL_IN_LEGACY))
    )


# Numbers and booleans that 1.29 does not read from a variable.
_LITERAL_IN_LEGACY = (
    "init", "cpu_quota", "cpu_period", "cpu_percent", "cpu_rt_period", "cpu_rt_runtime",
)  # fmt: skip


def named(project: Project, plans: Mapping[str, Plan]) -> list[tuple[str, Plan]]:
    """Each plan with the name of its service."""
    return [
        (project.name if plan.is_named else mode if mode != project.name else f"{mode}-mode", plan)
        for mode, plan in plans.items()
    ]


def _service(name: str, plan: Plan, project: Project, to: Writer) -> dict[Yaml, Yaml]:
    entries: dict[str, object] = {}
    if plan.mode != project.default_mode:
        entries["profiles"] = [name]
    own = container_name(plan)
    if own is not None:
        entries["container_name"] = to.text(own)
    for key, setting in plan.settings.items():
        value = RULES[key].lower(setting.value, plan, to)
        if value is not None:
            entries[key] = value
    if "network_mode" not in plan.settings and "networks" not in plan.settings:
        # What docker run does: the engine's default bridge, not a network of the project's.
        entries["network_mode"] = "bridge"
    entries["environment"] = _environment(plan, entries.get("environment"), to)
    if plan.x11.access != "off":
        entries["volumes"] = [*_list(entries.get("volumes")), *_display(plan, to)]
    entries["labels"] = _labels(plan, entries.get("labels"), to)
    return {
        Yaml(key): block(value, 3) for key, value in entries.items() if value not in ({}, [], None)
    }


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _merged(first: Mapping[str, str | None], value: object) -> object:
    """More names in front of a mapping, or of a list of NAME=VALUE."""
    if isinstance(value, list):
        return [*(k if v is None else f"{k}={v}" for k, v in first.items()), *value]
    return {**first, **(value if isinstance(value, dict) else {})}


def _environment(plan: Plan, own: object, to: Writer) -> object:
    forwarded: dict[str, str | None] = {
        text.literal: None for text in plan.value("forward_environment") or ()
    }
    if plan.x11.access != "off":
        forwarded["DISPLAY"] = None
    if plan.x11.access == "cookie":
        forwarded["XAUTHORITY"] = "/tmp/.Xauthority"
    return _merged(forwarded, own)


def _labels(plan: Plan, own: object, to: Writer) -> object:
    first = {f"{LABEL}.environment": plan.name, f"{LABEL}.owner": to.need("UID", "built-in")}
    return _merged(first, own)


def _display(plan: Plan, to: Writer) -> list[object]:
    socket = Mount(
        "bind",
        literal(SOCKET_FOLDER, NOWHERE),
        literal(SOCKET_FOLDER, NOWHERE),
        NOWHERE,
        optional=True,
    )
    mounts: list[object] = [_mount(socket, to)]
    if plan.x11.access == "cookie":
        to.needs.setdefault(COOKIE, Need(COOKIE, "cookie", None))
        mounts.append(
            {
                "type": "bind",
                "source": f"${{{COOKIE}:?{HOW}}}",
                "target": "/tmp/.Xauthority",
                "read_only": True,
                "bind": {"create_host_path": False} if to.modern else {"propagation": "rprivate"},
            }
        )
    return mounts


def _top_level(plans: Mapping[str, Plan], to: Writer) -> dict[Yaml, Yaml]:
    """Networks, volumes, secrets and configs by the names that the services use."""
    networks: dict[str, object] = {}
    volumes: dict[str, object] = {}
    files: dict[str, dict[str, object]] = {"secrets": {}, "configs": {}}
    for plan in plans.values():
        for name in plan.value("networks") or {}:
            networks[name] = {"name": name.replace("$", "$$"), "external": True}
        for mount in plan.mounts:
            if mount.type == "volume" and mount.source is not None and mount.source.is_literal:
                volumes[mount.source.literal] = {"name": mount.source.literal}
        for key, found in files.items():
            for grant in plan.value(key) or ():
                found[grant.name] = _grant_source(grant, to)
    top = {"networks": networks, "volumes": volumes, **files}
    return {Yaml(key): block(value, 1) for key, value in top.items() if value}


def _grant_source(grant: FileGrant, to: Writer) -> dict[str, object]:
    if grant.file is not None:
        return {"file": to.text(grant.file)}
    if grant.environment is not None:
        return {"environment": grant.environment}
    assert grant.content is not None
    return {"content": to.text(grant.content)}


def _report_optional(plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """Compose cannot skip a mount: said once, with the place of the first optional one."""
    optional = {m.target.source: m for plan in plans.values() for m in plan.mounts if m.optional}
    if not optional:
        return []
    note = f"Compose cannot skip a mount; where the source is missing, .env from `coder-gen env` moves it out of the way: {', '.join(optional)}"
    reporter.warning(
        "W101", f"`optional` is approximated by Compose: {note}", next(iter(optional.values())).span
    )
    return [f"optional: {note}"]


def _report_values(plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """What depends on the value, not the key alone."""
    notes: list[str] = []

    def say(what: str, note: str, span: Span) -> None:
        reporter.warning("W101", f"`{what}` is approximated by Compose: {note}", span)
        if f"{what}: {note}" not in notes:
            notes.append(f"{what}: {note}")

    for plan in plans.values():
        for key, setting in plan.settings.items():
            shape = KEYS[key].shape
            late = isinstance(setting.value, Text) and not setting.value.is_literal
            if late and isinstance(shape, Scalars) and shape.kind.native == "boolean":
                say(
                    key,
                    "podman-compose takes any text for true, also a variable's false",
                    setting.span,
                )
        for mount in plan.mounts:
            if mount.selinux:
                say(
                    "selinux",
                    "it sets the label only where it may also make a missing source; `coder-gen env` looks for the source",
                    mount.span,
                )
            if mount.recursive:
                say("recursive", "Compose before 2.40 leaves it out", mount.span)
    return notes


def _header(
    project: Project, request: Request, notes: list[str], plans: Mapping[str, Plan], to: Writer
) -> list[str]:
    lines = [f"The container environment {project.name} for Compose."]
    if project.description:
        lines.append(project.description)
    lines += [
        "",
        f"Generated by coder-gen {__version__}; change the spec, not this file. Made from",
    ]
    lines += [f"  {origin.name} (sha256 {origin.sha256})" for origin in project.origins]
    lines += ["by", f"  {request.command}", "", "Start it:"]
    lines.append("  coder-gen env > .env      once on each host: this host's ids and files")
    lines.append("  docker compose up")
    others = [
        (name, plan) for name, plan in named(project, plans) if plan.mode != project.default_mode
    ]
    lines += [
        f"  docker compose run --rm {name:<10} {plan.description}".rstrip() for name, plan in others
    ]
    access = {plan.x11.access for plan in plans.values()}
    if "host" in access:
        lines += [
            "",
            "For programs with windows, open the display first, and close it again afterwards:",
        ]
        lines += ["  xhost +local:", "  xhost -local:"]
    if "user" in access:
        lines += [
            "",
            "For programs with windows, open the display first, and close it again afterwards:",
        ]
        lines += ["  xhost +SI:localuser:$USER", "  xhost -SI:localuser:$USER"]
    if "cookie" in access:
        lines += ["", "For programs with windows, copy the display's cookie first:"]
        lines.append(
            "  xauth nlist \"$DISPLAY\" | sed 's/^..../ffff/' | xauth -f ~/.Xauthority-container nmerge -"
        )
    if notes:
        lines += ["", "What Compose cannot say exactly:", *(f"  {note}" for note in notes)]
    return lines
