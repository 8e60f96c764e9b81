"""The built-in specs and profiles: YAML files like those of users."""

from __future__ import annotations

import os.path
from functools import cache

_FOLDER = os.path.dirname(__file__)

SPECS = ("coder",)
PROFILES = ("hardened",)


@cache
def read(name: str) -> bytes:
    """The bytes of a built-in file: ``base``, one of SPECS, or ``profile-`` and one of PROFILES."""
    with open(os.path.join(_FOLDER, f"{name}.yaml"), "rb") as file:
        return file.read()
