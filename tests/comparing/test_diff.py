"""``coder-gen diff``: what means the same is the same; what opens the container is marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_gen.comparing.changes import Difference, Side, compare
from coder_gen.comparing.formats import for_review, records, text
from tests.audit.compiled import compiled, over_image
from tests.cli import run
from tests.generators.texts import unseen_in


def difference(before: str, after: str) -> Difference:
    sides = []
    for name, spec in (("before", before), ("after", after)):
        project, planned = compiled(over_image(spec))
        sides.append(Side(name, project, {"service": planned["service"]}))
    return compare(*sides)


def marks(found: Difference) -> list[tuple[str, str, str]]:
    return [(c.key, c.name, c.security) for mode in found.modes for c in mode.changes]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("environment: {A: 1, B: 2}", "environment: [B=2, A=1]"),
        ("cap_add: [SYS_ADMIN, CHOWN]", "cap_add: [cap_chown, CAP_SYS_ADMIN]"),
        ("ports: ['80:80']", "ports: [{target: 80, published: 80}]"),
        ("ports: ['0.0.0.0:80:80']", "ports: ['80:80']"),
        ("ports: ['127.0.0.1:80:80']", "publish_address: 127.0.0.1\nports: ['80:80']"),
        ("security_opt: ['seccomp:unconfined']", "security_opt: [seccomp=unconfined]"),
        ("security_opt: [no-new-privileges]", "security_opt: ['no-new-privileges:true']"),
        ("volumes: ['/a:/b:ro']", "volumes: [{type: bind, source: /a, target: /b, read_only: true}]"),
        ("forward_environment: [A]", "environment: [A]"),
        ("devices: [/dev/fuse]", "devices: ['/dev/fuse:/dev/fuse:rwm']"),
        ("extra_hosts: [a=1.1.1.1, b=2.2.2.2]", "extra_hosts: {b: 2.2.2.2, a: 1.1.1.1}"),
        ("command: sh -c 'a b'", "command: [sh, -c, a b]"),
        ("entrypoint: [sh, -c]\ncommand: [x]", "entrypoint: sh\ncommand: [-c, x]"),
        ("cap_add: []", "labels: {}"),
        ("privileged: true", "engine_options: [--privileged]"),
        ("engine_options: [--odd, -p, '80:80']", "ports: ['80:80']\nengine_options: [--odd]"),
    ],
)  # fmt: skip
def test_the_same_in_other_words(before: str, after: str) -> None:
    found = difference(before, after)
    assert marks(found) == [] and found.same
    assert text(found, color=False).endswith("no difference in meaning\n")


@pytest.mark.parametrize(
    ("before", "after", "key", "security"),
    [
        ("", "privileged: true", "privileged", "wider"),
        ("privileged: true", "privileged: false", "privileged", "narrower"),
        ("", "privileged: false", "privileged", ""),
        ("", "cap_add: [CHOWN]", "cap_add", "wider"),
        ("cap_drop: [ALL]", "", "cap_drop", "wider"),
        ("", "security_opt: [apparmor=unconfined]", "security_opt", "wider"),
        ("security_opt: [no-new-privileges]", "", "security_opt", "wider"),
        ("", "security_opt: [apparmor=own]", "security_opt", ""),
        ("ports: ['127.0.0.1:1:1']", "ports: ['1:1']", "ports", "wider"),
        ("ports: ['10.0.0.1:1:1']", "ports: ['127.0.0.1:1:1']", "ports", "narrower"),
        ("ports: ['${A:-127.0.0.1}:1:1']", "ports: ['${A:-0.0.0.0}:1:1']", "ports", "wider"),
        ("", "ports: ['127.0.0.1:1:1']", "ports", "wider"),
        ("volumes: ['/a:/b:ro']", "volumes: ['/a:/b']", "volumes", "wider"),
        ("volumes: ['/a/c:/b']", "volumes: ['/a:/b']", "volumes", "wider"),
        ("volumes: ['/a:/b']", "volumes: ['/a/c:/b']", "volumes", "narrower"),
        ("volumes: ['/a:/b']", "volumes: ['/ab:/b']", "volumes", "wider"),
        ("volumes: ['data:/b']", "volumes: ['/a:/b']", "volumes", "wider"),
        ("volumes: ['/a:/b']", "volumes: ['/a:/b:rshared']", "volumes", "wider"),
        ("volumes: ['/a:/a']", "volumes: ['/a:/a', '/a/c:/c']", "volumes", ""),
        ("volumes: ['/a:/a:ro']", "volumes: ['/a:/a:ro', '/a/c:/c']", "volumes", "wider"),
        ("", "ipc: host", "ipc", "wider"),
        ("ipc: host", "ipc: private", "ipc", "narrower"),
        ("ipc: private", "ipc: shareable", "ipc", ""),
        ("user: host", "user: root", "user", "wider"),
        ("user: '1000'", "", "user", "wider"),
        ("user: '1000'", "user: '1001'", "user", ""),
        ("mem_limit: 1g", "mem_limit: 512m", "mem_limit", "narrower"),
        ("mem_limit: 1g", "mem_limit: 0", "mem_limit", "wider"),
        ("pids_limit: 100", "pids_limit: -1", "pids_limit", "wider"),
        ("x11: cookie", "x11: user", "x11", "wider"),
        ("x11: host", "x11: off", "x11", "narrower"),
        ("", "devices: [/dev/snd]", "devices", "wider"),
        ("devices: ['/dev/snd:r']", "devices: ['/dev/snd:rw']", "devices", "wider"),
        ("devices: [/dev/snd]", "devices: ['/dev/sda:/dev/snd']", "devices", "wider"),
        ("devices: ['/dev/snd:rwm']", "devices: ['/dev/snd:rw']", "devices", "narrower"),
        ("tmpfs: [/tmp]", "tmpfs: ['/tmp:exec']", "tmpfs", "wider"),
        ("tmpfs: ['/tmp:size=1m']", "tmpfs: ['/tmp:size=2m']", "tmpfs", ""),
        ("networks: [a]", "networks: [a, b]", "networks", "wider"),
        ("network_mode: none", "", "network_mode", "wider"),
        ("network_mode: host", "network_mode: none", "network_mode", "narrower"),
        ("", "pid: container:db", "pid", "wider"),
        ("pid: host", "pid: container:db", "pid", "narrower"),
        ("cap_drop: [CHOWN, ALL]", "cap_drop: [ALL]", "cap_drop", ""),
        ("", "engine_options: [--privileged]", "privileged", "wider"),
        ("security_opt: ['label:type:spc_t']", "", "security_opt", "narrower"),
        ("read_only: true", "", "read_only", "wider"),
        ("", "environment: {A: b}", "environment", ""),
        ("command: [a, b]", "command: [b, a]", "command", ""),
        ("dns: [1.1.1.1, 2.2.2.2]", "dns: [2.2.2.2, 1.1.1.1]", "dns", ""),
    ],
)
def test_what_a_change_means(before: str, after: str, key: str, security: str) -> None:
    assert {(k, s) for k, _, s in marks(difference(before, after))} == {(key, security)}


@pytest.mark.parametrize("spec", ["cap_add: [CHOWN]", "ports: ['1:1']", "ipc: host", "x11: host"])
def test_there_and_back_is_the_opposite(spec: str) -> None:
    there, back = difference("", spec), difference(spec, "")
    assert (there.count("wider"), there.count("narrower")) == (1, 0)
    assert (back.count("wider"), back.count("narrower")) == (0, 1)
    assert [mode.new for mode in there.modes] == [mode.gone for mode in back.modes]


def test_new_risks_are_named_and_a_combination_is_one() -> None:
    found = difference(
        "cap_add: [SYS_ADMIN]", "cap_add: [SYS_ADMIN]\nsecurity_opt: [seccomp=unconfined]"
    )
    (mode,) = found.modes
    assert {(r.rule, r.level) for r in mode.new} == {
        ("mount-escape", "critical"),
        ("seccomp-unconfined", "high"),
    }


def test_what_all_modes_share_is_said_and_counted_once(folder: Path) -> None:
    ran = run("diff", "--to-set", "pid=host", "--to-set", "modes.service.ports=['80:80']")
    assert ran.stdout.count("pid: host") == 1
    assert ran.stdout.index("every mode") < ran.stdout.index("mode service")
    assert "mode shell" not in ran.stdout
    assert ran.stdout.splitlines()[-1].startswith("2 changes; security: 2 wider, 0 narrower")


def test_a_risk_without_a_wider_setting_is_counted() -> None:
    found = difference(
        "ports: ['80:80']\ncommand: [ide, --auth, password]",
        "ports: ['80:80']\ncommand: [ide, --auth, none]",
    )
    assert text(found, color=False).splitlines()[-1] == (
        "1 change; security: 0 wider, 0 narrower, 1 new risk"
    )


def test_a_default_that_changes_is_one_change() -> None:
    found = difference(
        "variables: {PORT: 80}\nports: ['${PORT}:1']", "variables: {PORT: 81}\nports: ['${PORT}:1']"
    )
    assert [(k, n) for k, n, _ in marks(found)] == [("variables", "PORT")]


SETTINGS = st.dictionaries(
    st.sampled_from(["hostname", "working_dir", "mem_limit", "cpus", "init", "ipc", "read_only"]),
    st.just(None),
    max_size=5,
)
VALUES = {
    "hostname": "box", "working_dir": "/w", "mem_limit": "1g", "cpus": "2", "init": "true",
    "ipc": "host", "read_only": "true",
}  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(SETTINGS, SETTINGS)
def test_a_difference_is_the_settings_that_differ(
    one: dict[str, None], other: dict[str, None]
) -> None:
    sides = ["\n".join(f"{key}: {VALUES[key]}" for key in side) for side in (one, other)]
    assert {key for key, _, _ in marks(difference(*sides))} == one.keys() ^ other.keys()
    assert difference(sides[0], sides[0]).same


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0$"), max_size=30))
def test_any_text_is_one_row_of_the_review(value: str) -> None:
    from coder_gen.quoting.yaml import scalar

    found = difference("labels: {a: b}", f"labels: {{a: b, c: {scalar(value)}}}")
    rows = [line for line in for_review(found).splitlines() if line.startswith("| ")]
    assert len(rows) == 3
    assert json.loads(records(found))["modes"][0]["changes"][0]["after"] == value
    assert unseen_in(text(found, color=False), but="\n\u200d\ufe0e\ufe0f") == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "coder.yaml").write_text("image: app:1\nipc: host\nmodes: {jupyter: {cpus: 2}}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--to-profile", "hardened"], 1, "ipc: host -> private  [narrower]"),
        (["--profile", "hardened", "--to-profile", "hardened"], 0, "no difference"),
        (["--mode", "service", "--to-mode", "jupyter"], 1, "+ cpus: 2"),
        (["--to-mode", "jupyter"], 1, "mode service and jupyter"),
        (["--to-mode", "service"], 0, "no difference"),
        (["--to-set", "pid=host"], 1, "! + pid: host  [wider]"),
        (["other.yaml"], 1, "only in coder.yaml"),
        (["other.yaml", "coder.yaml"], 1, "! + ipc: host  [wider]"),
        (["coder.yaml", "./coder.yaml"], 0, "no difference"),
        (["other.yaml", "--to-set", "init=true"], 1, "+ init: true"),
    ],
)
def test_command(folder: Path, arguments: list[str], status: int, says: str) -> None:
    (folder / "other.yaml").write_text("image: app:1\n")
    ran = run("diff", *arguments)
    assert ran.status == status, ran.stderr
    assert says in ran.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b", "c"], ["missing.yaml"], ["--to-profile", "none"], ["bad.yaml"]]
)
def test_bad_input_is_status_2(folder: Path, arguments: list[str]) -> None:
    (folder / "bad.yaml").write_text("imag: a\n")
    ran = run("diff", *arguments)
    assert ran.status == 2 and ran.stdout == "" and ran.stderr


INSPECT = json.dumps(
    [
        {
            "Name": "/app",
            "Config": {"Image": "app:1"},
            "HostConfig": {"IpcMode": "host", "PidMode": "host"},
        }
    ]
)


@pytest.mark.parametrize(
    "given",
    [
        "image: app:1\nipc: host\npid: host\n",
        "#!/bin/sh\ndocker run --ipc host --pid host app:1\n",
        "services:\n  app:\n    image: app:1\n    ipc: host\n    pid: host\n",
        INSPECT,
    ],
)
def test_either_side_may_come_through_a_pipe(folder: Path, given: str) -> None:
    ran = run("diff", "coder.yaml", "-", stdin=given)
    assert ran.status == 1 and "! + pid: host  [wider]" in ran.stdout, ran.stderr
    back = run("diff", "-", "coder.yaml", stdin=given)
    assert back.status == 1 and "- pid: host  [narrower]" in back.stdout, back.stderr


def test_one_pipe_is_both_sides(folder: Path) -> None:
    ran = run("diff", "-f", "-", "--to-set", "pid=host", stdin="image: app:1\n")
    assert ran.status == 1 and "pid: host" in ran.stdout, ran.stderr


def test_formats_agree(folder: Path) -> None:
    value = json.loads(run("diff", "--to-profile", "hardened", "--format", "json").stdout)
    assert value["same"] is False and value["narrower"] > 5
    review = run("diff", "--to-profile", "hardened", "--format", "markdown").stdout
    for mode in value["modes"]:
        for change in mode["changes"]:
            assert change["key"].replace("_", "\\_") in review
