"""What one option of `docker run` becomes: a key of the spec, or the engine's own option."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from coder_gen.importing import read
from coder_gen.importing.command.checking import check

GPUS: dict[str, Any] = {
    "all": "all",
    "count=-1": "all",
    "2": [{"count": 2}],
    "device=0": [{"device_ids": [0]}],
    "'\"device=0,1\"'": [{"device_ids": [0, 1]}],
    # Docker's own default, where a spec's is all.
    "driver=nvidia": [{"driver": "nvidia", "count": 1}],
    "'\"capabilities=gpu,utility\"'": [{"count": 1, "capabilities": ["gpu", "utility"]}],
    "'2,\"options=a=b,c=d\",driver=amd'": [
        {"count": 2, "options": {"a": "b", "c": "d"}, "driver": "amd"}
    ],
    # Nobody knows what is in it, or the spec has no such thing.
    "$G": None,
    "options=a": None,
    "size=2": None,
}
# An engine wants the source of a bind mount whole, and refuses a name.
SOURCES: dict[str, bool] = {
    "/a": True,
    "./a": True,
    "~/a": True,
    "$X": True,
    "/a$X": True,
    "${X:-/y}": True,
    "${X:-y}/z": True,
    "data": False,
    "a$X": False,
}


def settings(option: str) -> dict[str, Any]:
    """The spec of a command line with one option."""
    spec = yaml.safe_load(read(f"docker run {option} a", "line").spec_text)
    assert isinstance(spec, dict)
    return spec


@pytest.mark.parametrize(("said", "expected"), GPUS.items())
def test_gpus(said: str, expected: object) -> None:
    spec = settings(f"--gpus {said}")
    assert spec.get("gpus") == expected
    assert ("engine_options" in spec) == (expected is None)
    assert check(read(f"docker run --gpus {said} a", "line")) == []


@pytest.mark.parametrize(("source", "is_read"), SOURCES.items())
def test_sources_of_bind_mounts(source: str, is_read: bool) -> None:
    spec = settings(f"--mount type=bind,src={source},dst=/d")
    assert ("volumes" in spec, "engine_options" in spec) == (is_read, not is_read)
