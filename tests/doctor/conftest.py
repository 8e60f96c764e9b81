"""The fake host has no variables of this one."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that the specs here use."""
    for name in ("A", "B", "PORT"):
        monkeypatch.delenv(name, raising=False)
