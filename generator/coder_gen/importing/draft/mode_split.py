"""Split the settings of several containers: the shared ones for the top, the rest by mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from coder_gen.importing.draft.model import Container
from coder_gen.options.option_values import Data, KeyValue, text_of


class ResetKey(NamedTuple):
    """``!reset``: the mode does not have the key, even if a lower layer sets it."""

    empty: str


class Split(NamedTuple):
    """The settings of the top of a spec, and what each mode adds to them."""

    common: Mapping[str, KeyValue]
    own: Mapping[str, Mapping[str, KeyValue]]


# The built-in mode `shell` (builtin/base.yaml) sets these itself.
_SHELL: Mapping[str, tuple[Data, str]] = {
    "entrypoint": (["/bin/sh"], "[]"),
    "stdin_open": (True, "null"),
    "tty": (True, "null"),
    "rm": (True, "null"),
}
_RESET_BY_SHELL = frozenset(["command", "container_name", "ports", "restart", "healthcheck"])
# Keys that layers merge, whose order of items has no meaning.
_MERGED = frozenset(
    ["environment", "labels", "annotations", "sysctls", "storage_opt", "volumes", "devices",
     "cap_add", "cap_drop", "group_add", "forward_environment", "tmpfs", "ports", "expose",
     "extra_hosts"]
)  # fmt: skip


def split(containers: list[Container]) -> Split:
    """Split the settings of containers, which become modes of one spec."""
    if len(containers) == 1:
        (only,) = containers
        if only.mode == "service":
            return Split(only.settings, {only.mode: {}})
    keys = list(dict.fromkeys(key for c in containers for key in c.settings))
    common: dict[str, KeyValue] = {}
    for key in keys:
        voters = [c for c in containers if c.mode != "shell" or not _set_by_shell(key)]
        found = [c.settings[key] for c in voters if key in c.settings]
        if len(found) != len(voters) or not found:
            continue
        shared = _shared(key, [setting.value for setting in found])
        if shared is not None:
            common[key] = found[0]._replace(value=shared)
    if all("image" in c.settings for c in containers):
        # The built-in modes have no image, so the top needs one.
        common.setdefault("image", containers[0].settings["image"])
    return Split(common, {c.mode: _own(c, common) for c in containers})


def _set_by_shell(key: str) -> bool:
    return key in _SHELL or key in _RESET_BY_SHELL


def plain_data(value: Data) -> Data:
    """Data without its places: equal for equal meaning."""
    if isinstance(value, dict):
        return {name: plain_data(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain_data(item) for item in value]
    return value if value is None else text_of(value)


def _shared(key: str, values: list[Data]) -> Data:
    """The value, or the part of it, that all have in common; None if there is none."""
    first, *others = values
    if all(plain_data(other) == plain_data(first) for other in others):
        return first
    if key not in _MERGED or not all(type(other) is type(first) for other in others):
        return None
    if isinstance(first, dict):
        shared: Data = {
            name: item
            for name, item in first.items()
            if all(
                name in other and plain_data(other[name]) == plain_data(item) for other in others
            )
        }
    elif isinstance(first, list):
        shared = [
            item
            for item in first
            if all(plain_data(item) in [plain_data(o) for o in other] for other in others)
        ]
    else:
        return None
    return shared or None


def _own(container: Container, common: Mapping[str, KeyValue]) -> dict[str, KeyValue]:
    own: dict[str, KeyValue] = {}
    for key, setting in container.settings.items():
        below = common.get(key)
        if container.mode == "shell" and _set_by_shell(key):
            value, _ = _SHELL.get(key, (None, ""))
            if value is None or plain_data(setting.value) != plain_data(value):
                own[key] = setting
        elif below is None or (
            key == "image" and plain_data(below.value) != plain_data(setting.value)
        ):
            own[key] = setting
        elif plain_data(below.value) != plain_data(setting.value):
            own[key] = setting._replace(value=_rest(setting.value, below.value))
    if container.mode == "shell":
        for key, (_, empty) in _SHELL.items():
            if key not in container.settings:
                own[key] = KeyValue(ResetKey(empty), container.span)
    return own


def _rest(value: Data, below: Data) -> Data:
    """The part of a value that a mode adds to the shared value."""
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if name not in below}
    known = [plain_data(item) for item in below]
    return [item for item in value if plain_data(item) not in known]
