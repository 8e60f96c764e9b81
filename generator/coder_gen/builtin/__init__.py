"""The built-in specs and profiles: readable YAML files, like the ones that users write."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

SPECS = ("coder",)
PROFILES = ("hardened",)


def read(name: str) -> bytes:
    """The text of a built-in file; ``base``, a name of SPECS, or ``profile-`` and one of PROFILES."""
    return (_FOLDER / f"{name}.yaml").read_bytes()
