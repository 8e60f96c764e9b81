"""Hypothesis's profiles, and signals.

``default`` is for everyday runs, ``ci`` takes more examples, and always the same ones; ``quick`` takes
few (`make quick`), and ``fuzz`` others in each run (`make fuzz`).

The profiles are loaded here, before any test module, because a test takes its settings when it is defined.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from tests.quick import DURATIONS

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
settings.register_profile("quick", _SAME, max_examples=10)
settings.register_profile("fuzz", _OTHER, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def heard_signals() -> None:
    """Take back what a background job or nohup ignores: bash cannot trap what it inherits so."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


# How long each test took in this run.
_took: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test took, its fixtures with it."""
    _took[report.nodeid] = _took.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep it for `make quick`; a worker has reported to the process that keeps it."""
    config = session.config
    if config.cache is not None and not hasattr(config, "workeroutput"):
        took = {name: round(seconds, 3) for name, seconds in _took.items()}
        config.cache.set(DURATIONS, {**config.cache.get(DURATIONS, {}), **took})
