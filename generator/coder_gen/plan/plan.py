"""The Plan: one mode of a project, merged and checked, independent of engines.

Each setting has its origin: the place in the spec and the layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from coder_gen.expression import Parts, Ref, Text
from coder_gen.language.keys.document import BUILT_IN
from coder_gen.language.shapes.base import Setting
from coder_gen.language.values import X11, FileGrant, Mount, Port, Variable


class Plan(NamedTuple):
    """One mode of a spec. ``settings`` has canonical values in the spec's order."""

    name: str
    mode: str
    description: str
    # Whether the container has the environment's own name, as that of the spec's default mode.
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

    def literal(self, key: str) -> str:
        """The text of a key if it has no variables; else empty, as where the key is not set."""
        text = self.text(key)
        return text.literal if text is not None and text.is_literal else ""

    @property
    def ports(self) -> tuple[Port, ...]:
        """The published ports, each with its address."""
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
        """Access to the user's display."""
        return self.value("x11") or X11()

    @property
    def runs_as_host_user(self) -> bool:
        """Whether the process in the container has the ids of the user who starts it."""
        user = self.text("user")
        if user is None:
            return False
        return user.source in ("host", "${UID}", "${UID}:${GID}")


def resolve(ref: Ref, variables: Mapping[str, Variable]) -> Parts:
    """The parts that a reference stands for, given its variable's declaration.

    A built-in variable always has a value, and a declared default takes precedence over an
    operator's. So the operator is resolved here, and the rest means the same in every target.
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
    """Secrets and configs: the keys whose values appear as files."""
    return (*(plan.value("secrets") or ()), *(plan.value("configs") or ()))
