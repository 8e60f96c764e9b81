"""Read existing launchers as specs: command lines, scripts, Compose files, inspect output.

``read`` is the entry point. The original is never run, and no setting is dropped silently: one
without a key in the spec language is kept under ``engine_options``, or is an error with its place.
"""

from __future__ import annotations

from coder_gen.importing.pipeline import Imported, read
from coder_gen.importing.result import KINDS, Counts, Run

__all__ = ["KINDS", "Counts", "Imported", "Run", "read"]
