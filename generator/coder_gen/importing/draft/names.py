"""Names of environments and of modes, from the original's names of its containers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coder_gen.expression import Text
from coder_gen.importing.draft.model import Container, Draft

_NAMELESS = "imported"
_NAME = re.compile(r"[^a-z0-9_-]+")


def name_of(text: str) -> str:
    """An environment's name, from the name of a container, a service or an image."""
    return _NAME.sub("-", text.lower()).strip("-_") or _NAMELESS


def image_name(image: str) -> str:
    """The last part of an image's name: ``app`` for ``registry:5000/team/app:1.0``."""
    return name_of(image.split("@")[0].rpartition("/")[2].split(":")[0])


def name_of_draft(draft: Draft) -> str:
    """The environment's name: the original's, or one from the container or the image."""
    if draft.name:
        return draft.name
    first = draft.containers[0].settings
    for key in ("container_name", "image"):
        setting = first.get(key)
        value = setting.value if setting is not None else None
        text = _known(value) if isinstance(value, Text) else value
        found = image_name(text) if key == "image" and text else name_of(text or "")
        if found != _NAMELESS:
            return found
    return _NAMELESS


def with_distinct_modes(containers: Iterable[Container]) -> list[Container]:
    """The containers; of two modes with the same name, the second gets a number."""
    found: dict[str, Container] = {}
    for container in containers:
        mode, number = container.mode, 1
        while mode in found:
            number += 1
            mode = f"{container.mode}-{number}"
        found[mode] = container._replace(mode=mode)
    return list(found.values())


def _known(text: Text) -> str:
    """The known characters of a text, with the defaults of its variables."""
    return "".join(
        part
        if isinstance(part, str)
        else _known(Text(part.operand, text.span))
        if part.operator.endswith("-")
        else ""
        for part in text.parts
    )
