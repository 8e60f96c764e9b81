"""Specs made of the schema's own words: nearly right ones, and with what does not belong.

A tree is plain data; ``Tagged`` is a value behind a merge tag. ``written`` says one as YAML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from coder_gen.language.keys.document import schema


class Tagged(NamedTuple):
    """A value with a merge tag before it."""

    tag: str
    value: Any


# What stands in a spec now and then, right in one place and wrong in another.
_SCALARS: tuple[Any, ...] = (
    "", "a", "a=b", "a=", "=b", "a b", "x\ny", "é", "no", "true", "on", "-", ".", None, True, False,
    0, 1, -1, 80, 1024, 70000, 1.5, "0", "01", "-1", "1024", "1.5", "0755", "0x1F", "1e3",
    "8080:80", "127.0.0.1:80:80", "[::1]:80:80", "3000-3005", "3000-3005:4000-4005", "53/udp",
    "/a", "/a:", "/a:/b", "/a:/b:ro", "/a:/b:rw,z", "/a:/b:/c", "volume:/b", "~/x:/y", "./x", "../x:/y",
    "10m", "1g", "5s", "1m30s", "10.0.0.1", "::1", "db:10.0.0.1", "db=::1", "c 7:* rmw", "rwm",
    "host", "all", "always", "container:x", "on-failure:3", "SIGTERM", "SYS_ADMIN", "unlimited",
    "linux/amd64", "CMD", "CMD-SHELL", "NONE", "tcp", "bind", "service", "shell", "script", "off",
    "fuse", "/", "//", "/.", "/a:/", "/a:/b/.", "/a:/./b", "/dev/x:/y:rr", "container:", "a:b:c", "1000:",
    ":", "FOO", "SIGKILL", "RTMAX-1", "net.a", "label=disable", "0-3,7", "on-failure:99999999999999999999",
    "$HOME", "${A:-x}", "$$", "a$$b", "2030-01-01", "https://a/b", "vendor.com/class=name",
)  # fmt: skip
_OTHERS: tuple[Any, ...] = ([], {}, [None], ["a"], {"a": "b"}, {"A": None}, ["CMD", "x"], [["a"]])
_NAMES = ("a", "A", "nofile", "b-c", "B_C", "x-y", "service", "shell", "a.b", "a b", "", "run.sh")
_DEPTH = 9


@st.composite
def specs(draw: st.DrawFn, tags: bool = False) -> dict[str, Any]:
    """A spec with an image and a few keys."""
    properties = _schema()["properties"]
    keys = draw(st.lists(st.sampled_from(sorted(properties)), min_size=1, max_size=3, unique=True))
    tree = {key: _value(draw, properties[key], tags, 0) for key in keys if key != "extends"}
    return {"image": "i", **tree}


@cache
def _schema() -> dict[str, Any]:
    return schema()


def _value(draw: st.DrawFn, wanted: Any, tags: bool, depth: int) -> Any:
    if wanted is True or depth > _DEPTH or draw(st.integers(0, 15)) == 7:
        return draw(st.sampled_from(_SCALARS + _OTHERS))
    if "$ref" in wanted:
        return _value(draw, _schema()["$defs"][wanted["$ref"].rpartition("/")[2]], tags, depth)
    if "anyOf" in wanted:
        return _value(draw, draw(st.sampled_from(wanted["anyOf"])), tags, depth)
    for key in ("enum", "examples"):
        if key in wanted and draw(st.booleans()):
            return draw(st.sampled_from(wanted[key]))
    kind = wanted.get("type", "string")
    if not isinstance(kind, str):
        kind = draw(st.sampled_from(kind))
    if kind == "array":
        size = draw(st.integers(0, 2))
        return _tagged(
            draw, [_value(draw, wanted["items"], tags, depth + 1) for _ in range(size)], tags
        )
    if kind == "object":
        return _tagged(draw, _mapping(draw, wanted, tags, depth), tags)
    types: Mapping[str, Any] = {"null": type(None), "boolean": bool, "string": str}
    return draw(
        st.sampled_from([v for v in _SCALARS if isinstance(v, types.get(kind, (int, float)))])
    )


def _mapping(draw: st.DrawFn, wanted: Any, tags: bool, depth: int) -> dict[str, Any]:
    properties = wanted.get("properties", {})
    names = [name for name in wanted.get("required", ()) if draw(st.integers(0, 9)) != 7]
    if properties:
        names += draw(st.lists(st.sampled_from(sorted(properties)), max_size=3))
    found = {name: _value(draw, properties[name], tags, depth + 1) for name in names}
    others = wanted.get("additionalProperties")
    if others:
        for name in draw(st.lists(st.sampled_from(_NAMES), max_size=2)):
            found[name] = _value(draw, others, tags, depth + 1)
    return found


def _tagged(draw: st.DrawFn, value: Any, tags: bool) -> Any:
    if not tags or draw(st.integers(0, 9)) != 7:
        return value
    return Tagged(draw(st.sampled_from(["!reset", "!override"])), value)


def written(tree: Any) -> str:
    """The tree as YAML, in flow style."""
    if isinstance(tree, Tagged):
        return f"{tree.tag} {written(tree.value)}"
    if isinstance(tree, dict):
        pairs = (f"{json.dumps(name)}: {written(value)}" for name, value in tree.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    return json.dumps(tree)
