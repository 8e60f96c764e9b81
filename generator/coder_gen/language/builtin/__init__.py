"""The built-in specs and profiles: readable YAML files, like the ones that users write."""

from __future__ import annotations

import os.path
from functools import cache

_FOLDER = os.path.dirname(__file__)

SPECS = ("coder",)
PROFILES = ("hardened",)


@cache
def read(name: str) -> bytes:
    """The text of a built-in file; ``base``, a name of SPECS, or ``profile-`` and one of PROFILES."""
    with open(os.path.join(_FOLDER, f"{name}.yaml"), "rb") as file:
        return file.read()
