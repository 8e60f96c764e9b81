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
# Other examples each run, also where CI=true, for which Hypothesis itself would not.
settings.register_profile("default", _COMMON, max_examples=100, derandomize=False)
# Many, and always the same ones: CI never fails by chance.
settings.register_profile("ci", _COMMON, max_examples=2000, derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
