"""A spec, its launcher, and the import of that: the same container."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from coder_gen.engines.docker import whole_seconds
from coder_gen.importing import read
from coder_gen.importing.command.checking import check
from coder_gen.plan import Plan
from coder_gen.targets.base import Request
from coder_gen.targets.launcher import script
from coder_gen.text.diagnostics import Reporter
from tests.generators.specs import KEYS, Spec, specs
from tests.importing.plans import meaning, planned, said

# Secrets and configs are mounts in a launcher, and arbitrary words no options that could be read.
NOT_READ_BACK = frozenset(["engine_options", "secrets", "configs"])
# Podman has no word for these, and says GPUs as devices.
NOT_PODMANS = frozenset(
    ["cpu_count", "cpu_percent", "domainname", "external_links", "gpus", "isolation", "runtime",
     "storage_opt", "use_api_socket"]
)  # fmt: skip
UNSAID = {"docker": NOT_READ_BACK, "podman": NOT_READ_BACK | NOT_PODMANS}


def _said(plan: Plan, engine: str) -> dict[str, Any]:
    """What a launcher says of a plan, where several values mean the same to the engine."""
    found = said(plan, UNSAID[engine])
    for key in ("oom_score_adj", "pids_limit"):
        if found.get(key) == "0":
            del found[key]
    if found.get("stop_grace_period"):
        found["stop_grace_period"] = whole_seconds(found["stop_grace_period"])
    # The engines read each of these files raw.
    found["env_file"] = [path for path, *_ in found.get("env_file") or ()]
    return found


def _can_be_said(data: dict[str, Any], engine: str) -> bool:
    """A colon ends the path of a rate; `k:/a` is a path of Windows.

    And Podman loses `nocopy` on some volumes: see test_nocopy_for_podman.
    """
    rates = data.get("blkio_config", {}).get("device_read_bps", ())
    volumes = [v for v in data.get("volumes", ()) if v["type"] == "volume"]
    sources = (v.get("source", "") for v in volumes)
    lost = engine == "podman" and any(
        v.get("volume") and (":" in v["target"] or "source" not in v) for v in volumes
    )
    return (
        not lost
        and not any(":" in rate["path"] for rate in rates)
        and all(len(s) != 1 for s in sources)
    )


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_script_and_back(engine: str) -> None:
    keys = tuple(key for key in KEYS if key not in UNSAID[engine])

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(specs(keys=keys))
    def there_and_back(spec: Spec) -> None:
        assume(_can_be_said(spec.data, engine))
        project, before = planned(json.dumps(spec.data))
        made = script.compile(project, before, Request(engine), Reporter())
        imported = read(made.text, "run.sh")
        assert check(imported) == []
        project_after, after = planned(imported.spec_text)
        assert project_after.name == project.name
        for mode in ("service", "shell"):
            assert _said(after[mode], engine) == _said(before[mode], engine), imported.spec_text

    there_and_back()


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_files_are_mounts(engine: str) -> None:
    text = json.dumps(
        {"image": "a", "name": "n", "secrets": {"s": {"file": "/x", "target": "/t"}},
         "configs": {"c": {"file": "/y", "target": "/u"}}}
    )  # fmt: skip
    project, before = planned(text)
    made = script.compile(project, before, Request(engine), Reporter())
    imported = read(made.text, "run.sh")
    assert "  - /x:/t:ro\n  - /y:/u:ro\n" in imported.spec_text


def test_a_display() -> None:
    project, before = planned('{"image": "a", "name": "n", "x11": {"access": "cookie"}}')
    made = script.compile(project, before, Request("docker"), Reporter())
    imported = read(made.text, "run.sh")
    _, after = planned(imported.spec_text)
    assert after["service"].x11 == before["service"].x11
    assert imported.diagnostics == ()


def test_a_word_of_equals_signs_comes_back() -> None:
    project, before = planned(json.dumps({"image": "app:1", "command": ["==", "=x"]}))
    made = script.compile(project, before, Request("docker"), Reporter())
    _, after = planned(read(made.text, "run.sh").spec_text)
    assert [w.source for w in after["service"].value("command")] == ["==", "=x"]


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("source", ["data", None])
@pytest.mark.parametrize("target", ["/t", "/t:x"])
@pytest.mark.parametrize("subpath", [None, "a/b"])
def test_nocopy_for_podman(
    read_only: bool, source: str | None, target: str, subpath: str | None
) -> None:
    """It is lost, and said to be, only where no option has a word for it; nothing else is lost."""
    mount = {"type": "volume", "target": target, "read_only": read_only, "volume": {"nocopy": True}}
    if source is not None:
        mount["source"] = source
    if subpath is not None:
        mount["volume"] = {"nocopy": True, "subpath": subpath}
    project, before = planned(json.dumps({"image": "app:1", "volumes": [mount]}))
    reporter = Reporter()
    made = script.compile(project, before, Request("podman"), reporter)
    _, after = planned(read(made.text, "run.sh").spec_text)
    lost = source is None or ":" in target or subpath is not None
    assert any("nocopy is lost" in d.message for d in reporter.diagnostics) is lost
    (wanted,), (found,) = before["service"].mounts, after["service"].mounts
    assert found.nocopy is not lost
    assert meaning(found._replace(nocopy=True)) == meaning(wanted)
