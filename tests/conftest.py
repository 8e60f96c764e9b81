"""Hypothesis's profiles: ``default`` for everyday runs, ``ci`` for the longer one.

They are loaded here, before any test module, because a test takes its settings when it is defined.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_COMMON = settings(
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# The same examples each run: CI never fails by chance.
_SAME = settings(_COMMON, derandomize=True, database=None)
# Other ones each run, so that everyday runs find more.
_OTHER = settings(_COMMON, derandomize=False)
_EVERYDAY = _SAME if os.environ.get("CI") == "true" else _OTHER
settings.register_profile("default", _EVERYDAY, max_examples=100)
settings.register_profile("ci", _SAME, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
