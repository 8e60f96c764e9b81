"""Hypothesis's profiles, ``default`` for everyday runs and ``ci`` for the longer one; and signals.

The profiles are loaded here, before any test module, because a test takes its settings when it is defined.
"""

from __future__ import annotations

import os
import signal

import pytest
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


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Take back what a background job or nohup ignores: bash cannot trap what it inherits so."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
