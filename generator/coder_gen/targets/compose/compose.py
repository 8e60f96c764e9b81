"""``compose``: a Compose file with a service per mode.

The default mode is a service with the environment's name; each other mode is a service with its own
Compose profile, for ``docker compose run --rm NAME``.

Two forms, by the oldest Compose that has to read the file. Compose 1.29 rejects
``create_host_path``, ``host_ip`` and every newer key; Compose 5.1 and newer create a missing
source, owned by root, unless ``create_host_path`` is false. No file works with both: the form for
1.29 sets the propagation (with it, 2.26 to 2.40 refuse a missing source), and ``coder-gen env``
checks the sources; a spec with a newer key, or ``--min-version 2``, gets the newer form.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from coder_gen.expression import Text, literal
from coder_gen.language.keys.container import KEYS
from coder_gen.language.load import Project
from coder_gen.language.shapes.base import ScalarShape
from coder_gen.language.values import (
    LEGACY_COMPOSE,
    X11_COOKIE,
    X11_SOCKETS,
    FileGrant,
    Mount,
)  # fmt: skip
from coder_gen.plan import Plan
from coder_gen.plan.labels import ENVIRONMENT_LABEL, OWNER_LABEL
from coder_gen.quoting.yaml import Yaml, block, comment
from coder_gen.render import render
from coder_gen.targets.base import (
    Artifact,
    Request,
    Support,
    made_from,
    report_support,
)  # fmt: skip
from coder_gen.targets.compose.rules import RULES, mount_entry
from coder_gen.targets.compose.writer import HOW, ComposeWriter, EnvEntry
from coder_gen.targets.identity import container_name
from coder_gen.text.diagnostics import Reporter
from coder_gen.text.positions import NOWHERE, Span

SUMMARY = "A Compose file; the other modes are services under Compose profiles."
COOKIE = "X11_COOKIE"


SUPPORT: Mapping[str, Support] = {key: rule.support for key, rule in RULES.items()}


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the Compose file. Reports W101 and W102 by the support table and per value."""
    notes = report_support(
        "Compose", lambda key, value, plan: SUPPORT[key], _without_rm(plans, project), reporter
    )
    notes += _report_optional(plans, reporter)
    notes += _report_values(plans, reporter)
    to = ComposeWriter(
        project.variables, request.min_version != LEGACY_COMPOSE or needs_modern(plans)
    )
    if project.build is not None:
        notes += _compose_build().report(project, to.modern, reporter)
    services = {
        Yaml(name): _service(name, plan, project, to) for name, plan in named(project, plans)
    }
    top = _top_level(plans, project, to)
    text = render(
        "compose.yaml.j2",
        header=[comment(line) for line in _header(project, request, notes, plans, to)],
        services=services,
        top=top,
    )
    return Artifact(text, False)


def _compose_build() -> ModuleType:
    """The module ``build``, imported only for specs with a ``build`` section."""
    from coder_gen.targets.compose import build

    return build


def _without_rm(plans: Mapping[str, Plan], project: Project) -> dict[str, Plan]:
    """The plans without ``rm`` in the other modes: their commands in the header pass --rm."""
    return {
        mode: plan
        if mode == project.default_mode
        else plan._replace(settings={k: s for k, s in plan.settings.items() if k != "rm"})
        for mode, plan in plans.items()
    }


def needs(project: Project, plans: Mapping[str, Plan]) -> list[EnvEntry]:
    """The variables that this Compose file needs from ``.env``."""
    to = ComposeWriter(project.variables, True)
    for name, plan in named(project, plans):
        _service(name, plan, project, to)
    _top_level(plans, project, to)
    return list(to.needs.values())


# Keys that Compose 1.29 does not know.
_MODERN_KEYS = frozenset(["annotations", "cgroup", "gpus", "label_file", "use_api_socket", "uts"])


def needs_modern(plans: Mapping[str, Plan]) -> bool:
    """Whether the file needs a newer Compose than 1.29 in any case."""
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
        or any(
            n.mac_address or n.driver_opts is not None or n.gw_priority for n in networks.values()
        )
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


def _service(name: str, plan: Plan, project: Project, to: ComposeWriter) -> dict[Yaml, Yaml]:
    entries: dict[str, object] = {}
    if plan.mode != project.default_mode:
        entries["profiles"] = [name]
    elif project.build is not None:
        # Every mode starts the same image: one service builds it.
        entries["build"] = _compose_build().entry(project, to)
    own = container_name(plan)
    if own is not None:
        entries["container_name"] = to.text(own)
    for key, setting in plan.settings.items():
        value = RULES[key].lower(setting.value, plan, to)
        if value is not None:
            entries[key] = value
    if "network_mode" not in plan.settings and "networks" not in plan.settings:
        # As docker run does: the engine's default bridge, not a network of the project.
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
    """A mapping, or a list of NAME=VALUE, with more names in front."""
    if isinstance(value, list):
        return [*(k if v is None else f"{k}={v}" for k, v in first.items()), *value]
    return {**first, **(value if isinstance(value, dict) else {})}


