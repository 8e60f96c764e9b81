"""Overlays: the algebra of Compose's merging, for any values of any keys."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coder_gen.language.load import Options, load
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Reporter
from tests.generators.sizes import part
from tests.generators.specs import KEYS, Said, specs
from tests.generators.texts import any_text, said

# Keys whose layers append; of equal items one stays.
LISTS = (
    "group_add",
    "cap_add",
    "cap_drop",
    "security_opt",
    "dns",
    "dns_search",
    "expose",
    "devices",
)
MAPS = ("environment", "labels", "sysctls", "annotations", "storage_opt")
SCALARS = (
    "hostname",
    "user",
    "mem_limit",
    "read_only",
    "cpus",
    "restart",
    "network_mode",
    "shm_size",
)
FEWER = part(4)


def _planned(base: dict[str, Any], *overlays: dict[str, Any], tag: str = "") -> Plan:
    """The plan of a base with overlays over it, each a profile."""
    names = [f"p{i}" for i in range(len(overlays))]
    document = {"image": "i", **base, "profiles": dict(zip(names, overlays, strict=True))}
    text = json.dumps(document)
    if tag:
        text = text.replace('"@', f"!{tag} ").replace('@"', "")
    project = load("coder.yaml", text.encode(), Options(tuple(names)), lambda name: b"")
    return plans(project, Reporter())["service"]


def _values(plan: Plan) -> dict[str, Any]:
    """What the plan says, without the places where it is said."""
    return {key: _bare(setting.value) for key, setting in plan.settings.items()}


def _bare(value: Any) -> Any:
    if hasattr(value, "source") and hasattr(value, "parts"):
        return value.source
    if hasattr(value, "_asdict"):
        return {name: _bare(item) for name, item in value._asdict().items() if name != "span"}
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_bare(item) for item in value]
    return value


LAYERS = specs(keys=(*LISTS, *MAPS, *SCALARS), most=6).map(
    lambda spec: {k: v for k, v in spec.data.items() if k not in ("name", "image", "entrypoint")}
)


@FEWER
@given(one=LAYERS, two=LAYERS, three=LAYERS)
def test_two_overlays_are_one_after_the_other(
    one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]
) -> None:
    merged = _values(_planned(one, two, three))
    for key in SCALARS:
        said_last = [layer[key] for layer in (one, two, three) if key in layer]
        if said_last:
            alone = _values(_planned({key: said_last[-1]}))
            assert merged.get(key) == alone.get(key)
        else:
            assert key not in merged


@FEWER
@given(layer=LAYERS)
def test_an_empty_overlay_changes_nothing(layer: dict[str, Any]) -> None:
    assert _values(_planned(layer, {})) == _values(_planned(layer))


@FEWER
@given(layer=LAYERS)
def test_the_same_overlay_twice_is_once(layer: dict[str, Any]) -> None:
    assert _values(_planned(layer, layer)) == _values(_planned(layer))


@given(data=st.data(), key=st.sampled_from(LISTS))
def test_lists_append_and_keep_each_item_once(data: st.DataObject, key: str) -> None:
    first, second = (data.draw(KEYS[key]) for _ in range(2))
    merged = _values(_planned({key: first.value}, {key: second.value}))[key]
    apart = [_values(_planned({key: each.value}))[key] for each in (first, second)]
    identity = (lambda item: item) if key != "devices" else _target
    last = {identity_key(identity(item)): item for item in apart[0] + apart[1]}
    assert sorted(map(identity_key, merged)) == sorted(map(identity_key, last.values()))
    firsts = [item for item in apart[0] if identity_key(item) in map(identity_key, merged)]
    assert [item for item in merged if item in firsts] == firsts


def _target(device: dict[str, Any]) -> Any:
    return device["target"] or device["source"]


def identity_key(value: Any) -> str:
    """A value that can be sorted and looked up."""
    return json.dumps(value, sort_keys=True)


@given(data=st.data(), key=st.sampled_from(MAPS))
def test_maps_merge_by_name(data: st.DataObject, key: str) -> None:
    first, second = (data.draw(KEYS[key]) for _ in range(2))
    merged = _values(_planned({key: first.value}, {key: second.value}))[key]
    apart = [_values(_planned({key: each.value}))[key] for each in (first, second)]
    assert merged == {**apart[0], **apart[1]}


@given(data=st.data(), key=st.sampled_from([*LISTS, *MAPS]))
def test_reset_forgets_and_override_replaces(data: st.DataObject, key: str) -> None:
    first, second = (data.draw(KEYS[key]) for _ in range(2))
    base = json.dumps({"image": "i", key: first.value})[:-1]

    def planned(overlay: str) -> dict[str, Any]:
        text = f'{base}, "profiles": {{"p": {{{json.dumps(key)}: {overlay}}}}}}}'
        project = load("coder.json", _as_yaml(text), Options(("p",)), lambda name: b"")
        return _values(plans(project, Reporter())["service"])

    assert key not in planned("!reset []")
    alone = _values(_planned({key: second.value}))[key]
    assert planned(f"!override {json.dumps(second.value)}")[key] == alone


def _modes(text: str, *profiles: str) -> dict[str, Plan]:
    files = {"base.yaml": b"image: i\nvariables: {A: b}\nmodes: {other: {hostname: a}}\n"}
    project = load("coder.yaml", text.encode(), Options(profiles), files.__getitem__)
    return plans(project, Reporter())


def test_tags_on_names_and_on_extends() -> None:
    """The sections that hold overlays take the tags too."""
    base = "extends: !override ./base.yaml\n"
    assert list(_modes(base)) == ["service", "shell", "other"]
    assert list(_modes(base + "modes: !override {service: {}, shell: {}}\n")) == [
        "service",
        "shell",
    ]
    assert _modes(base + "variables: !reset {}\n")["service"].variables == {}
    profile = base + "profiles: !override {p: {modes: !override {service: {tty: true}}}}\n"
    assert list(_modes(profile, "p")) == ["service"]


def _as_yaml(text: str) -> bytes:
    """JSON with tags: what lies beyond U+FFFF is one escape in YAML."""
    import re

    def joined(match: re.Match[str]) -> str:
        high, low = int(match[1], 16), int(match[2], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + low - 0xDC00:08x}"

    pair = r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})"
    return re.sub(pair, joined, text).encode()


@given(text=any_text(least=1), data=st.data())
def test_set_is_the_last_word(text: str, data: st.DataObject) -> None:
    before: Said = data.draw(KEYS["cgroup_parent"])
    document = json.dumps({"image": "i", "cgroup_parent": before.value})
    sets = (f"cgroup_parent={json.dumps(said(text))}",)
    if any(c > "\uffff" for c in text):
        return
    project = load("coder.json", document.encode(), Options(sets=sets), lambda name: b"")
    assert _values(plans(project, Reporter())["service"])["cgroup_parent"] == said(text)
