"""Detect the kind of an original by its content."""

from __future__ import annotations

import re

from coder_gen.engines.registry import by_program

_PROGRAMS = "|".join(by_program())
_COMMAND = re.compile(rf"^\s*(?:sudo\s+)?(?:\$\s+)?(?:\S*/)?({_PROGRAMS})\s")
_NAMED = re.compile(rf"\b(?:{_PROGRAMS})\b")
_SERVICES = re.compile(r"^services\s*:", re.MULTILINE)
_INSPECT = re.compile(r'"(?:HostConfig|ProcessLabel|NetworkSettings|EffectiveCaps)"\s*:')
_GAP = r"\s*(?:(?://[^\n]*\n|/\*.*?\*/)\s*)*"
# A list of objects, or an object; `[ -n "$X" ]` and `{ cmd; }` are shell syntax.
_JSON = re.compile(rf'{_GAP}(?:\[{_GAP}[{{\]]|{{{_GAP}["}}])', re.DOTALL)


def detect(text: str, name: str) -> str | None:
    """The kind of an original, one of KINDS; None if the content does not show it."""
    if name.endswith("devcontainer.json"):
        return "devcontainer"
    if _JSON.match(text):
        if '"services"' in text and not _INSPECT.search(text):
            return "compose"
        return "inspect" if _INSPECT.search(text) else "devcontainer"
    if text.startswith("#!"):
        return "script"
    if _SERVICES.search(text):
        return "compose"
    lines = [line for line in _joined(text) if line.strip() and not line.lstrip().startswith("#")]
    found = _COMMAND.match(lines[0]) if lines else None
    if found and len(lines) == 1:
        return by_program()[found[1]].name
    if _NAMED.search(text):
        return "script"
    return None


def _joined(text: str) -> list[str]:
    """The lines of a text, with continued lines joined."""
    return re.sub(r"\\\r?\n", " ", text).splitlines()
