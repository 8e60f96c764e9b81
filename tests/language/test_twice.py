"""Nothing that a list says vanishes without a word: what is one thing in two spellings, and how."""

from __future__ import annotations

import re

import pytest

from coder_gen.language.keys.build import BUILD
from coder_gen.language.keys.container import KEYS
from coder_gen.language.load import Options, load
from coder_gen.language.shapes.base import ListShape
from coder_gen.plan import Plan, plans
from coder_gen.text.diagnostics import Problems, Reporter
from tests.robustness.corpus import ENGINES, Bad


def _plan(text: str, *profiles: str) -> tuple[Plan, Reporter]:
    def nothing(name: str) -> bytes:
        raise FileNotFoundError(name)

    project = load("coder.yaml", text.encode(), Options(profiles), nothing)
    reporter = Reporter()
    plan = plans(project, reporter)["service"]
    reporter.stop_if_failed()
    return plan, reporter


def _error(text: str) -> str:
    with pytest.raises(Problems) as caught:
        _plan(text)
    return caught.value.diagnostics[0].message


@pytest.mark.parametrize(
    "bad", [b for b in ENGINES if b.code in ("E031", "E020")], ids=lambda bad: bad.name
)
def test_both_places_are_named(bad: Bad) -> None:
    """One is where the message points, the other is in its words: its place, or its key."""
    said = _error(bad.spec.decode())
    place = re.search(r"first is (?:on line|in column) \d+|coder\.yaml:\d+:\d+", said)
    assert place or len(re.findall(r"`\w+`", said)) == 2, said


# What each key with a list takes: two that are one thing.
_TWICE = {
    "group_add": ["a", "a"], "env_file": ["a", "./a"], "forward_environment": ["A", "A"],
    "ports": ["80", "80"], "expose": ["80", "80"], "volumes": ["/a:/x", "/b:/x"],
    "volumes_from": ["a", "a"], "tmpfs": ["/x", "/x/"], "devices": ["/dev/a", "/dev/./a"],
    "device_cgroup_rules": ["c 7:* rw", "c 7:* rw"], "cap_add": ["KILL", "KILL"], "cap_drop": ["KILL", "KILL"],
    "security_opt": ["a=b", "a=b"], "extra_hosts": ["a=::1", "a=::1"], "dns": ["::1", "::1"],
    "dns_search": ["a", "a"], "dns_opt": ["a", "a"], "external_links": ["a", "a"],
    "label_file": ["a", "a"],
}  # fmt: skip
_OF_BUILD = {
    "tags": ["a", "a"], "platforms": ["linux/amd64", "linux/amd64"], "cache_from": ["a", "a"],
    "ca_certificates": ["a", "a"], "files": ["a:/x", "b:/x/."], "expose": ["80", "80"],
    "extra_hosts": ["a=::1", "a=::1"],
    "downloads": [{"url": f"https://{n}/f", "sha256": "0" * 64, "target": "/x"} for n in "ab"],
}  # fmt: skip


@pytest.mark.parametrize("key", [k for k, v in KEYS.items() if isinstance(v.shape, ListShape)])
def test_a_list_of_a_container_says_nothing_twice(key: str) -> None:
    assert re.search("second|twice", _error(f"image: i\n{key}: {_TWICE[key]}\n"))


@pytest.mark.parametrize(
    "key", [k for k, v in BUILD.keys.items() if isinstance(v.shape, ListShape)]
)
def test_a_list_of_a_build_says_nothing_twice_but_commands(key: str) -> None:
    if key == "run":
        project = load(
            "coder.yaml", b"image: i\nbuild: {run: [a, b, a]}\n", Options(), lambda n: b""
        )
        assert project.build is not None
        assert [text.literal for text in project.build.value["run"].value] == ["a", "b", "a"]
    else:
        assert "second" in _error(f"image: i\nbuild: {{{key}: {_OF_BUILD[key]}}}\n")


def test_files_of_one_folder_are_several() -> None:
    text = b"image: i\nbuild: {files: ['a:/x/', 'b:/x/']}\n"
    project = load("coder.yaml", text, Options(), lambda n: b"")
    assert project.build is not None and len(project.build.value["files"].value) == 2


@pytest.mark.parametrize("spelling", ["/x", "/x/", "//x", "/x/.", "/a/../x"])
def test_a_later_layer_s_mount_takes_the_place_of_the_same_path(spelling: str) -> None:
    text = f"image: i\nvolumes: ['/a:/x']\nprofiles: {{p: {{volumes: ['/b:{spelling}']}}}}\n"
    plan, _ = _plan(text, "p")
    (mount,) = plan.mounts
    assert mount.source is not None and mount.source.literal == "/b"


def test_a_device_and_a_folder_of_devices_may_be_in_one_place() -> None:
    """A folder of devices is mounted so that new ones appear in it; the engines take both."""
    plan, _ = _plan("image: i\ndevices: [/dev/bus/usb]\nvolumes: ['/dev/bus/usb:/dev/bus/usb']\n")
    assert len(plan.mounts) == 1


@pytest.mark.parametrize(
    "mount", ["/tmp/.X11-unix:/tmp/.X11-unix", "/tmp/.X11-unix/:/tmp/.X11-unix/:ro"]
)
def test_the_display_s_own_sockets_are_mounted_once(mount: str) -> None:
    plan, reporter = _plan(f"image: i\nx11: host\nvolumes: ['{mount}', '/a:/b']\n")
    assert [m.target.literal for m in plan.mounts] == ["/b"]
    assert [(d.code, d.span.line if d.span else None) for d in reporter.diagnostics] == [
        ("W031", 2)
    ]
    plan, reporter = _plan(f"image: i\nvolumes: ['{mount}']\n")
    assert len(plan.mounts) == 1 and not reporter.diagnostics
