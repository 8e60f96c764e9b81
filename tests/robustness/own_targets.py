"""Targets of another package that do not work."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class _Target:
    SUMMARY = "nothing"
    SUPPORT: Mapping[str, object] = MappingProxyType({})

    def compile(self, *_: Any) -> object:
        return "no Artifact"


class _Raising(_Target):
    def compile(self, *_: Any) -> object:
        raise KeyError("x")


NOTHING = object()
RAISES = _Raising()
MAKES_NOTHING = _Target()
