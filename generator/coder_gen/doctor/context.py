"""One mode of a spec on one host with one engine: what the checks look at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from coder_gen.engines.arguments import LAUNCHER_FOLDER
from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.expression import Parts, Text, freeze
from coder_gen.host import environment
from coder_gen.language.load import Project
from coder_gen.language.values import Variable
from coder_gen.plan import Plan
from coder_gen.targets.launcher.modes import host_ports
from coder_gen.text.diagnostics import Problems
from coder_gen.text.positions import Span


class PublishedPort(NamedTuple):
    """A port of the host: ``variable`` is the one that moves it, where there is one."""

    variable: str
    protocol: str
    address: str
    port: int
    span: Span


class HostBind(NamedTuple):
    """A path of the host that the container gets."""

    source: str
    target: str
    optional: bool
    read_only: bool
    labelled: bool
    span: Span


class CheckContext(NamedTuple):
    """The plan of one mode, and what its late-bound text comes to here.

    ``here`` is the folder that relative paths start from; ``uid`` is who starts the container;
    ``chosen`` are values that are decided: the ports of variables that say ``default: auto``.
    """

    project: Project
    plan: Plan
    engine: Engine
    here: str
    uid: int
    chosen: dict[str, Parts] = {}  # noqa: RUF012 - never changed

    @property
    def is_apptainer(self) -> bool:
        """Whether the container is a process of the user's own, on the host's network."""
        return self.engine.family == APPTAINER

    @property
    def by_daemon(self) -> bool:
        """Whether a daemon that users share makes the container: Docker's."""
        return self.engine.by_daemon

    def text(self, text: Text | None) -> str | None:
        """The text's value here; None where it has none, or a variable is missing."""
        if text is None:
            return None
        try:
            known = {**self.chosen, LAUNCHER_FOLDER: (self.here,)}
            return environment.evaluate(freeze(text, known), self.project.variables)
        except (Problems, OSError):  # PWD has no value in a folder that was removed
            return None

    def value(self, key: str) -> str | None:
        """The value here of a key of one scalar."""
        return self.text(self.plan.text(key))

    def span(self, key: str) -> Span | None:
        """Where the spec sets a key."""
        setting = self.plan.settings.get(key)
        return setting.span if setting is not None else None

    def path(self, text: Text) -> str | None:
        """A path of the host: a relative one is relative to the spec."""
        value = self.text(text)
        return os.path.normpath(os.path.join(self.here, value)) if value else None

    def listed(self, key: str) -> list[str]:
        """The values of a key that is a list."""
        found = (self.text(text) for text in self.plan.value(key) or ())
        return [value for value in found if value is not None]

    @property
    def image(self) -> str:
        """The image's name."""
        return self.value("image") or ""

    @property
    def network(self) -> str:
        """The network's name, or empty for the engine's default; Apptainer has the host's."""
        mode = self.value("network_mode") or ""
        return "host" if self.is_apptainer and mode != "none" else mode

    @property
    def binds(self) -> Iterator[HostBind]:
        """Mounts of paths of the host."""
        for mount in self.plan.mounts:
            if mount.type == "bind" and mount.source is not None:
                source, target = self.path(mount.source), self.text(mount.target)
                if source is not None and target is not None:
                    yield HostBind(
                        source,
                        target,
                        mount.optional,
                        mount.read_only,
                        mount.selinux is not None,
                        mount.span,
                    )

    @property
    def published(self) -> Iterator[PublishedPort]:
        """Ports of the host that the container wants; ranges are the engine's to choose from."""
        for port in host_ports(self.plan, self.engine):
            number = self.text(port.published)
            if number is None or not number.isdigit() or port.published is None:
                continue
            parts = port.published.parts
            variable = parts[0].name if len(parts) == 1 and not isinstance(parts[0], str) else ""
            address = self.text(port.host_ip) or ""
            yield PublishedPort(variable, port.protocol, address, int(number), port.span)

    @property
    def device_files(self) -> Iterator[tuple[str, str, Span]]:
        """Devices that are files of the host, with what may be done to them, and their places."""
        for device in self.plan.value("devices") or ():
            path = self.text(device.source)
            if path is not None and path.startswith("/"):
                yield path, device.permissions or "rwm", device.span

    @property
    def wants_fuse(self) -> bool:
        """Whether programs in the container mount FUSE file systems."""
        return any(path == "/dev/fuse" for path, _, _ in self.device_files)

    def flag(self, key: str) -> bool:
        """Whether a boolean key is true."""
        return self.value(key) == "true"


def chosen_ports(variables: Mapping[str, Variable]) -> dict[str, Parts]:
    """The ports that the launcher would choose for variables that leave it to the host."""
    autos = [variable.name for variable in variables.values() if variable.auto]
    return {
        name: (str(environment.own_port(index, len(autos))),)
        for index, name in enumerate(autos)
        if not os.environ.get(name)
    }
