"""Launchers that exist, read as specs: command lines, scripts, Compose files, inspect output.

``read`` is the entry. Nothing of the original is run, and nothing of it is dropped silently: what
the spec language has no word for is kept under ``engine_options``, or is an error with its place.
"""

from __future__ import annotations

from coder_gen.importing.imported import KINDS, Counts, Run
from coder_gen.importing.reading import Imported, read

__all__ = ["KINDS", "Counts", "Imported", "Run", "read"]
