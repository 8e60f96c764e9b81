"""The input of the checks: one mode of a spec, on one host, with one engine."""

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
    """A port of the host; ``variable`` is the variable that sets it, or empty."""

    variable: str
    protocol: str
    address: str
    port: int
    span: Span


class HostBind(NamedTuple):
    """A path of the host that is mounted in the container."""

    source: str
    target: str
    optional: bool
    read_only: bool
    labelled: bool
    span: Span


class CheckContext(NamedTuple):
    """The plan of one mode, and the values of its late-bound text on this host.

    ``here`` is the base folder of relative paths; ``uid`` is the user who starts the container;
    ``chosen`` holds the ports chosen for variables with ``default: auto``.
    """

    project: Project
    plan: Plan
    engine: Engine
    here: str
    uid: int
    chosen: dict[str, Parts] = {}  # noqa: RUF012 - never changed

    @property
    def is_apptainer(self) -> bool:
        """Whether Apptainer starts the container: a process of the user on the host's network."""
        return self.engine.family == APPTAINER

    @property
    def by_daemon(self) -> bool:
        """Whether a daemon shared by all users creates the container, as Docker's does."""
        return self.engine.by_daemon

    def text(self, text: Text | None) -> str | None:
        """The value of a text on this host; None if there is no text or a variable is not set."""
        if text is None:
            return None
        try:
            known = {**self.chosen, LAUNCHER_FOLDER: (self.here,)}
            return environment.evaluate(freeze(text, known), self.project.variables)
        except (Problems, OSError):  # PWD has no value in a folder that was removed
            return None

    def value(self, key: str) -> str | None:
        """The value of a scalar key on this host."""
        return self.text(self.plan.text(key))

    def span(self, key: str) -> Span | None:
        """The span of a key in the spec; None if it is not set."""
        setting = self.plan.settings.get(key)
        return setting.span if setting is not None else None

    def path(self, text: Text) -> str | None:
        """A path of the host; a relative path starts at the spec's folder."""
        value = self.text(text)
        return os.path.normpath(os.path.join(self.here, value)) if value else None

    def listed(self, key: str) -> list[str]:
        """The values of a key whose value is a list."""
        found = (self.text(text) for text in self.plan.value(key) or ())
        return [value for value in found if value is not None]

    @property
    def image(self) -> str:
        """The image's name."""
        return self.value("image") or ""

    @property
    def network(self) -> str:
        """The network mode; empty for the engine's default. Apptainer uses the host's network."""
        mode = self.value("network_mode") or ""
        return "host" if self.is_apptainer and mode != "none" else mode

    @property
    def binds(self) -> Iterator[HostBind]:
        """The bind mounts."""
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
        """The published ports; without ranges, from which the engine chooses."""
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
        """Each device file of the host: its path, its permissions (r, w, m) and its span."""
        for device in self.plan.value("devices") or ():
            path = self.text(device.source)
            if path is not None and path.startswith("/"):
                yield path, device.permissions or "rwm", device.span

    @property
    def wants_fuse(self) -> bool:
        """Whether the container gets /dev/fuse, so that its programs can mount file systems."""
        return any(path == "/dev/fuse" for path, _, _ in self.device_files)

    def flag(self, key: str) -> bool:
        """Whether a boolean key is true."""
        return self.value(key) == "true"


def chosen_ports(variables: Mapping[str, Variable]) -> dict[str, Parts]:
    """The ports that the launcher would choose for variables with ``default: auto``."""
    autos = [variable.name for variable in variables.values() if variable.auto]
    return {
        name: (str(environment.own_port(index, len(autos))),)
        for index, name in enumerate(autos)
        if not os.environ.get(name)
    }