def _environment(plan: Plan, own: object, to: ComposeWriter) -> object:
    forwarded: dict[str, str | None] = {
        text.literal: None for text in plan.value("forward_environment") or ()
    }
    if plan.x11.access != "off":
        forwarded["DISPLAY"] = None
    if plan.x11.access == "cookie":
        forwarded["XAUTHORITY"] = X11_COOKIE
    return _merged(forwarded, own)


def _labels(plan: Plan, own: object, to: ComposeWriter) -> object:
    first = {ENVIRONMENT_LABEL: plan.name, OWNER_LABEL: to.need("UID", "built-in")}
    return _merged(first, own)


def _display(plan: Plan, to: ComposeWriter) -> list[object]:
    socket = Mount(
        "bind",
        literal(X11_SOCKETS, NOWHERE),
        literal(X11_SOCKETS, NOWHERE),
        NOWHERE,
        optional=True,
    )
    mounts: list[object] = [mount_entry(socket, to)]
    if plan.x11.access == "cookie":
        to.needs.setdefault(COOKIE, EnvEntry(COOKIE, "cookie", None))
        mounts.append(
            {
                "type": "bind",
                "source": f"${{{COOKIE}:?{HOW}}}",
                "target": X11_COOKIE,
                "read_only": True,
                "bind": {"create_host_path": False} if to.modern else {"propagation": "rprivate"},
            }
        )
    return mounts


def _top_level(plans: Mapping[str, Plan], project: Project, to: ComposeWriter) -> dict[Yaml, Yaml]:
    """Networks, volumes, secrets and configs by the names that the services use."""
    networks: dict[str, object] = {}
    volumes = {key: {"name": name} for key, name in to.volumes.items()}
    files: dict[str, dict[str, object]] = {"secrets": {}, "configs": {}}
    for plan in plans.values():
        for name in plan.value("networks") or {}:
            networks[name] = {"name": name.replace("$", "$$"), "external": True}
        for key, found in files.items():
            for grant in plan.value(key) or ():
                found[grant.name] = _grant_source(grant, to)
    if project.build is not None:
        files["secrets"].update(_compose_build().secrets(project, to))
    top = {"networks": networks, "volumes": volumes, **files}
    return {Yaml(key): block(value, 1) for key, value in top.items() if value}


def _grant_source(grant: FileGrant, to: ComposeWriter) -> dict[str, object]:
    if grant.file is not None:
        return {"file": to.text(grant.file)}
    if grant.environment is not None:
        return {"environment": grant.environment}
    assert grant.content is not None
    return {"content": to.text(grant.content)}


def _report_optional(plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """Warn once that Compose cannot skip a mount, at the first optional one."""
    optional = {m.target.source: m for plan in plans.values() for m in plan.mounts if m.optional}
    if not optional:
        return []
    note = f"Compose cannot skip a mount; if the source is missing, .env from `coder-gen env` moves the mount to an unused path: {', '.join(optional)}"
    reporter.warning(
        "W101", f"`optional` is approximated by Compose: {note}", next(iter(optional.values())).span
    )
    return [f"optional: {note}"]


def _report_values(plans: Mapping[str, Plan], reporter: Reporter) -> list[str]:
    """Warn of settings whose support depends on their value."""
    notes: list[str] = []

    def warn(what: str, note: str, span: Span) -> None:
        reporter.warning("W101", f"`{what}` is approximated by Compose: {note}", span)
        if f"{what}: {note}" not in notes:
            notes.append(f"{what}: {note}")

    for plan in plans.values():
        for key, setting in plan.settings.items():
            shape = KEYS[key].shape
            late = isinstance(setting.value, Text) and not setting.value.is_literal
            if late and isinstance(shape, ScalarShape) and shape.kind.native == "boolean":
                warn(
                    key,
                    "podman-compose reads any text as true, also a variable's false",
                    setting.span,
                )
        for mount in plan.mounts:
            if mount.selinux:
                warn(
                    "selinux",
                    "Compose sets the label only if it may also make a missing source; `coder-gen env` checks the source",
                    mount.span,
                )
            if mount.recursive:
                warn("recursive", "Compose before 2.40 ignores it", mount.span)
    return notes


def _header(
    project: Project,
    request: Request,
    notes: list[str],
    plans: Mapping[str, Plan],
    to: ComposeWriter,
) -> list[str]:
    lines = [f"The container environment {project.name} for Compose."]
    if project.description:
        lines.append(project.description)
    lines += ["", *made_from(project, request), "", "Start it:"]
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
            "For graphical programs, open the display first, and close it afterwards:",
        ]
        lines += ["  xhost +local:", "  xhost -local:"]
    if "user" in access:
        lines += [
            "",
            "For graphical programs, open the display first, and close it afterwards:",
        ]
        lines += ["  xhost +SI:localuser:$USER", "  xhost -SI:localuser:$USER"]
    if "cookie" in access:
        lines += ["", "For graphical programs, copy the display's cookie first:"]
        lines.append(
            "  xauth nlist \"$DISPLAY\" | sed 's/^..../ffff/' | xauth -f ~/.Xauthority-container nmerge -"
        )
    if notes:
        lines += ["", "What Compose does not support exactly:", *(f"  {note}" for note in notes)]
    return lines
