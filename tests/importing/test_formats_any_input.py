"""Whatever stands under the known keys: a spec that loads, or located errors; never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coder_gen.importing import read
from coder_gen.importing.formats import devcontainer
from coder_gen.importing.formats.inspect.config import CONFIG
from coder_gen.importing.formats.inspect.host_config import HOST_CONFIG
from coder_gen.language.keys.container import KEYS, REFUSED
from coder_gen.text.diagnostics import Problems

_LEAF = (
    st.none() | st.booleans() | st.integers(-9, 1 << 40) | st.floats(-2, 2)
    | st.sampled_from(["", "x", "a:b", "/a:/b", "80:80", "${X}", "${X:-y}", "$", "a=b", "CMD", "-1"])
    | st.text(max_size=4)
)  # fmt: skip
_NAMES = ["source", "target", "type", "name", "file", "Name", "Type", "Source", "Destination",
          "Count", "limits", "memory", "resources", "external", "dockerfile", "args"]  # fmt: skip
_ANY = st.recursive(
    _LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def _of(keys: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(keys)), _ANY, max_size=5)


_COMPOSE = st.fixed_dictionaries(
    {"services": st.dictionaries(st.sampled_from(["a", "shell", "A b"]), _of({*KEYS, *REFUSED}), max_size=2)},
    optional={"volumes": _ANY, "networks": _ANY, "secrets": _ANY, "name": _ANY},
)  # fmt: skip
_INSPECT = st.fixed_dictionaries(
    {
        "Config": _of(CONFIG).map(lambda found: {"Image": "a", **found}),
        "HostConfig": _of({*HOST_CONFIG, "PortBindings", "NetworkMode"}),
    },
    optional={"Mounts": _ANY, "NetworkSettings": _ANY, "Name": _ANY},
)  # fmt: skip
_DEVCONTAINER = _of({*devcontainer._KEYS, *devcontainer._QUIET, *devcontainer._ELSEWHERE})


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [("compose", _COMPOSE), ("inspect", _INSPECT), ("devcontainer", _DEVCONTAINER)],
)
def test_no_traceback(kind: str, inputs: st.SearchStrategy[Any]) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(inputs)
    def check(data: Any) -> None:
        try:
            imported = read(json.dumps(data), "original", kind)
        except Problems as problems:
            placed = all(d.span is not None for d in problems.diagnostics)
        else:
            placed = imported.spec_text.endswith("\n")
        assert placed

    check()
