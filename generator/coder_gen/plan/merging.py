"""From a project's layers to the plan of each mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coder_gen.language.keys.container import CONFIGS_FOLDER, KEYS, SECRETS_FOLDER
from coder_gen.language.keys.document import MODE
from coder_gen.language.keys.resources import ulimit
from coder_gen.language.keys.sections import grant
from coder_gen.language.layers import Layer
from coder_gen.language.load import Project
from coder_gen.language.shapes.base import Setting, settle
from coder_gen.language.shapes.entries import LongEntry
from coder_gen.language.values import X11, Apptainer, Attachment, BlockIO, Healthcheck, Logging
from coder_gen.plan.checks import check, without_sockets
from coder_gen.plan.plan import Plan
from coder_gen.text.diagnostics import Reporter


def plans(project: Project, reporter: Reporter) -> dict[str, Plan]:
    """Every mode of the project, the default mode first.

    Reports E015, E020 and W031, which can only be found after merging.
    """
    names = [project.default_mode, *(n for n in project.modes if n != project.default_mode)]
    made = {name: without_sockets(_plan(project, name), reporter) for name in names}
    for plan in made.values():
        check(plan, project, reporter)
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


def _in_profile(setting: Setting) -> str:
    return f" of {setting.origin}" if setting.origin.startswith(("profile", "the built-in")) else ""


def canonical(key: str, setting: Setting) -> Any:
    """The typed value of a key whose layers are mappings; other values already have a type."""
    value = setting.value
    if key == "ulimits":
        return tuple(ulimit(name, item) for name, item in value.items())
    if key in ("secrets", "configs"):
        folder = SECRETS_FOLDER if key == "secrets" else CONFIGS_FOLDER
        return tuple(grant(name, item, folder) for name, item in value.items())
    if key == "x11":
        access = LongEntry(value).fixed("access") or "off"
        return None if access == "off" else X11(access)
    made: dict[str, type[Any]] = {
        "healthcheck": Healthcheck, "logging": Logging, "blkio_config": BlockIO,
        "apptainer": Apptainer,
    }  # fmt: skip
    if key in made:
        return made[key](**_fields(value)) if value else None
    if key == "networks":
        return {name: Attachment(**_fields(item.value)) for name, item in value.items()} or None
    # An empty list counts as an absent key; an empty entry point has a meaning.
    return value if value not in ((), {}) or key == "entrypoint" else None


def _fields(value: Mapping[str, Setting]) -> dict[str, Any]:
    return {name: setting.value for name, setting in value.items()}


def _normal_command(settings: dict[str, Setting]) -> int:
    """Move the entry point's arguments to the command; returns how many there are.

    ``docker run --entrypoint`` takes one word; in this form every engine starts the same process
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
