"""Remove settings that are an engine's default."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.expression import Text
from coder_gen.importing.draft.model import Container, Draft

_FALSE = frozenset(
    ["privileged", "read_only", "stdin_open", "tty", "rm", "publish_all", "oom_kill_disable",
     "use_api_socket"]
)  # fmt: skip
_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "restart": ("no",),
    "pull_policy": ("missing", "if_not_present"),
}
# Default networks, for originals that name no engine.
_NETWORKS = ("bridge", "default")


def without_defaults(draft: Draft) -> Draft:
    """The draft without settings that only repeat a default."""
    networks = {
        run.mode: run.engine.options.usual_networks for run in draft.runs if run.engine is not None
    }
    containers = (
        _without(each, {**_DEFAULTS, "network_mode": networks.get(each.mode, _NETWORKS)})
        for each in draft.containers
    )
    return draft._replace(containers=tuple(containers))


def _without(container: Container, defaults: Mapping[str, tuple[str, ...]]) -> Container:
    kept = {
        key: setting
        for key, setting in container.settings.items()
        if not (key in _FALSE and setting.value in (False, "false"))
        and setting.value not in defaults.get(key, ())
        and not (isinstance(setting.value, Text) and setting.value.source in defaults.get(key, ()))
        and not (setting.value in ([], {}) and key != "entrypoint")
    }
    return container._replace(settings=kept)
